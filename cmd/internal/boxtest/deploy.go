package boxtest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tipbox/intake/waittest"
)

// Deployed returns a file of deploy/ with other texts in the place of those that
// stand in it: pairs, of which each must be there.
func Deployed(t testing.TB, name string, pairs ...string) string {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(root, "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("deploy/%s does not say %q", name, pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

// Certificate writes a self-signed certificate for the names, good for an hour, and
// its key into a directory, and returns their paths.
func Certificate(t testing.TB, dir string, names ...string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: names}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// Nginx runs Debian's nginx with its files in a directory until the test ends, and
// returns what it says once it listens at the address. conf is its configuration.
func Nginx(t testing.TB, dir, conf, addr string, args ...string) *Output {
	t.Helper()
	said := new(Output)
	cmd := exec.CommandContext(context.Background(), Need(t, "nginx"), append([]string{"-p", dir, "-c", conf}, args...)...)
	cmd.Stdout, cmd.Stderr = said, said
	waittest.Tie(cmd, syscall.SIGTERM) // it ends its workers
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		defer time.AfterFunc(waittest.Limit, func() { _ = cmd.Process.Kill() }).Stop()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("nginx: %s", said)
		}
	})
	waittest.Until(t, "nginx listens", func() bool {
		c, err := waittest.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return said
}
