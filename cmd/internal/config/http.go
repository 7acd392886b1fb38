package config

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"tipbox/intake"
)

func (c *checker) baseURL(s string) *url.URL {
	u, err := url.Parse(strings.TrimSuffix(s, "/"))
	switch {
	case s == "":
		c.bad("base_url", "missing: expected the address that posters carry, such as https://tip.example.vn")
	case err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		c.bad("base_url", "%q: expected https://HOST and nothing after it", s)
	case u.Host != strings.ToLower(u.Host):
		c.bad("base_url", "%q: expected the host in lower case, as posters carry it", s)
	case u.Scheme == "https", u.Scheme == "http" && intake.IsLoopback(u.Hostname()):
		return u
	default:
		c.bad("base_url", "%q: expected https:// (http:// is for loopback only)", s)
	}
	return &url.URL{}
}

func (c *checker) http(f *file, base *url.URL) HTTP {
	h := HTTP{
		Listen: f.HTTP.Listen, Admin: f.HTTP.Admin,
		TLSCert: c.path(f.HTTP.TLSCert), TLSKey: c.path(f.HTTP.TLSKey),
		BodyMemory: int64(c.size("http.body_memory", f.HTTP.BodyMemory)), //nolint:gosec // at most 2^60
	}
	c.listen("http.listen", h.Listen)
	if h.Admin != "" && c.listen("http.admin", h.Admin) {
		if host, _, _ := net.SplitHostPort(h.Admin); !intake.IsLoopback(host) {
			c.bad("http.admin", "%q: expected a loopback address: it answers without asking who", h.Admin)
		} else if samePort(h.Listen, h.Admin) {
			c.bad("http.admin", "%q: is taken by http.listen: expected another port", h.Admin)
		}
	}
	if h.BodyMemory > 0 && h.BodyMemory < 64<<20 {
		c.bad("http.body_memory", "%q: expected at least 64 MiB, the size of one request with photos", f.HTTP.BodyMemory)
	}
	if (h.TLSCert == "") != (h.TLSKey == "") {
		c.bad("http.tls_cert", "expected tls_cert and tls_key together")
	}
	c.acme(&h, f, base)
	for i, s := range f.HTTP.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if addr, addrErr := netip.ParseAddr(s); addrErr == nil {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			c.bad(fmt.Sprintf("http.trusted_proxies[%d]", i), "%q: expected an address or a prefix, such as 127.0.0.1 or 10.0.0.0/8", s)
		} else if p.Bits() == 0 {
			c.bad(fmt.Sprintf("http.trusted_proxies[%d]", i), "%q trusts everyone: expected your proxies only", s)
		}
		h.TrustedProxies = append(h.TrustedProxies, p.Masked())
	}
	if base.Scheme == "https" && !h.TLS() && len(h.TrustedProxies) == 0 {
		c.bad("http.trusted_proxies", "empty, while base_url is https and neither tls_cert nor acme_email is given: expected the proxy's address, else every sender looks like one")
	}
	return h
}

// acme takes what certificates from an authority want: a name of our own, and the
// line to its people.
func (c *checker) acme(h *HTTP, f *file, base *url.URL) {
	h.ACMEEmail, h.ACMEDirectory, h.Plain = f.HTTP.ACMEEmail, f.HTTP.ACMEDirectory, f.HTTP.Plain
	if h.Plain != "" && c.listen("http.plain", h.Plain) {
		if !h.TLS() {
			c.bad("http.plain", "is for a box that holds its certificate itself: expected tls_cert or acme_email with it")
		} else if samePort(h.Listen, h.Plain) {
			c.bad("http.plain", "%q: is taken by http.listen: expected another port, such as :80", h.Plain)
		}
	}
	if h.ACMEDirectory != "" {
		if u, err := url.Parse(h.ACMEDirectory); err != nil || u.Scheme != "https" || u.Host == "" {
			c.bad("http.acme_directory", "%q: expected the https:// address of an authority's directory", h.ACMEDirectory)
		} else if h.ACMEEmail == "" {
			c.bad("http.acme_directory", "is for acme_email: expected both")
		}
	}
	if h.ACMEEmail == "" {
		return
	}
	c.address("http.acme_email", h.ACMEEmail)
	switch {
	case h.TLSCert != "":
		c.bad("http.acme_email", "stands beside tls_cert: expected one of them")
	case base.Scheme != "https" || net.ParseIP(base.Hostname()) != nil || intake.IsLoopback(base.Hostname()):
		c.bad("http.acme_email", "expected a base_url of https:// and a name that leads here: an authority gives certificates to names")
	case len(f.HTTP.TrustedProxies) > 0:
		c.bad("http.acme_email", "stands beside trusted_proxies: expected the proxy to hold the certificate, or no proxy")
	}
}

// TLS reports whether the box holds its certificate itself.
func (h HTTP) TLS() bool { return h.TLSCert != "" || h.ACMEEmail != "" }

func (c *checker) listen(key, addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if n, convErr := strconv.Atoi(port); err != nil || convErr != nil || n < 0 || n > 65535 {
		c.bad(key, "%q: expected ADDRESS:PORT, such as 127.0.0.1:8080", addr)
		return false
	}
	return true
}

// samePort reports whether no two listeners could have both addresses.
func samePort(listen, admin string) bool {
	host, port, _ := net.SplitHostPort(listen)
	adminHost, adminPort, _ := net.SplitHostPort(admin)
	ip := net.ParseIP(host)
	return port == adminPort && port != "0" && (host == adminHost || host == "" || ip != nil && ip.IsUnspecified())
}
