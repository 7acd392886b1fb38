package box

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tipbox/cmd/internal/config"
)

// TestCertificateIsRenewed: a renewed certificate is used without a restart, and
// one that is only half there does not keep people out.
func TestCertificateIsRenewed(t *testing.T) {
	dir := t.TempDir()
	h := config.HTTP{}
	h.TLSCert, h.TLSKey = certificate(t, dir)
	c, err := LoadTLS(h)
	if err != nil {
		t.Fatal(err)
	}
	shown := func() []byte {
		t.Helper()
		cert, err := c.GetCertificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return cert.Certificate[0]
	}
	first := shown()
	later := func(n int) { // as file times go by
		at := time.Now().Add(time.Duration(n) * time.Hour)
		if err := os.Chtimes(h.TLSCert, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(h.TLSCert, 100); err != nil {
		t.Fatal(err)
	}
	if later(1); !bytes.Equal(shown(), first) {
		t.Error("half a certificate is shown")
	}
	if _, err := LoadTLS(h); err == nil {
		t.Error("the server starts with half a certificate")
	}
	certificate(t, dir)
	if later(2); bytes.Equal(shown(), first) {
		t.Error("the renewed certificate is not shown")
	}
}

// certificate writes a certificate and its key into the directory.
func certificate(t *testing.T, dir string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), DNSNames: []string{"tip.example.vn"}, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, made, made, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for file, block := range map[string]*pem.Block{
		certFile: {Type: "CERTIFICATE", Bytes: cert}, keyFile: {Type: "PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}
