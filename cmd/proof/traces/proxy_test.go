//go:build unix

package traces

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// TestCheckProvesTheProxy: through nginx as deploy/ has it, and through one that passes
// on what senders write, tipbox check finds trusted_proxies that are right, too narrow
// and too wide; and a server with another secret.
func TestCheckProvesTheProxy(t *testing.T) {
	t.Parallel()
	addr := boxtest.FreeAddr(t)
	ours := startNginx(t, addr, "server_name tip.example.vn;", "server_name localhost;")
	adds := startNginx(t, addr, "server_name tip.example.vn;", "server_name localhost;", "X-Forwarded-For $remote_addr", "X-Forwarded-For $proxy_add_x_forwarded_for")
	base := func(n *nginx) string { return strings.Replace("https://"+n.https, "127.0.0.1", "localhost", 1) }
	config := boxtest.Init(t, boxtest.MailServer(t, nil), "", "--listen", addr, "--base-url", base(ours))
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("dGhpcyBpcyBub3QgdGhlIHNlY3JldCBvZiB0aGUgYm94IQ==\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(n *nginx, edit, with, want string, more ...string) {
		t.Helper()
		asked := filepath.Join(filepath.Dir(config), "asked.toml")
		text, err := os.ReadFile(config)
		if err == nil {
			err = os.WriteFile(asked, []byte(strings.NewReplacer(base(ours), base(n), edit, with).Replace(string(text))), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		cmd := waittest.Command(t, boxtest.Binary(t), append([]string{"check", "-c", asked}, more...)...)
		cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+filepath.Join(n.conf, "cert.pem"))
		out, _ := cmd.CombinedOutput() // it fails for what is no concern here
		if !regexp.MustCompile(`(?m)^` + want).Match(out) {
			t.Errorf("want %s:\n%s", want, out)
		}
	}
	const none = "no such text"
	for _, at := range []struct{ trusted, ours, adds string }{
		{
			"127.0.0.1", `ok +proxy +through base_url this machine counts as 127.0.0.2, as the web server at 127.0.0.1 says$`,
			`ok +proxy +through base_url this machine counts as 127.0.0.2, `,
		},
		{
			"10.9.9.9", `problem  proxy +all senders look like one: the box hears from 127.0.0.1, which is not in http.trusted_proxies$`,
			`problem  proxy +all senders look like one: the box hears from 127.0.0.1, `,
		},
		{
			"127.0.0.0/8", `warning  proxy +this machine, 127.0.0.2, counts as one of the web servers in front`,
			`problem  proxy +senders can say who they are: with a made-up X-Forwarded-For this machine, 127.0.0.2, counted as 192.0.2.77, told by 127.0.0.1$`,
		},
	} {
		boxtest.Rewrite(t, config, `trusted_proxies = ["127.0.0.1"]`, `trusted_proxies = ["`+at.trusted+`"]`)
		box := boxtest.Serve(t, config)
		check(ours, none, "", at.ours)
		check(adds, none, "", at.adds)
		if at.trusted == "127.0.0.1" {
			check(ours, none, "", `ok +server +http://\S+ answers, with our secret$`, "--server", "http://"+addr)
			check(ours, "\n[http]", "secret_file = \""+secret+"\"\n[http]", `problem  server +http://\S+ answers, and it does not answer the question`, "--server", "http://"+addr)
		}
		box.Stop()
		boxtest.Rewrite(t, config, `trusted_proxies = ["`+at.trusted+`"]`, `trusted_proxies = ["127.0.0.1"]`)
	}

	// A port that others reach, and a network of them that is trusted.
	own := ownAddress(t)
	boxtest.Rewrite(t, config, `trusted_proxies = ["127.0.0.1"]`, `trusted_proxies = ["127.0.0.1", "`+own+`/24"]`)
	boxtest.Rewrite(t, config, `"`+addr+`"`, `"`+everywhere(addr)+`"`)
	boxtest.Serve(t, config)
	check(ours, none, "", `problem  server +http://\S+ believes what this machine, `+own+`, says of itself`)
}

// ownAddress is one by which other machines reach this one.
func ownAddress(t *testing.T) string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && p.Addr().IsGlobalUnicast() {
			return p.Addr().String()
		}
	}
	t.Skip("this machine has no network: what follows is left out")
	return ""
}
