package check

import (
	"net/netip"
	"strings"
	"testing"

	"tipbox/cmd/internal/config"
)

// TestJudge: what is made of how a request looked. The addresses are who the box takes
// us for, who holds the connection to it, and from where we asked.
func TestJudge(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		trusted           string
		sender, peer, own string
		lied              string // who the box takes us for when we lie; "" for the same
		want              string // "ok", "warning" or a problem's words
	}{
		"no proxy":                   {"", "127.0.0.2", "127.0.0.2", "127.0.0.2", "", "ok"},
		"right, on this machine":     {"127.0.0.1", "127.0.0.2", "127.0.0.1", "127.0.0.2", "", "ok"},
		"right, from elsewhere":      {"10.0.0.4", "203.0.113.9", "10.0.0.4", "203.0.113.9", "", "ok"},
		"behind a router":            {"10.0.0.4", "203.0.113.1", "10.0.0.4", "192.168.1.7", "", "ok"},
		"too narrow":                 {"10.0.0.4", "127.0.0.1", "127.0.0.1", "127.0.0.2", "", "which is not in http.trusted_proxies"},
		"too wide, and believed":     {"127.0.0.0/8", "127.0.0.2", "127.0.0.1", "127.0.0.2", "192.0.2.77", "senders can say who they are"},
		"passes on what senders say": {"127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.2", "192.0.2.77", "senders can say who they are"},
		"too wide, not believed":     {"127.0.0.0/8", "127.0.0.2", "127.0.0.1", "127.0.0.2", "", "warning"},
		"says nothing of senders":    {"10.0.0.4", "10.0.0.4", "10.0.0.4", "203.0.113.9", "", "does not say for whom"},
		"a CDN before the proxy":     {"10.0.0.4", "198.51.100.3", "10.0.0.4", "203.0.113.9", "", "is taken for 198.51.100.3"},
		"a container's gateway":      {"127.0.0.1", "172.17.0.1", "127.0.0.1", "203.0.113.9", "", "is taken for 172.17.0.1"},
		"a gateway, and no proxy":    {"", "172.17.0.1", "172.17.0.1", "203.0.113.9", "", "is taken for 172.17.0.1"},
		"no other address here":      {"127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1", "192.0.2.77", "ok"},
		"the same, by IPv6":          {"::1", "::1", "::1", "::1", "192.0.2.77", "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := &config.Config{}
			if tt.trusted != "" {
				p, err := netip.ParsePrefix(tt.trusted)
				if addr, addrErr := netip.ParseAddr(tt.trusted); addrErr == nil {
					p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
				}
				if err != nil {
					t.Fatal(err)
				}
				cfg.HTTP.TrustedProxies = []netip.Prefix{p}
			}
			plain := view{netip.MustParseAddr(tt.sender), netip.MustParseAddr(tt.peer), netip.MustParseAddr(tt.own)}
			lied := plain
			if tt.lied != "" {
				lied.sender = netip.MustParseAddr(tt.lied)
			}
			f := judge(cfg, plain, lied)
			if problem := f.Verdict() == "problem"; f.Verdict() != tt.want && (!problem || !strings.Contains(f.Text, tt.want)) {
				t.Errorf("%s: %+v", f.Verdict(), f)
			}
		})
	}
}
