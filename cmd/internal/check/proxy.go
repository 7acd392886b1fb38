package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/intake"
)

// forged is an address that is nobody's (RFC 5737): a box that takes us for it
// believes what senders write about themselves.
var forged = netip.MustParseAddr("192.0.2.77")

// view is how one request looked to the box, and from where it was sent.
type view struct {
	sender netip.Addr // by which the box counts it
	peer   netip.Addr // that holds the connection to the box: the web server in front, or we
	own    netip.Addr // from which it left this machine
}

// errNotSeen is returned where an answer does not say how the request looked: the
// server has another secret, or is older than the question.
var errNotSeen = errors.New("it does not answer the question that only our secret can ask")

// asker asks a box how our requests look.
type asker struct {
	token, link, host string
	client            *http.Client
}

type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

// newAsker is for one server: base is https://NAME or another address of it.
func newAsker(cfg *config.Config, base string, dial dialer) (*asker, error) {
	if _, err := os.Stat(cfg.SecretFile); err != nil { // else it would be made
		return nil, err
	}
	secrets, err := box.LoadSecrets(cfg.SecretFile)
	if err != nil {
		return nil, err
	}
	key, err := intake.NewFormKey(secrets...)
	if err != nil {
		return nil, err
	}
	return &asker{
		token: key.MintOperator(time.Now()), link: strings.TrimSuffix(base, "/") + "/t/" + goodSite(cfg).Code, host: cfg.BaseURL.Host,
		client: &http.Client{
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				DialContext: dial, DisableKeepAlives: true,
				TLSClientConfig: &tls.Config{ServerName: cfg.BaseURL.Hostname(), MinVersion: tls.VersionTLS12},
			},
		},
	}, nil
}

// dialAsSender connects from an address that is not the web server's: where the name
// leads to this very machine, both would be the same.
func dialAsSender(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	if there := addrOf(conn.RemoteAddr()); !there.IsLoopback() && there != addrOf(conn.LocalAddr()) {
		return conn, nil
	}
	d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}
	other, err := d.DialContext(ctx, "tcp4", addr)
	if err != nil {
		return conn, nil // no such address here: see judge
	}
	_ = conn.Close()
	return other, nil
}

func addrOf(a net.Addr) netip.Addr {
	ap, _ := netip.ParseAddrPort(a.String())
	return ap.Addr().Unmap()
}

// ask opens the form, with an X-Forwarded-For of our own making or "".
func (a *asker) ask(forwarded string) (v view, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { v.own = addrOf(i.Conn.LocalAddr()) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.link, nil)
	if err != nil {
		return v, err
	}
	req.Host = a.host
	req.Header.Set(intake.OperatorHeader, a.token)
	if forwarded != "" {
		req.Header.Set("X-Forwarded-For", forwarded)
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return v, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	sender, peer, _ := strings.Cut(resp.Header.Get(intake.SeenHeader), " ")
	var senderErr, peerErr error
	v.sender, senderErr = netip.ParseAddr(sender)
	v.peer, peerErr = netip.ParseAddr(peer)
	if senderErr != nil || peerErr != nil {
		return v, errNotSeen
	}
	return v, nil
}

// checkProxy finds what http.trusted_proxies makes of senders, by asking through
// base_url who we are, and whether we may say so ourselves.
func checkProxy(cfg *config.Config) []Finding {
	a, err := newAsker(cfg, cfg.BaseURL.String(), dialAsSender)
	if err != nil {
		return nil // said of the link
	}
	plain, err := a.ask("")
	if err == nil {
		var lied view
		if lied, err = a.ask(forged.String()); err == nil {
			return append([]Finding{judge(cfg, plain, lied)}, checkListen(cfg, plain.peer)...)
		}
	}
	if errors.Is(err, errNotSeen) {
		return []Finding{problem("proxy", "cannot tell by which address senders are counted: "+err.Error(),
			"restart tipbox serve if it is of an older release; else the web server in front keeps header fields back: see deploy/")}
	}
	return []Finding{problem("proxy", err.Error(), unreached(err))}
}

// judge compares how a request looked with where it came from, and with how it looked
// when it lied.
func judge(cfg *config.Config, plain, lied view) Finding {
	trusted := cfg.HTTP.TrustedProxies
	trusts := func(a netip.Addr) bool {
		return slices.ContainsFunc(trusted, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	// Where we had to come from an address of the web server's own machine, nothing
	// can be told from its being trusted.
	alike := plain.own.IsLoopback() && trusts(plain.own) && plain.own != netip.AddrFrom4([4]byte{127, 0, 0, 2})
	const name = "name your web servers in http.trusted_proxies, each by its address, and nothing else"
	public := plain.own.IsGlobalUnicast() && !plain.own.IsPrivate()
	switch {
	case lied.sender == forged && !alike:
		return problem("proxy", fmt.Sprintf("senders can say who they are: with a made-up X-Forwarded-For this machine, %s, counted as %s, told by %s", plain.own, forged, plain.peer),
			name+"; and have these replace X-Forwarded-For by the connection's address, as the files in deploy/ do: else whoever floods is a new sender with each tip")
	case len(trusted) > 0 && plain.sender == plain.peer && plain.own != plain.peer && !trusts(plain.peer):
		return problem("proxy", fmt.Sprintf("all senders look like one: the box hears from %s, which is not in http.trusted_proxies", plain.peer),
			fmt.Sprintf("add %s to http.trusted_proxies, if it is your web server", plain.peer))
	case len(trusted) > 0 && plain.sender == plain.peer && plain.own != plain.peer:
		return problem("proxy", fmt.Sprintf("all senders look like one: the web server at %s does not say for whom it asks", plain.peer),
			"have it set X-Forwarded-For to the connection's address: see deploy/")
	case public && plain.sender != plain.own:
		return problem("proxy", fmt.Sprintf("this machine, %s, is taken for %s: something on the way, such as another proxy, a CDN or a container's gateway, is taken for the sender", plain.own, plain.sender),
			"if it is yours, add it to http.trusted_proxies, and have it pass on the sender's address in X-Forwarded-For")
	case plain.sender != plain.peer && trusts(plain.sender) && !alike:
		return Finding{Part: "proxy", Text: fmt.Sprintf("this machine, %s, counts as one of the web servers in front: http.trusted_proxies is wider than they are", plain.sender), Hint: name, Warning: true}
	case plain.sender == plain.peer:
		return Finding{Part: "proxy", Text: fmt.Sprintf("through base_url this machine counts as %s", plain.sender)}
	}
	return Finding{Part: "proxy", Text: fmt.Sprintf("through base_url this machine counts as %s, as the web server at %s says", plain.sender, plain.peer)}
}

// checkListen asks at the box's own port, where others than the web server reach it.
func checkListen(cfg *config.Config, peer netip.Addr) []Finding {
	host, port, err := net.SplitHostPort(cfg.HTTP.Listen)
	if err != nil || len(cfg.HTTP.TrustedProxies) == 0 || intake.IsLoopback(host) {
		return nil
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = outward(cmp.Or(peer, forged))
	}
	if host == "" {
		return nil
	}
	return checkServer(cfg, "http://"+net.JoinHostPort(host, port), peer)
}

// outward returns the address of ours from which others see us, or "".
func outward(to netip.Addr) string {
	if to.IsLoopback() {
		to = forged
	}
	c, err := net.Dial("udp", netip.AddrPortFrom(to, 9).String()) //nolint:noctx // nothing is sent
	if err != nil {
		return ""
	}
	defer c.Close()
	if a := addrOf(c.LocalAddr()); a.IsValid() && !a.IsLoopback() {
		return a.String()
	}
	return ""
}

// Servers asks servers directly, each by an address such as http://10.0.0.5:8080, past
// whatever shares requests out among them.
func Servers(cfg *config.Config, urls []string) (all []Finding) {
	for _, u := range urls {
		all = append(all, checkServer(cfg, u, netip.Addr{})...)
	}
	return all
}

// checkServer finds a server with another secret, and one that lets whoever reaches
// it say who they are. The web server itself, peer, may, and this machine's own
// programs.
func checkServer(cfg *config.Config, url string, peer netip.Addr) []Finding {
	a, err := newAsker(cfg, url, new(net.Dialer).DialContext)
	var v view
	if err == nil {
		v, err = a.ask(forged.String())
	}
	switch {
	case errors.Is(err, errNotSeen):
		return []Finding{problem("server", url+" answers, and "+err.Error(),
			"all servers need the same secret_file, and this release: copy it there, and restart tipbox serve")}
	case err != nil:
		return []Finding{problem("server", err.Error(), unreached(err))}
	case v.sender == forged && v.peer != peer && !v.peer.IsLoopback():
		return []Finding{problem("server", fmt.Sprintf("%s believes what this machine, %s, says of itself: with a made-up X-Forwarded-For it counted as %s", url, v.peer, forged),
			"name your web servers in http.trusted_proxies, each by its address; or keep others away from that port. It is well if this machine is one of them")}
	}
	return []Finding{{Part: "server", Text: url + " answers, with our secret"}}
}
