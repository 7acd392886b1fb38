//go:build unix

package servers

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
)

// nginx is Debian's, with deploy/nginx.conf and deploy/nginx-servers.conf.
type nginx struct {
	addr string // of the site, https
	says string // of a page that says which sender nginx takes an address for
}

func startNginx(t *testing.T, boxes []string) *nginx {
	t.Helper()
	dir := t.TempDir()
	n := &nginx{addr: boxtest.FreeAddr(t), says: boxtest.FreeAddr(t)}
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cert, key := boxtest.Certificate(t, dir, "tip.example.vn")
	var pairs []string
	for i, addr := range boxes {
		pairs = append(pairs, fmt.Sprintf("10.0.0.%d:8080", 11+i), addr)
	}
	servers := write("servers.conf", boxtest.Deployed(t, "nginx-servers.conf", pairs...))
	site := boxtest.Deployed(t, "nginx.conf", "proxy_pass http://127.0.0.1:8080;", "proxy_pass http://tipbox;")
	for pattern, to := range map[string]string{
		`listen 443 ssl[^;]*;`: "listen " + n.addr + " ssl;", `listen 80[^;]*;`: "listen " + boxtest.FreeAddr(t) + ";", `listen \[::\][^;]*;`: "",
		`ssl_certificate [^;]*;`: "ssl_certificate " + cert + ";", `ssl_certificate_key [^;]*;`: "ssl_certificate_key " + key + ";",
	} {
		site = regexp.MustCompile(pattern).ReplaceAllLiteralString(site, to)
	}
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // whose directories these are
	}
	conf := write("nginx.conf", fmt.Sprintf(`%s
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events { worker_connections 2048; }
http {
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	include %s;
	include %s;
	server {
		listen %s;
		set_real_ip_from 127.0.0.1;
		real_ip_header X-From;
		location / { return 200 $tipbox_sender; }
	}
}
`, user, servers, write("site.conf", site), n.says))
	boxtest.Nginx(t, dir, conf, n.addr, "-e", "stderr")
	return n
}

// sender asks nginx for whom it takes an address.
func (n *nginx) sender(t *testing.T, address string) string {
	t.Helper()
	v := &boxtest.Villager{URL: "http://" + n.says, Line: headed{"X-From", address}}
	answer, err := v.Do(t.Context(), http.MethodGet, nil, "")
	if err != nil || answer.Status != http.StatusOK {
		t.Fatal(answer, err)
	}
	return answer.Body
}

type headed struct{ name, value string }

func (h headed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set(h.name, h.value)
	return http.DefaultTransport.RoundTrip(r)
}

// TestSendersOfNginx: nginx takes an address for what tipbox counts as one sender at
// most, however it is written.
func TestSendersOfNginx(t *testing.T) {
	t.Parallel()
	n := startNginx(t, []string{"127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"})
	for sender, addresses := range map[string]string{
		"203.0.113.7":   "203.0.113.7 ::ffff:203.0.113.7",
		"203.0.113.8":   "203.0.113.8",
		"2001:db8:1":    "2001:db8:1:2:3:4:5:6 2001:db8:1::1 2001:db8:1:0:0:7::1 2001:db8:1:ffff::",
		"2001:db8:0":    "2001:db8::1 2001:db8:0:1::1 2001:db8:0:1:2:3:4:5 2001:db8:0:0:1::",
		"2001:0:0":      "2001::1 2001:0:0:1:2:3:4:5",
		"2001:0:5":      "2001:0:5::1 2001:0:5:1:2:3:4:5",
		"2402:800:6105": "2402:800:6105:8d0b:1c2f:9e6a:77b1:20d4",
	} {
		for address := range strings.FieldsSeq(addresses) {
			if got := n.sender(t, address); got != sender {
				t.Errorf("%s is of %s, want %s", address, got, sender)
			}
		}
	}
}
