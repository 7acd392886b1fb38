//go:build unix

package traces

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// caddy is Debian's, with deploy/Caddyfile.
type caddy struct {
	dir         string // all that it writes
	https, http string // addresses, host:port
	output      *boxtest.Output
}

// startCaddy runs Caddy before the box at the address, which need not be there. change
// is as in startNginx.
func startCaddy(t testing.TB, box string, change ...string) *caddy {
	t.Helper()
	c := &caddy{dir: t.TempDir(), https: boxtest.FreeAddr(t), http: boxtest.FreeAddr(t), output: new(boxtest.Output)}
	cert, key := boxtest.Certificate(t, t.TempDir(), frontName, "localhost")
	_, httpsPort, _ := net.SplitHostPort(c.https)
	_, httpPort, _ := net.SplitHostPort(c.http)
	text := boxtest.Deployed(t, "Caddyfile", append([]string{
		"\nhttp://tip.example.vn {", "\nhttp://tip.example.vn:" + httpPort + " {\n\tbind 127.0.0.1",
		"\ntip.example.vn {", "\ntip.example.vn:" + httpsPort + " {\n\tbind 127.0.0.1\n\ttls " + cert + " " + key,
		"\n:443 {", "\n:" + httpsPort + " {\n\tbind 127.0.0.1",
		"\n:80 {", "\n:" + httpPort + " {\n\tbind 127.0.0.1",
		"auto_https disable_redirects", "auto_https disable_redirects\n\tadmin off\n\thttp_port " + httpPort + "\n\thttps_port " + httpsPort,
		"reverse_proxy 127.0.0.1:8080", "reverse_proxy " + box,
	}, change...)...)
	config := filepath.Join(t.TempDir(), "Caddyfile")
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), boxtest.Need(t, "caddy"), "run", "--adapter", "caddyfile", "--config", config)
	cmd.Dir, cmd.Env = c.dir, []string{"HOME=" + c.dir, "TMPDIR=" + c.dir}
	cmd.Stdout, cmd.Stderr = c.output, c.output
	waittest.Tie(cmd, syscall.SIGKILL)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	waittest.Until(t, "Caddy listens", func() bool {
		for _, addr := range []string{c.https, c.http} {
			conn, err := waittest.Dial("tcp", addr)
			if err != nil {
				return false
			}
			conn.Close()
		}
		return true
	})
	return c
}

// TestAuditCaddy: Caddy answers as nginx does, hands tips on with their photos, and has
// written nothing of anyone when the day is over.
func TestAuditCaddy(t *testing.T) {
	t.Parallel()
	addr := boxtest.FreeAddr(t)
	c := startCaddy(t, addr, "read_header 20s", "read_header 1s")
	answersAsFront(t, c.https, c.http)

	b := newAuditBox(t, "", false, "--listen", addr, "--base-url", "https://"+frontName)
	d := &auditDay{auditBox: b, photos: auditPhotos(t)}
	d.front = func() string { return fronted(c.https) }
	d.start()
	d.visits()
	d.post(d.villager(sourceV4[0]), http.StatusSeeOther, d.photos[:1])
	tooLarge := d.villager(sourceV4[1])
	d.post(tooLarge, http.StatusUnprocessableEntity, [][]byte{slices.Concat(d.photos[0], make([]byte, 41<<20))}) // with our own page
	d.noise()
	d.run.Stop()
	if a, err := d.villager(sourceV4[0]).Do(t.Context(), http.MethodPost, strings.NewReader(markMessage), "text/plain"); err != nil || a.Status != http.StatusServiceUnavailable {
		t.Errorf("the box is away again: %v, %v", err, a)
	}
	b.walk(c.dir, &b.proxy, &b.proxy)
	b.proxy.add([]byte(c.output.String()))
	for what, hits := range b.proxy.hits(auditCanaries(d.tokens)) {
		if hits > 0 {
			t.Errorf("Caddy has written %s %d times:\n%s", what, hits, c.output)
		}
	}
}

// TestAuditCaddyLogs is the test's test: with a log, as Caddy's own examples have it,
// the sender is found in what it writes.
func TestAuditCaddyLogs(t *testing.T) {
	t.Parallel()
	c := startCaddy(t, boxtest.FreeAddr(t), "\tlog default {\n\t\toutput discard\n\t}\n\tlog certificates {\n\t\toutput stderr\n\t\tinclude tls\n\t}\n", "",
		"\treverse_proxy ", "\tlog\n\treverse_proxy ")
	v := auditVillager(t, fronted(c.https), sourceV4[0])
	if a, err := v.Do(t.Context(), http.MethodGet, nil, ""); err != nil || a.Status != http.StatusServiceUnavailable {
		t.Fatalf("%v, %v", err, a)
	}
	said := place{}
	waittest.Until(t, "Caddy logs the request", func() bool { return strings.Contains(c.output.String(), `"request":`) })
	said.add([]byte(c.output.String()))
	if hits := said.hits(auditCanaries(nil)); hits["address v4"] == 0 || hits["user agent"] == 0 {
		t.Errorf("nothing of the sender is found in what Caddy logs:\n%s", c.output)
	}
}
