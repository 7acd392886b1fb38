package box

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"

	"tipbox/cmd/internal/config"
	"tipbox/intake/server"
	"tipbox/intake/waittest"
)

const acmeHost = "tip.example.vn"

// authority is Pebble, the test authority of Let's Encrypt, beside a DNS server.
type authority struct {
	url    string // of its directory
	client *http.Client
	roots  *x509.CertPool
	orders atomic.Int64
	leads  atomic.Pointer[string] // where the name leads
	busy   atomic.Bool            // refuses orders
}

// newAuthority starts an authority that comes to the challenges at the ports: that of
// plain http (RFC 8555 section 8.3), and that of TLS.
func newAuthority(t *testing.T, plain, port int) *authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	t.Setenv("PEBBLE_WFE_NONCEREJECT", "0")
	a := &authority{roots: x509.NewCertPool()}
	here := "127.0.0.1"
	a.leads.Store(&here)
	resolver := a.resolve(t)
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issues := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: 20 * 24 * 3600}})
	front := wfe.New(quiet, store, va.New(quiet, plain, port, false, resolver, store), issues, nil, false, false, 1, 1)
	handler := front.Handler()
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "order") {
			a.orders.Add(1)
			if a.busy.Load() {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(http.StatusTooManyRequests)
				_, _ = io.WriteString(w, `{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many certificates already issued"}`)
				return
			}
		}
		if id, ok := strings.CutPrefix(r.URL.Path, "/finalize-order/"); ok { // as Let's Encrypt's own server says it, and Pebble does not
			w.Header().Set("Location", "https://"+r.Host+"/my-order/"+id)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	a.url, a.client = s.URL+wfe.DirectoryPath, s.Client()
	root, err := x509.ParseCertificate(issues.GetRootCert(0).DER)
	if err != nil {
		t.Fatal(err)
	}
	a.roots.AddCert(root)
	return a
}

// resolve is a DNS server for one name.
func (a *authority) resolve(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &dns.Server{Listener: l, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			header := dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 1}
			m.Answer = append(m.Answer, &dns.A{Hdr: header, A: net.ParseIP(*a.leads.Load())})
		}
		_ = w.WriteMsg(m) // who asks has a limit
	})}
	go func() { _ = s.ActivateAndServe() }()
	t.Cleanup(func() { _ = s.Shutdown() })
	return l.Addr().String()
}

// acmeBox serves a page with an issuer's certificates.
func acmeBox(t *testing.T) (i *issuer, a *authority, addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := net.SplitHostPort(l.Addr().String())
	port, _ := strconv.Atoi(text)
	a = newAuthority(t, 1, port)
	dir, err := os.MkdirTemp("", "tipbox-acme-") // not the test's own: a renewal may still be tidying up when it ends
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	i = newIssuer(&config.Config{
		BaseURL: &url.URL{Scheme: "https", Host: acmeHost}, DataDir: dir,
		HTTP: config.HTTP{ACMEEmail: "van-hanh@example.vn", ACMEDirectory: a.url},
	})
	i.manager.Client.HTTPClient = a.client
	s := server.New(server.Options{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "đây") }), TLS: i.tls(),
	})
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close()
		_ = waittest.For(t, served, "the end of the server")
	})
	return i, a, l.Addr().String()
}

// visit connects as a phone does that trusts the authority.
func (a *authority) visit(t *testing.T, addr, name string) (*x509.Certificate, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waittest.Limit)
	defer cancel()
	line := &tls.Dialer{Config: &tls.Config{ServerName: name, RootCAs: a.roots, MinVersion: tls.VersionTLS12}}
	c, err := line.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

// TestACME gets a certificate from Pebble, keeps it for the next start, renews it
// before its end, and asks for no other name.
func TestACME(t *testing.T) {
	i, a, addr := acmeBox(t)
	i.ask()
	if why := i.trouble(); why != "" {
		t.Fatal(why, i.refused)
	}
	first, err := a.visit(t, addr, acmeHost)
	if err != nil {
		t.Fatal(err)
	}
	orders := a.orders.Load()
	if _, err := a.visit(t, addr, "else.example.vn"); err == nil || a.orders.Load() != orders {
		t.Errorf("another name was asked for: %v", err)
	}
	if info, err := os.Stat(filepath.Join(acmeDir(i.cfg), acmeHost)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the certificate is not kept for its owner alone: %v, %v", info, err)
	}

	restarted := func() *issuer {
		i := newIssuer(i.cfg)
		i.manager.Client.HTTPClient = a.client
		return i
	}
	again := restarted()
	if again.ask(); again.trouble() != "" || a.orders.Load() != orders {
		t.Errorf("a kept certificate is asked for again: %s", again.trouble())
	}
	again = restarted()
	again.manager.RenewBefore = 30 * 24 * time.Hour // more than it is good for: its time has come
	again.ask()
	waittest.Until(t, "a new certificate", func() bool {
		kept, err := again.manager.Cache.Get(t.Context(), acmeHost)
		return err == nil && !bytes.Contains(kept, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: first.Raw}))
	})
}

// TestACMERefusals: what the authority says is told in words, and it is not asked
// again for every visitor.
func TestACMERefusals(t *testing.T) {
	nowhere := "127.0.0.2"
	for _, c := range []struct {
		name, want string
		refuse     func(*authority)
	}{
		{"rate limit", "asked too often", func(a *authority) { a.busy.Store(true) }},
		{"leads elsewhere", "the name leads elsewhere", func(a *authority) { a.leads.Store(&nowhere) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			i, a, addr := acmeBox(t)
			c.refuse(a)
			i.ask()
			if why := i.trouble(); !strings.Contains(why, c.want) {
				t.Errorf("%q, %v", why, i.refused)
			}
			orders := a.orders.Load()
			for range 3 {
				if _, err := a.visit(t, addr, acmeHost); err == nil {
					t.Error("served without a certificate")
				}
			}
			if now := a.orders.Load(); now != orders {
				t.Errorf("visitors had the authority asked %d times", now-orders)
			}
		})
	}
}

// TestToHTTPS: nobody's browser learns from plain http which poster was scanned.
func TestToHTTPS(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	toHTTPS("https://"+acmeHost).Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/t/ncs01", nil))
	if h := w.Header(); w.Code != http.StatusFound || h.Get("Location") != "https://"+acmeHost+"/" || h.Get("Cache-Control") != "no-store" || w.Body.Len() > 0 {
		t.Error(w.Code, h, w.Body)
	}
}
