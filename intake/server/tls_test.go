package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake/server/formtest"
)

// selfSigned returns a configuration with a certificate of its own.
func selfSigned(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"x"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

// drip gives a second's bytes of a slow line per Read.
type drip struct {
	left      []byte
	perSecond int
}

func (d *drip) Read(b []byte) (int, error) {
	if len(d.left) == 0 {
		return 0, io.EOF
	}
	time.Sleep(time.Second)
	n := copy(b[:min(len(b), d.perSecond)], d.left)
	d.left = d.left[n:]
	return n, nil
}

// TestSlowUploadHTTP2: net/http would reset a stream whose upload takes longer
// than WriteTimeout.
func TestSlowUploadHTTP2(t *testing.T) {
	secure := selfSigned(t)
	contentType, body := formtest.Form(t, "message=đốt rừng", "photo@a="+strings.Repeat("x", 3<<20))
	synctest.Test(t, func(t *testing.T) {
		line := servePipes(t, Options{Handler: echoForm(NewBodies(BodyOptions{})), TLS: secure})
		res, err := line.client(t).Post("https://x/t/ncs01", contentType, &drip{body, 15_000})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(res.Body); res.ProtoMajor != 2 || string(got) != fmt.Sprintf("đốt rừng|1|%d|<nil>", 3<<20) {
			t.Errorf("%s: %q, %v", res.Proto, got, err)
		}
	})
}

// TestNoSessionTickets: a browser that comes back cannot be told from a new one by
// its ticket, and keeps none.
func TestNoSessionTickets(t *testing.T) {
	addr := serve(t, Options{Handler: http.NotFoundHandler(), TLS: selfSigned(t)})
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		cache := tls.NewLRUClientSessionCache(1)
		for range 2 {
			c, err := tls.Dial("tcp", addr, &tls.Config{
				InsecureSkipVerify: true, MinVersion: version, MaxVersion: version, ClientSessionCache: cache, ServerName: "x",
			})
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
			io.ReadAll(c)
			if c.ConnectionState().DidResume {
				t.Errorf("version %x: a session was resumed", version)
			}
			c.Close()
		}
	}
}
