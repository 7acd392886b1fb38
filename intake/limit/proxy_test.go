package limit

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fault is what a proxy does to what passes through it.
type fault int32

const (
	none  fault = iota
	stuck       // accepts connections and requests and passes nothing on
	deaf        // passes requests on and swallows the answers: half-open
	slow        // holds each answer back for delay
	cut         // passes the first half of a request on, then closes the connection
)

// proxy is a TCP proxy before a Redis that can be made faulty at any moment,
// for connections that stand already, too.
type proxy struct {
	addr  string
	fault atomic.Int32
	delay atomic.Int64 // of slow: at first longer than anyone waits
	ln    net.Listener
	to    string
	over  chan struct{}
	all   sync.WaitGroup
}

func startProxy(t *testing.T, to string) *proxy {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{addr: ln.Addr().String(), ln: ln, to: to, over: make(chan struct{})}
	p.delay.Store(int64(4 * patience))
	p.all.Go(p.accept)
	t.Cleanup(func() {
		close(p.over)
		ln.Close()
		p.all.Wait()
	})
	return p
}

func (p *proxy) set(f fault) { p.fault.Store(int32(f)) }

func (p *proxy) accept() {
	for {
		client, err := p.ln.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.to)
		if err != nil {
			client.Close()
			continue
		}
		gone := make(chan struct{})
		both := sync.OnceFunc(func() {
			client.Close()
			server.Close()
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
func (p *proxy) pass(from, to net.Conn, gone chan struct{}, request bool) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		switch f := fault(p.fault.Load()); {
		case f == stuck && request, f == deaf && !request:
			continue
		case f == slow && !request:
			select {
			case <-time.After(time.Duration(p.delay.Load())):
			case <-gone:
				return
			}
		case f == cut && request:
			_, _ = to.Write(buf[:n/2])
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
