// Package smtptest is a mail server for tests: it speaks SMTP over TCP with
// STARTTLS or TLS and a login, keeps what it takes, and at each step asks the
// test whether to answer, refuse, defer, stall or drop the line.
package smtptest

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tipbox/intake/waittest"
)

// Encryption is how the server encrypts.
type Encryption int

// The ways of encrypting.
const (
	StartTLS Encryption = iota // offered, and required before MAIL
	TLS                        // from the first byte
	Plain                      // none
)

// Options shape a server. The zero value takes any mail over STARTTLS.
type Options struct {
	Encryption Encryption
	Username   string // "" wants no login
	Password   string
	Mechanisms string   // offered for the login; default "PLAIN LOGIN"; "=LOGIN" as before RFC 2554
	Extensions []string // further EHLO lines, such as "8BITMIME" or "SIZE 1000"
	Address    string   // default "127.0.0.1:0"; to come back where another stood
	// Answer is asked at each step before the server answers; nil answers as
	// usual. It is called by many goroutines.
	Answer func(Event) Answer
}

// Server is a running server.
type Server struct {
	// Host and Port are where it listens.
	Host string
	Port int
	// CAFile is a PEM file with the certificate authority of its certificate.
	CAFile string

	t        testing.TB
	o        Options
	tls      *tls.Config
	listener net.Listener
	running  sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]bool
	dialed int
	counts map[Step]int
	mails  []Mail
	seen   []string
	closed bool
}

// Mail is a mail that the server has taken over.
type Mail struct {
	Conn       int    // number of the connection, from 1
	Hello      string // what the client called itself
	Encrypted  bool
	User       string // who logged in, "" for nobody
	ReturnPath string // as in MAIL FROM, with its brackets
	To         []string
	Data       []byte // as received, lines ending in CR LF, dots unstuffed
}

// Start starts a server that ends with the test.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	if o.Mechanisms == "" {
		o.Mechanisms = "PLAIN LOGIN"
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", o.Address)
	if err != nil {
		t.Fatalf("starting the mail server: %v", err)
	}
	addr := l.Addr().(*net.TCPAddr)
	s := &Server{
		Host: addr.IP.String(), Port: addr.Port, t: t, o: o, listener: l,
		conns: make(map[net.Conn]bool), counts: make(map[Step]int),
	}
	s.certify(t)
	s.running.Go(s.accept)
	t.Cleanup(s.Close)
	return s
}

// certify borrows the certificate of net/http/httptest, which is good for
// 127.0.0.1, ::1 and example.com, but not for localhost.
func (s *Server) certify(t testing.TB) {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	s.tls = &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}
	s.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(s.CAFile, block, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Close ends all connections and waits until nothing of the server is left.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	_ = s.listener.Close()
	s.running.Wait()
}

// Mails returns what the server has taken over so far.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Wait waits until the server has taken n mails over and returns all it has;
// fewer only where the server was closed.
func (s *Server) Wait(n int) []Mail {
	s.t.Helper()
	waittest.Until(s.t, fmt.Sprintf("%d mails in all", n), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.mails) >= n || s.closed
	})
	return s.Mails()
}

// Connections returns how many connections there have been.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dialed
}

// Commands returns every line that clients have sent but for messages and logins.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.seen...)
}

func (s *Server) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			_ = c.Close()
			return
		}
		s.conns[c] = true
		s.dialed++
		n := s.dialed
		s.mu.Unlock()
		s.running.Go(func() {
			s.serve(c, n)
			_ = c.Close()
			s.mu.Lock()
			delete(s.conns, c)
			s.mu.Unlock()
		})
	}
}

func (s *Server) serve(c net.Conn, n int) {
	t := &talk{s: s, n: n, conn: c}
	if s.o.Encryption == TLS {
		encrypted := tls.Server(c, s.tls)
		if encrypted.HandshakeContext(context.Background()) != nil {
			return
		}
		t.conn, t.encrypted = encrypted, true
	}
	t.in = bufio.NewReader(t.conn)
	t.run()
}

func (s *Server) ask(e Event) Answer {
	s.mu.Lock()
	s.counts[e.Step]++
	e.Count = s.counts[e.Step]
	s.mu.Unlock()
	if s.o.Answer == nil {
		return Usual
	}
	return s.o.Answer(e)
}

func (s *Server) take(m Mail) {
	s.mu.Lock()
	s.mails = append(s.mails, m)
	s.mu.Unlock()
}

func (s *Server) note(line string) {
	s.mu.Lock()
	s.seen = append(s.seen, line)
	s.mu.Unlock()
}
