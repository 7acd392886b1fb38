package traces

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

// TestAuditUnit holds what deploy/tipbox.service promises: no swap, no core
// dumps, memory for what serve allows itself, a restart after a crash; and has
// systemd read it and say how much it is exposed, where there is systemd. That tipbox
// runs with each of its lines shows make packages.
func TestAuditUnit(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../../deploy/tipbox.service")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, line := range []string{
		"MemorySwapMax=0", "LimitCORE=0", "PrivateTmp=yes", "User=tipbox", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict",
		"StateDirectoryMode=0700", "Restart=always", "RestartPreventExitStatus=2", "MemoryMax=1536M",
	} {
		if !regexp.MustCompile(`(?m)^` + line + `$`).MatchString(text) {
			t.Errorf("the unit does not say %s", line)
		}
	}
	const memoryMax, bodyMemory = 1536 << 20, 256 << 20
	if memoryMax < bodyMemory+box.OtherMemory+256<<20 {
		t.Error("MemoryMax leaves no room above what serve allows itself")
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Log("systemd is not on this machine: the unit is only read as text")
		return
	}
	// The binary need not be installed here.
	unit := filepath.Join(t.TempDir(), "tipbox.service")
	text = strings.NewReplacer("/usr/bin/tipbox", "/bin/true", "Documentation=", "#").Replace(text)
	if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := waittest.Command(t, analyze, "verify", unit).CombinedOutput(); err != nil || strings.Contains(string(out), "tipbox.service") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := waittest.Command(t, analyze, "security", "--no-pager", "--offline=yes", "--threshold=11", unit).CombinedOutput(); err != nil {
		t.Errorf("its exposure is above 1.1: %v\n%s", err, out)
	}
}

// TestAuditProxies holds that the examples for both web servers log nothing and
// send tipbox one address, the connection's. That nothing is then kept show
// TestAudit/nginx and TestAuditCaddy.
func TestAuditProxies(t *testing.T) {
	t.Parallel()
	for file, lines := range map[string][]string{
		"nginx.conf": {
			`access_log off;`, `error_log\s+/dev/null emerg;`, `client_header_timeout\s+20s;`, `proxy_request_buffering\s+off;`, `proxy_max_temp_file_size 0;`,
			`ssl_session_tickets off;`, `proxy_set_header X-Forwarded-For \$remote_addr;`,
		},
		"Caddyfile": {`output discard`, `header Cache-Control no-store`, `reverse_proxy 127\.0\.0\.1:8080`},
	} {
		text, err := os.ReadFile("../../../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			if !regexp.MustCompile(`(?m)^\s*` + line + `$`).Match(text) {
				t.Errorf("%s does not say %s", file, line)
			}
		}
		if strings.Contains(string(text), "$proxy_add_x_forwarded_for") || regexp.MustCompile(`(?m)^\s*trusted_proxies`).Match(text) {
			t.Errorf("%s passes on what a client made up", file)
		}
	}
	// The self-test of how nginx is searched: with buffering it makes temporary files,
	// and without a word about logs Debian's own settings keep them.
	addr := boxtest.FreeAddr(t)
	b := newAuditBox(t, "", false, "--listen", addr, "--base-url", "https://tip.example.vn")
	n := startNginx(t, addr, "proxy_request_buffering  off;", "proxy_request_buffering  on;",
		"access_log off;\n\terror_log  /dev/null emerg;\n\n", "")
	d := &auditDay{auditBox: b, photos: auditPhotos(t)}
	d.front = func() string { return fronted(n.https) }
	d.start()
	d.post(d.villager(sourceV4[0]), http.StatusSeeOther, d.photos)
	if used := n.tempFiles(); len(used) == 0 {
		t.Error("nginx buffers uploads in files, and this is not noticed")
	}
	b.walk(n.dir, &b.proxy, &b.proxy)
	for what, found := range map[string]bool{"address v4": true, "user agent": true, "query": true, "message": false} {
		if hits := b.proxy.hits(auditCanaries(nil))[what]; (hits > 0) != found {
			t.Errorf("%s: %d hits in what nginx logs", what, hits)
		}
	}
}

// TestAuditThreatModel holds docs/threat-model.md to its word: each part of the
// world that it speaks of says what shows it, and each test it names is there.
func TestAuditThreatModel(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../../docs/threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := make(map[string]bool)
	err = filepath.WalkDir("../../..", func(path string, e os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && e.Name() == "node_modules":
			return filepath.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(t `).FindAllSubmatch(source, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test\\w+)").FindAllSubmatch(b, -1)
	if len(named) < 20 {
		t.Errorf("it names %d tests", len(named))
	}
	for _, m := range named {
		if !tests[string(m[1])] {
			t.Errorf("it names %s, which there is not", m[1])
		}
	}
	_, parts, _ := strings.Cut(string(b), "\n## The parts\n")
	parts, _, _ = strings.Cut(parts, "\n## ")
	for _, part := range strings.Split(parts, "\n### ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		if !strings.Contains(text, "*Shown by*") {
			t.Errorf("%s: what shows it is not said", title)
		}
	}
}
