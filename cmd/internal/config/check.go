package config

import (
	"cmp"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"tipbox/intake"
)

// checker collects problems while it turns a file into a Config.
type checker struct {
	dir      string // the file's directory, for relative paths
	data     []byte
	problems []Problem

	recipientsFiles []string // read so far
}

// secretKey finds an age identity that was pasted where it does not belong.
var secretKey = regexp.MustCompile(`(?i)AGE-SECRET-KEY-[0-9A-Z-]*`)

// bad notes a problem, without the secret key that a value may be: what is said
// goes into logs.
func (c *checker) bad(key, format string, args ...any) {
	text := secretKey.ReplaceAllString(fmt.Sprintf(format, args...), "AGE-SECRET-KEY-…")
	c.problems = append(c.problems, Problem{Key: key, Text: text})
}

// sorted finds the problems' lines, which takes a second reading of the file
// that a good one never needs, and orders them by it.
func (c *checker) sorted() []Problem {
	lines := keyLines(c.data)
	for i, p := range c.problems {
		if p.Line == 0 {
			c.problems[i].Line = lines.of(p.Key)
		}
	}
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return c.problems
}

// config checks everything and returns the result, which is good only if no
// problem was found.
func (c *checker) config(f *file) *Config {
	cfg := &Config{
		BaseURL:    c.baseURL(f.BaseURL),
		DataDir:    c.path(cmp.Or(f.DataDir, "data")),
		Languages:  c.languages("languages", f.Languages),
		LocaleDir:  c.path(f.LocaleDir),
		SecretFile: c.path(f.SecretFile),
		Limits: Limits{
			Sender: c.limit("limits.sender", f.Limits.Sender),
			Site:   c.limit("limits.site", f.Limits.Site),
			All:    c.limit("limits.all", f.Limits.All),
		},
		Spool: Spool{MinFree: c.size("spool.min_free", f.Spool.MinFree), BulkMax: c.size("spool.bulk_max", f.Spool.BulkMax), KeepSent: c.days("spool.keep_sent", f.Spool.KeepSent)},
	}
	if cfg.SecretFile == "" {
		cfg.SecretFile = filepath.Join(cfg.DataDir, "secret")
	}
	if len(f.Languages) == 0 {
		c.bad("languages", "none: expected at least one, such as \"vi\"")
	}
	cfg.HTTP = c.http(f, cfg.BaseURL)
	cfg.Redis = c.redis(f)
	cfg.SMTP = c.smtp(f)
	cfg.Directory = c.units(f.Units)
	cfg.RecipientsFiles = c.recipientsFiles
	return cfg
}

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
	if base.Scheme == "https" && h.TLSCert == "" && len(h.TrustedProxies) == 0 {
		c.bad("http.trusted_proxies", "empty, while base_url is https and no tls_cert is given: expected the proxy's address, else every sender looks like one")
	}
	return h
}

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

func (c *checker) redis(f *file) *Redis {
	if f.Redis == nil {
		return nil
	}
	u, err := url.Parse(f.Redis.URL)
	switch {
	case err != nil || !slices.Contains([]string{"redis", "rediss", "unix"}, u.Scheme):
		// The value is not repeated: a malformed one may hold a password.
		c.bad("redis.url", "expected redis://HOST:PORT/0, rediss:// or unix://")
	case hasPassword(u):
		c.bad("redis.url", "holds a password: expected it in a file named by redis.password_file")
	}
	return &Redis{URL: f.Redis.URL, PasswordFile: c.path(f.Redis.PasswordFile)}
}

func hasPassword(u *url.URL) bool {
	_, set := u.User.Password()
	return set || u.Query().Has("password")
}

func (c *checker) smtp(f *file) SMTP {
	s := SMTP{
		Host: f.SMTP.Host, Port: f.SMTP.Port, TLS: f.SMTP.TLS, Username: f.SMTP.Username,
		PasswordFile: c.path(f.SMTP.PasswordFile), CAFile: c.path(f.SMTP.CAFile), From: f.SMTP.From, Bounces: f.SMTP.Bounces,
	}
	switch {
	case s.Host == "":
		c.bad("smtp.host", "missing: expected the mail server's name")
	case strings.ContainsAny(s.Host, " /@[]") || strings.Contains(s.Host, ":") && net.ParseIP(s.Host) == nil:
		c.bad("smtp.host", "%q: expected the mail server's name alone, such as smtp.example.vn", s.Host)
	}
	if s.Port < 1 || s.Port > 65535 {
		c.bad("smtp.port", "%d: expected 1 to 65535", s.Port)
	}
	switch {
	case !slices.Contains([]string{"tls", "starttls", "none"}, s.TLS):
		c.bad("smtp.tls", "%q: expected tls, starttls or none", s.TLS)
	case s.TLS == "none" && s.Host != "" && !intake.IsLoopback(s.Host):
		c.bad("smtp.tls", "\"none\" to %s: expected tls or starttls to any host but loopback", s.Host)
	}
	if (s.Username == "") != (s.PasswordFile == "") {
		c.bad("smtp.username", "expected username and password_file together")
	}
	c.address("smtp.from", s.From)
	if s.Bounces != "" {
		c.address("smtp.bounces", s.Bounces)
	}
	return s
}

// limit has the bounds of package limit, which counts whole microseconds.
func (c *checker) limit(key string, l limit) Limit {
	const longest = 1 << 50 // microseconds
	per, err := time.ParseDuration(l.Per)
	if err != nil || per <= 0 {
		c.bad(key+".per", "%q: expected a duration, such as 1h or 10m", l.Per)
	}
	if l.Count < 1 {
		c.bad(key+".count", "%d: expected 1 or more", l.Count)
	}
	if l.Burst < 1 {
		c.bad(key+".burst", "%d: expected 1 or more", l.Burst)
	}
	if err != nil || per <= 0 || l.Count < 1 || l.Burst < 1 {
		return Limit{}
	}
	switch each := per.Microseconds() / int64(l.Count); {
	case each < 1000:
		c.bad(key+".per", "%q for %d: expected at least a millisecond for each", l.Per, l.Count)
	case each > longest/int64(l.Burst):
		c.bad(key+".burst", "%d: expected fewer: once spent, they would take over 35 years to come back", l.Burst)
	}
	return Limit{l.Count, per, l.Burst}
}

func (c *checker) languages(key string, tags []string) []string {
	for i, tag := range tags {
		if c.tag(fmt.Sprintf("%s[%d]", key, i), tag); slices.Index(tags, tag) < i {
			c.bad(fmt.Sprintf("%s[%d]", key, i), "%q stands twice", tag)
		}
	}
	return tags
}

// tag takes BCP 47 tags in their canonical writing, by which files are named.
func (c *checker) tag(key, tag string) {
	if t, err := language.Raw.Parse(tag); err != nil {
		c.bad(key, "%q: expected a language tag, such as vi, en or mww", tag)
	} else if t.String() != tag {
		c.bad(key, "%q: expected the language's usual tag, %s", tag, t)
	}
}

func (c *checker) address(key, s string) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		c.bad(key, "%q: expected a mail address, such as truc-ban@example.vn", s)
	}
}

var sizePattern = regexp.MustCompile(`^([1-9][0-9]{0,8}) ?(KiB|MiB|GiB)$`)

// size reads a size such as "256 MiB" and returns bytes. None may be 0: nobody
// who writes it can mean the default, which 0 is elsewhere.
func (c *checker) size(key, s string) uint64 {
	m := sizePattern.FindStringSubmatch(s)
	if m == nil {
		c.bad(key, "%q: expected a size above 0, such as 256 MiB", s)
		return 0
	}
	n, _ := strconv.ParseUint(m[1], 10, 32) // nine digits at most
	return n << map[string]int{"KiB": 10, "MiB": 20, "GiB": 30}[m[2]]
}

var daysPattern = regexp.MustCompile(`^(?:0|(\d{1,2})d)$`)

// days reads a number of days, such as 7d, or 0.
func (c *checker) days(key, s string) time.Duration {
	m := daysPattern.FindStringSubmatch(s)
	if m == nil {
		c.bad(key, "%q: expected a number of days up to 99, such as 7d, or 0", s)
		return 0
	}
	n, _ := strconv.Atoi("0" + m[1]) // two digits at most
	return time.Duration(n) * 24 * time.Hour
}

// names checks one name in several languages, at most so long that it fits the
// poster and the sealed tip's header.
func (c *checker) names(key string, names map[string]string) {
	if len(names) == 0 {
		c.bad(key, "missing: expected a name in at least one language, such as { vi = \"…\" }")
	}
	for lang, name := range names {
		k := key + "." + lang
		c.tag(k, lang)
		switch n := utf8.RuneCountInString(name); {
		case strings.TrimSpace(name) == "":
			c.bad(k, "empty")
		case n > 120:
			c.bad(k, "has %d characters: expected at most 120", n)
		case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
			c.bad(k, "%q: expected one line without control characters", name)
		}
	}
}

// path makes a path of the file relative to it; "" stays "".
func (c *checker) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(c.dir, p)
}
