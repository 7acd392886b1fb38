package smtp

import (
	"io"
	"net"
	"strconv"
	"sync/atomic"
	"testing"

	"tipbox/intake/deliver"
)

// TestHalfOpen: a line that goes dead in both directions without being closed,
// as when a router on the way loses power.
func TestHalfOpen(t *testing.T) {
	t.Parallel()
	srv := server(t, nil)
	o := settings(t, srv)
	p := newProxy(t, net.JoinHostPort(srv.Host, strconv.Itoa(srv.Port)))
	o.Port = p.port
	tr := transport(t, o)
	c := dial(t, tr)
	check(t, c.Send(t.Context(), tip("01")), "", 0, "")
	p.dead.Store(true)
	hurry(tr)
	check(t, c.Send(t.Context(), tip("02")), deliver.Timeout, 0, "")
	if err := c.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
	if n := len(srv.Mails()); n != 1 {
		t.Errorf("the server has %d mails", n)
	}
}

// proxy passes bytes on until it is dead; then it swallows them.
type proxy struct {
	port int
	dead atomic.Bool
}

func newProxy(t *testing.T, to string) *proxy {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	p := &proxy{port: l.Addr().(*net.TCPAddr).Port}
	pass := func(dst, src net.Conn) {
		defer dst.Close()
		io.Copy(writer(func(b []byte) (int, error) {
			if p.dead.Load() {
				return len(b), nil
			}
			return dst.Write(b)
		}), src)
	}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			go pass(far, near)
			go pass(near, far)
		}
	}()
	return p
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }
