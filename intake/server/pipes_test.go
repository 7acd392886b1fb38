package server

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// pipes is a listener whose connections live in a synctest bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// servePipes runs a server until the bubble ends.
func servePipes(t *testing.T, o Options) *pipes {
	t.Helper()
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	s := New(o)
	served := make(chan error)
	go func() { served <- s.Serve(p) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-served; err != nil { // in a bubble
			t.Error(err)
		}
		time.Sleep(time.Minute) // net/http lingers before it closes a connection
	})
	return p
}

// dial returns a connection of its own, on which nothing is buffered: what is
// not read is not written.
func (p *pipes) dial(t *testing.T) net.Conn {
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close() })
	p.conns <- theirs
	return ours
}

// client returns a villager's browser; with TLS it speaks HTTP/2.
func (p *pipes) client(t *testing.T) *http.Client {
	line := &http.Transport{
		ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(context.Context, string, string) (net.Conn, error) { return p.dial(t), nil },
	}
	t.Cleanup(line.CloseIdleConnections)
	return &http.Client{Transport: line} // in a bubble
}
