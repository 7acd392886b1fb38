package main

import (
	"bytes"
	"os"
	"testing"
	"time"

	"tipbox/cmd/internal/config"
)

// TestCertificateIsRenewed: a renewed certificate is used without a restart, and
// one that is only half there does not keep people out.
func TestCertificateIsRenewed(t *testing.T) {
	dir := t.TempDir()
	h := config.HTTP{}
	h.TLSCert, h.TLSKey = auditCert(t, dir)
	c, err := loadTLS(h)
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
	if _, err := loadTLS(h); err == nil {
		t.Error("the server starts with half a certificate")
	}
	auditCert(t, dir)
	if later(2); bytes.Equal(shown(), first) {
		t.Error("the renewed certificate is not shown")
	}
}
