package web

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// conns holds at most max connections. The next one takes the place of the one
// that has kept us waiting the longest for a header, a next request, or the
// bytes of a form. A connection whose request is being answered is never ended.
type conns struct {
	max int

	mu  sync.Mutex
	all map[*conn]struct{}
}

// conn is one accepted connection, below TLS.
type conn struct {
	net.Conn
	of *conns

	// Guarded by of.mu.
	since   time.Time // when it last gave us what we waited for
	serving int       // requests in their handlers; several only with HTTP/2
	bodies  int       // of these, those that read a form
}

func newConns(limit int) *conns { return &conns{max: limit, all: make(map[*conn]struct{})} }

type connKey struct{}

// connContext is for http.Server.ConnContext.
func (t *conns) connContext(ctx context.Context, c net.Conn) context.Context {
	if over, ok := c.(interface{ NetConn() net.Conn }); ok { // *tls.Conn
		c = over.NetConn()
	}
	return context.WithValue(ctx, connKey{}, c)
}

// trackedConn returns the connection of a request, or nil where its server does
// not track them.
func trackedConn(ctx context.Context) *conn {
	c, _ := ctx.Value(connKey{}).(*conn)
	return c
}

// watch notes for each connection whether it is being served.
func (t *conns) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := trackedConn(r.Context())
		c.note(func() { c.serving++ })
		defer c.note(func() { c.serving--; c.since = time.Now() })
		next.ServeHTTP(w, r)
	})
}

func (c *conn) note(change func()) {
	if c == nil {
		return
	}
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	change()
}

// bodyBegins, bodyGoesOn and bodyEnds are called while a form is read.
func (c *conn) bodyBegins() { c.note(func() { c.bodies++; c.since = time.Now() }) }
func (c *conn) bodyGoesOn() { c.note(func() { c.since = time.Now() }) }
func (c *conn) bodyEnds()   { c.note(func() { c.bodies-- }) }

// Close ends the connection and makes its place free.
func (c *conn) Close() error {
	c.note(func() { delete(c.of.all, c) })
	return c.Conn.Close()
}

// add makes room for c and takes it in, or reports that there is no room.
func (t *conns) add(c *conn) bool {
	t.mu.Lock()
	var victim *conn
	if len(t.all) >= t.max {
		for other := range t.all {
			if other.waitedFor(c.since) && (victim == nil || other.since.Before(victim.since)) {
				victim = other
			}
		}
		if victim == nil {
			t.mu.Unlock()
			return false
		}
		delete(t.all, victim)
	}
	t.all[c] = struct{}{}
	t.mu.Unlock()
	if victim != nil {
		_ = victim.Conn.Close()
	}
	return true
}

// waitedFor reports whether the connection may go: nothing is being done for it,
// and if it is sending a form, it has stalled.
func (c *conn) waitedFor(now time.Time) bool {
	return c.serving == 0 || c.serving == c.bodies && now.Sub(c.since) >= stalledAfter
}

type limitedListener struct {
	net.Listener
	of *conns
}

func (t *conns) listener(l net.Listener) net.Listener { return limitedListener{l, t} }

// Accept returns the next connection there is room for.
func (l limitedListener) Accept() (net.Conn, error) {
	for {
		nc, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: nc, of: l.of, since: time.Now()}
		if l.of.add(c) {
			return c, nil
		}
		_ = nc.Close()
	}
}
