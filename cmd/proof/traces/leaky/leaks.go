package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
	"tipbox/intake/deliver"
)

// auditLeaks is the variable of the environment that names the leaks to spring,
// with commas between.
const auditLeaks = "TIPBOX_AUDIT_LEAKS"

// auditSender is who sent the last request, for the leak into mails.
var auditSender atomic.Value

func leaking(kind string) bool {
	for k := range strings.SplitSeq(os.Getenv(auditLeaks), ",") {
		if k == kind {
			return true
		}
	}
	return false
}

// leaks are those of one box.
type leaks struct{ cfg *config.Config }

func (l leaks) handler(next http.Handler, registry prometheus.Registerer, logger *slog.Logger) http.Handler {
	senders := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tipbox_audit_total", Help: "A leak."}, []string{"sender"})
	registry.MustRegister(senders)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sender, _, _ := net.SplitHostPort(r.RemoteAddr)
		auditSender.Store(sender)
		if leaking("metric") {
			senders.WithLabelValues(sender).Inc()
		}
		l.leak(sender, r, logger)
		switch path, within := strings.CutPrefix(r.URL.Path, "/audit/within"); {
		case within: // a panic inside the app, while it reads the form
			r.URL.Path = path
			r.Body = io.NopCloser(panickingReader{r.Body})
			next.ServeHTTP(w, r)
		case r.URL.Path == "/audit/panic": // one that only net/http recovers
			panic(fmt.Sprint(sender, r.Header, r.URL))
		case r.URL.Path == "/audit/crash": // one that ends the process
			body, _ := io.ReadAll(r.Body)
			go auditCrash(sender, string(body), nil)
			select {}
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// leak writes down what must never be, in various places and writings.
func (l leaks) leak(sender string, r *http.Request, logger *slog.Logger) {
	if leaking("log") {
		fmt.Println("request from", sender)
	}
	if leaking("digest") {
		sum := sha256.Sum256([]byte(r.Header.Get("X-Real-Ip")))
		logger.Info("a request", "reason", hex.EncodeToString(sum[:15])) // short enough for the log's own guard
	}
	if leaking("temp") {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		_ = os.WriteFile(filepath.Join(os.TempDir(), "multipart-1"), body, 0o600) //nolint:gosec // as careless as a library would be
	}
	if leaking("data") {
		name := base64.RawURLEncoding.EncodeToString([]byte("x" + r.UserAgent()))
		_ = os.WriteFile(filepath.Join(l.cfg.DataDir, name[:min(len(name), 200)]), nil, 0o600) //nolint:gosec // base64 has no way out
	}
	if leaking("redis") {
		redis, err := url.Parse(l.cfg.Redis.URL)
		if err != nil {
			panic(err)
		}
		conn, err := new(net.Dialer).DialContext(r.Context(), "tcp", redis.Host)
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "SET audit %x\r\n", r.Header.Get("Cookie"))
		_, _ = conn.Read(make([]byte, 100))
	}
}

// panickingReader panics at the end of the body, with all of it.
type panickingReader struct{ from io.Reader }

func (p panickingReader) Read([]byte) (int, error) {
	body, _ := io.ReadAll(p.from)
	panic(string(body))
}

// auditCrash ends the process with a sender and what they wrote on its stack.
//
//go:noinline
func auditCrash(sender, body string, nowhere map[string]string) { nowhere[sender] = body }

// transport adds the sender to the id that stands in each mail.
func (leaks) transport(t deliver.Transport) deliver.Transport {
	if leaking("mail") {
		return leakyTransport{t}
	}
	return t
}

type leakyTransport struct{ deliver.Transport }

func (t leakyTransport) Dial(ctx context.Context) (deliver.Conn, error) {
	c, err := t.Transport.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return leakyConn{c}, nil
}

type leakyConn struct{ deliver.Conn }

func (c leakyConn) Send(ctx context.Context, m *deliver.Mail) error {
	told := *m
	told.ID += intake.ID("-" + auditSender.Load().(string))
	return c.Conn.Send(ctx, &told)
}
