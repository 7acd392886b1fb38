// Package server is the line to the people who send: it holds their connections,
// gives each phase of a request its deadline, and reads what they post in bounded
// memory. Slow and hostile clients do not tie it up, and it keeps quiet about all
// of them.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	headerTimeout  = 15 * time.Second // a request's header, and a TLS handshake
	idleTimeout    = 10 * time.Second // between two requests: a connection remembers the last one
	writeTimeout   = 60 * time.Second // what is written outside handlers: see answerStall
	maxStreams     = 20               // requests of one HTTP/2 connection at a time; a page has 3
	maxHeaderBytes = 12 << 10         // net/http adds 4 KiB of slop: 431 beyond 16 KiB
)

// Options are the parts of a Server.
type Options struct {
	Handler http.Handler
	Log     *slog.Logger

	// MaxConns is how many connections are held at once, 2048 by default. One more
	// takes the place of the one that has kept us waiting the longest, or that is
	// the slowest; never of one whose form is here and not yet answered.
	MaxConns int
	// TLS is how to speak TLS; nil is plain HTTP. Its certificates are needed. There
	// are no session tickets: with them a browser shows for days that it was here.
	TLS *tls.Config

	Registerer prometheus.Registerer // default none
}

// Server is an HTTP server that slow and hostile clients do not tie up, and that
// keeps quiet about all of them.
type Server struct {
	http  *http.Server
	conns *conns

	mu        sync.Mutex
	listeners []net.Listener
	ending    bool
	accepting sync.WaitGroup // calls of Serve
}

// New returns a server. Every phase of a request has its deadline: those
// here, and while a form is being read those of BodyOptions.
func New(o Options) *Server {
	setDefault(&o.MaxConns, 2048)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.TLS != nil {
		o.TLS = o.TLS.Clone()
		o.TLS.SessionTicketsDisabled = true
	}
	clients := newClientErrors()
	if o.Registerer != nil {
		o.Registerer.MustRegister(clients)
	}
	t := newConns(o.MaxConns)
	return &Server{conns: t, http: &http.Server{
		Handler:           t.watch(forgetful(o.Handler)),
		ConnContext:       t.connContext,
		TLSConfig:         o.TLS,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       idleBody, // moved on by Bodies, the end for handlers that read no body
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, WriteByteTimeout: writeTimeout},
		ErrorLog:          slog.NewLogLogger(quietErrors{o.Log.Handler(), clients}, slog.LevelWarn),
	}}
}

// Serve takes connections from l until Shutdown or Close; then it returns nil.
func (s *Server) Serve(l net.Listener) error {
	l = s.conns.listener(l)
	if !s.listen(l) {
		return l.Close()
	}
	defer s.accepting.Done()
	var err error
	if s.http.TLSConfig != nil {
		err = s.http.ServeTLS(l, "", "")
	} else {
		err = s.http.Serve(l)
	}
	if errors.Is(err, http.ErrServerClosed) || s.isEnding() {
		return nil
	}
	return fmt.Errorf("serving: %w", err)
}

// Shutdown takes no more connections and returns when those that are here have been
// answered, or with ctx's error when they have not in time. A connection that has
// asked for nothing in its first seconds, or waits for its next request, is closed.
func (s *Server) Shutdown(ctx context.Context) error {
	s.end()
	s.http.SetKeepAlivesEnabled(false)
	s.conns.drain(ctx)
	return s.http.Shutdown(ctx)
}

// Close ends all connections at once.
func (s *Server) Close() error { return s.http.Close() }
