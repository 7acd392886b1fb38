package box

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/acme"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/porttest"
	"tipbox/intake/waittest"
)

// TestWebroot gets a certificate as docs/installing.md does with nginx in front: with
// nginx-first.conf the first, with nginx.conf, which does not load before, the next.
func TestWebroot(t *testing.T) {
	plain := porttest.FreePort(t)
	port, err := strconv.Atoi(plain)
	if err != nil {
		t.Fatal(err)
	}
	a := newAuthority(t, port, 1)
	dir := t.TempDir()
	for d := dir; d != os.TempDir(); d = filepath.Dir(d) { // its workers are nobody
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	webroot, live := filepath.Join(dir, "html"), filepath.Join(dir, "live")
	for _, d := range []string{webroot, live} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	site := func(name string) string {
		t.Helper()
		text, err := os.ReadFile("../../../deploy/" + name)
		if err != nil {
			t.Fatal(err)
		}
		conf := filepath.Join(dir, name)
		secure := porttest.FreePort(t)
		site := strings.NewReplacer("listen 80", "listen 127.0.0.1:"+plain, "listen [::]:80", "#", "listen 443", "listen 127.0.0.1:"+secure, "listen [::]:443", "#",
			"/var/www/html", webroot, "/etc/letsencrypt/live/"+acmeHost, live).Replace(string(text))
		all := fmt.Sprintf("pid %s/pid;\nevents {}\nhttp {\nclient_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;\n%[2]s}\n", dir, site)
		if err := os.WriteFile(conf, []byte(all), 0o600); err != nil {
			t.Fatal(err)
		}
		return conf
	}
	first, full := site("nginx-first.conf"), site("nginx.conf")
	nginx := boxtest.Need(t, "nginx")
	loads := func(conf string) (string, error) {
		out, err := waittest.Command(t, nginx, "-p", dir, "-e", filepath.Join(dir, "log"), "-t", "-c", conf).CombinedOutput()
		return string(out), err
	}
	if out, err := loads(full); err == nil || !strings.Contains(out, "fullchain.pem") {
		t.Errorf("without a certificate nginx.conf says %v, %s", err, out)
	}
	for _, conf := range []string{first, full} {
		if out, err := loads(conf); err != nil {
			t.Fatalf("%s: %v\n%s", conf, err, out)
		}
		cmd := exec.CommandContext(t.Context(), nginx, "-p", dir, "-e", filepath.Join(dir, "log"), "-c", conf, "-g", "daemon off;")
		waittest.Tie(cmd, syscall.SIGTERM)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		waittest.Until(t, "nginx listens", func() bool {
			c, err := waittest.Dial("tcp", "127.0.0.1:"+plain)
			if err == nil {
				c.Close()
			}
			return err == nil
		})
		a.certify(t, webroot, live)
		_ = cmd.Process.Signal(os.Interrupt)
		_ = waittest.For(t, ended, "the end of nginx")
	}
}

// certify has the authority give a certificate for what a web server shows from webroot,
// as certbot does, and puts it where certbot does.
func (a *authority) certify(t *testing.T, webroot, live string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waittest.Limit)
	defer cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	newKey := func() crypto.Signer {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		must(err)
		return key
	}
	client := &acme.Client{Key: newKey(), DirectoryURL: a.url, HTTPClient: a.client}
	_, err := client.Register(ctx, new(acme.Account), acme.AcceptTOS)
	must(err)
	order, err := client.AuthorizeOrder(ctx, acme.DomainIDs(acmeHost))
	must(err)
	for _, url := range order.AuthzURLs {
		authz, err := client.GetAuthorization(ctx, url)
		must(err)
		for _, c := range authz.Challenges {
			if c.Type != "http-01" {
				continue
			}
			answer, err := client.HTTP01ChallengeResponse(c.Token)
			must(err)
			path := filepath.Join(webroot, client.HTTP01ChallengePath(c.Token))
			must(os.MkdirAll(filepath.Dir(path), 0o755))
			must(os.WriteFile(path, []byte(answer), 0o644))
			_, err = client.Accept(ctx, c)
			must(err)
		}
		_, err = client.WaitAuthorization(ctx, url)
		must(err)
	}
	key := newKey()
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{acmeHost}}, key)
	must(err)
	chain, _, err := client.CreateOrderCert(ctx, order.FinalizeURL, request, true)
	must(err)
	var pems []byte
	for _, der := range chain {
		pems = append(pems, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	must(os.WriteFile(filepath.Join(live, "fullchain.pem"), pems, 0o600))
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	must(err)
	must(os.WriteFile(filepath.Join(live, "privkey.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
}
