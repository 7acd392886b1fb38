// Package faulttest is a TCP proxy for tests that stands before a real server
// and spoils the line to it.
package faulttest

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Fault is what a proxy does to what passes through it.
type Fault int32

// The faults.
const (
	None  Fault = iota
	Stuck       // accepts connections and requests and passes nothing on
	Deaf        // passes requests on and swallows the answers: half-open
	Dead        // swallows both, as when a router on the way loses power
	Slow        // holds each answer back
	Cut         // passes the first half of a request on, then closes the connection
)

// Proxy can be made faulty at any moment, for connections that stand already, too.
type Proxy struct {
	Addr string // where it listens, host:port

	fault    atomic.Int32
	delay    atomic.Int64
	listener net.Listener
	to       string
	over     chan struct{}
	all      sync.WaitGroup
}

// Start starts a proxy to an address that ends with the test.
func Start(t testing.TB, to string) *Proxy {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("starting a proxy: %v", err)
	}
	p := &Proxy{Addr: l.Addr().String(), listener: l, to: to, over: make(chan struct{})}
	p.all.Go(p.accept)
	t.Cleanup(func() {
		close(p.over)
		_ = l.Close()
		p.all.Wait()
	})
	return p
}

// Port returns the port that the proxy listens on.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// Set makes the line faulty, or well again with None. What a fault swallowed or
// closed does not come back.
func (p *Proxy) Set(f Fault) { p.fault.Store(int32(f)) }

// SetSlow makes the line Slow by that much.
func (p *Proxy) SetSlow(delay time.Duration) {
	p.delay.Store(int64(delay))
	p.Set(Slow)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(context.Background(), "tcp", p.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		gone := make(chan struct{})
		both := sync.OnceFunc(func() {
			_ = client.Close()
			_ = server.Close()
			close(gone)
		})
		p.all.Go(func() {
			select {
			case <-p.over:
				both()
			case <-gone:
			}
		})
		p.all.Go(func() { defer both(); p.pass(client, server, gone, true) })
		p.all.Go(func() { defer both(); p.pass(server, client, gone, false) })
	}
}

// pass copies one direction, doing what the fault of the moment says.
func (p *Proxy) pass(from, to net.Conn, gone chan struct{}, request bool) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		switch f := Fault(p.fault.Load()); {
		case f == Dead, f == Stuck && request, f == Deaf && !request:
			continue
		case f == Slow && !request:
			select {
			case <-time.After(time.Duration(p.delay.Load())):
			case <-gone:
				return
			}
		case f == Cut && request:
			_, _ = to.Write(buf[:n/2])
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
