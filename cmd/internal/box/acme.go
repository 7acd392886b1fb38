package box

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"tipbox/cmd/internal/config"
)

// issuer gets the certificate of base_url from an authority by itself, and renews it
// in the last third of its life (RFC 8555, with the challenge of RFC 8737: on our own port,
// nothing else need be reached). Account and certificate are kept in DATA/acme.
type issuer struct {
	cfg     *config.Config
	manager *autocert.Manager
	host    string

	mu      sync.Mutex
	refused error     // what the last try met; nil after one that gave a certificate
	again   time.Time // before which the authority is not asked again
}

// patience is how long an authority that refused is left alone: Let's Encrypt takes
// five failures an hour, and every visitor would be a try.
const patience = 15 * time.Minute

func newIssuer(cfg *config.Config) *issuer {
	host := cfg.BaseURL.Hostname()
	return &issuer{cfg: cfg, host: host, manager: &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		Email:      cfg.HTTP.ACMEEmail,
		Cache:      autocert.DirCache(acmeDir(cfg)),
		HostPolicy: autocert.HostWhitelist(host), // who asks for other names costs the authority nothing
		Client: &acme.Client{
			DirectoryURL: cmp.Or(cfg.HTTP.ACMEDirectory, autocert.DefaultACMEDirectory), UserAgent: "tipbox", RetryBackoff: soon,
		},
	}}
}

// soon tries a request again a few times within seconds, and not at all who wants to
// be left alone: see patience.
func soon(n int, _ *http.Request, resp *http.Response) time.Duration {
	if n > 3 || resp.StatusCode == http.StatusTooManyRequests {
		return -1
	}
	return time.Duration(n) * time.Second
}

func acmeDir(cfg *config.Config) string { return filepath.Join(cfg.DataDir, "acme") }

// tls is how the form is served with what the issuer gets.
func (i *issuer) tls() *tls.Config {
	c := i.manager.TLSConfig()
	c.MinVersion = tls.VersionTLS12
	c.GetCertificate = i.certificate
	return c
}

func (i *issuer) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if hello.ServerName != i.host || slices.Contains(hello.SupportedProtos, acme.ALPNProto) { // not a visitor of ours
		return i.manager.GetCertificate(hello)
	}
	i.mu.Lock()
	refused := i.refused
	if refused != nil && !time.Now().Before(i.again) {
		refused, i.again = nil, time.Now().Add(patience) // one visitor asks for all
	}
	i.mu.Unlock()
	if refused != nil {
		return nil, refused
	}
	cert, err := i.manager.GetCertificate(hello)
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refused = err; err != nil {
		i.again = time.Now().Add(patience)
	}
	return cert, err
}

// ask gets the certificate, or learns why there is none, without a visitor having to
// wait for it.
func (i *issuer) ask() {
	_, _ = i.certificate(&tls.ClientHelloInfo{ // the error is kept
		ServerName: i.host, SupportedVersions: []uint16{tls.VersionTLS13}, SupportedCurves: []tls.CurveID{tls.CurveP256},
		SignatureSchemes: []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256}, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
	})
}

// keepAsking asks again and again until ctx ends, so that health tells what is, and
// a certificate comes by itself once what was wrong is mended.
func (i *issuer) keepAsking(ctx context.Context) {
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for i.ask(); ; i.ask() {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// trouble returns why there is no certificate, or "".
func (i *issuer) trouble() string {
	if i == nil {
		return ""
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.refused == nil {
		return ""
	}
	return acmeReason(i.refused)
}

// acmeReason says in words what an authority's refusal means (RFC 8555 section 6.7),
// without quoting it.
func acmeReason(err error) string {
	network := new(net.OpError)
	_, limited := acme.RateLimit(err)
	switch text := err.Error(); {
	case limited, strings.Contains(text, "rateLimited"):
		return "the authority has been asked too often: it wants to be left alone for hours"
	case strings.Contains(text, "no viable challenge"): // autocert keeps to itself what the authority met
		return "the name leads elsewhere, is not in the DNS, has a CAA record for another authority, or port 443 does not reach this server"
	case errors.As(err, &network):
		return "the authority cannot be reached"
	}
	return "the authority gave none"
}

// toHTTPS sends who comes by plain http to the home page, and to nothing else: a
// browser that kept where it was sent would keep which poster was scanned.
func toHTTPS(base string) *http.Server {
	return &http.Server{
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Second, MaxHeaderBytes: 8 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would quote addresses
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Connection", "close")
			w.Header().Set("Location", base+"/")
			w.WriteHeader(http.StatusFound)
		}),
	}
}
