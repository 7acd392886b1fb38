package traces

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
)

// nginx is Debian's, with deploy/nginx.conf as its only site.
type nginx struct {
	t      testing.TB
	dir    string // its own: logs, temporary files
	conf   string // directory of its configuration
	https  string // address, host:port
	http   string
	output *boxtest.Output
	made   map[string]time.Time // directories for temporary files, with their times
}

// startNginx runs nginx before the box at the address. change has pairs of what
// stands in deploy/nginx.conf and what is put there, to test the test.
func startNginx(t testing.TB, box string, change ...string) *nginx {
	t.Helper()
	n := &nginx{
		t: t, dir: t.TempDir(), conf: t.TempDir(), https: boxtest.FreeAddr(t), http: boxtest.FreeAddr(t),
		made: make(map[string]time.Time),
	}
	for _, dir := range []string{n.dir, filepath.Dir(n.dir)} { // its workers are nobody
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// Modules that a machine has enabled are named relative to Debian's own prefix.
	if err := os.Symlink("/usr/share/nginx/modules", filepath.Join(n.dir, "modules")); err != nil {
		t.Fatal(err)
	}
	cert, key := boxtest.Certificate(t, n.conf, frontName, "localhost")
	_, httpsPort, _ := net.SplitHostPort(n.https)
	_, httpPort, _ := net.SplitHostPort(n.http)
	other := net.JoinHostPort(sourceOther().String(), httpsPort) // IPv6, where there is any
	otherPlain := net.JoinHostPort(sourceOther().String(), httpPort)
	text := boxtest.Deployed(t, "nginx.conf", append([]string{
		"listen 443 ssl", "listen " + n.https + " ssl",
		"listen [::]:443 ssl", "listen " + other + " ssl",
		"listen 80", "listen " + n.http,
		"listen [::]:80", "listen " + otherPlain,
		"/etc/letsencrypt/live/tip.example.vn/fullchain.pem", cert,
		"/etc/letsencrypt/live/tip.example.vn/privkey.pem", key,
		"http://127.0.0.1:8080", "http://" + box,
	}, change...)...)
	n.write("site.conf", text)
	n.write("nginx.conf", n.debian())
	n.output = boxtest.Nginx(t, n.dir, filepath.Join(n.conf, "nginx.conf"), n.https, "-e", filepath.Join(n.dir, "start.log"), "-g", "daemon off;")
	for _, d := range []string{"body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		n.made[d] = n.changed(d)
	}
	return n
}

func (n *nginx) write(name, text string) {
	if err := os.WriteFile(filepath.Join(n.conf, name), []byte(text), 0o644); err != nil {
		n.t.Fatal(err)
	}
}

// debian returns Debian's own nginx.conf, which logs what it can, with its paths
// in our directory: whatever our site does not silence is written there.
func (n *nginx) debian() string {
	text, err := os.ReadFile("/etc/nginx/nginx.conf")
	if err != nil {
		n.t.Fatal(err)
	}
	conf := string(text)
	for pattern, to := range map[string]string{
		`(?m)^user .*$`: "", `(?m)^pid .*$`: "pid nginx.pid;", `worker_processes auto;`: "worker_processes 1;",
		`error_log [^;]*;`: "error_log " + n.dir + "/error.log info;", `access_log [^;]*;`: "access_log " + n.dir + "/access.log;",
		`include /etc/nginx/conf.d/[^;]*;`: "", `include /etc/nginx/sites-enabled/[^;]*;`: `
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	include ` + n.conf + "/site.conf;",
	} {
		conf = regexp.MustCompile(pattern).ReplaceAllLiteralString(conf, to)
	}
	if !strings.Contains(conf, "site.conf") || !strings.Contains(conf, "/error.log info") || !strings.Contains(conf, n.dir+"/access.log") {
		n.t.Fatalf("this is not Debian's nginx.conf:\n%s", text)
	}
	return conf
}

func (n *nginx) changed(dir string) time.Time {
	n.t.Helper()
	info, err := os.Stat(filepath.Join(n.dir, dir))
	if err != nil {
		n.t.Fatal(err)
	}
	return info.ModTime()
}

// tempFiles returns the directories for temporary files that nginx has put
// anything into, if only for a moment: that changes a directory's time.
func (n *nginx) tempFiles() (used []string) {
	n.t.Helper()
	for d, at := range n.made {
		if !n.changed(d).Equal(at) {
			used = append(used, d)
		}
	}
	return used
}
