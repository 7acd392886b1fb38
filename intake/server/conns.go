package server

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// conns holds at most max connections. The next one takes the place of the one
// that has kept us waiting the longest: for a header, a next request, the bytes
// of a form, or for taking its answer. Where none does, it takes the place of the
// slowest. A connection with a request that is complete and not being answered yet
// is never ended.
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
	since   time.Time // when it last gave us, or took, what we waited for
	serving int       // requests in their handlers; several only with HTTP/2
	bodies  int       // of these, those that read a form
	answers int       // and those whose answer is being written
	began   time.Time // when there was last neither form nor answer on the way
	moved   int64     // bytes of forms and answers since then
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
		a := &answerWriter{ResponseWriter: w, conn: c}
		defer func() {
			a.end()
			c.note(func() { c.serving--; c.since = time.Now() })
		}()
		next.ServeHTTP(a, r)
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

// bodyBegins and bodyEnds are called around the reading of a form, answerBegins
// and answerEnds around the writing of an answer; goesOn in both, for n more bytes.
func (c *conn) bodyBegins()   { c.note(func() { c.begin(); c.bodies++ }) }
func (c *conn) bodyEnds()     { c.note(func() { c.bodies-- }) }
func (c *conn) answerBegins() { c.note(func() { c.begin(); c.answers++ }) }
func (c *conn) answerEnds()   { c.note(func() { c.answers-- }) }
func (c *conn) goesOn(n int)  { c.note(func() { c.since = time.Now(); c.moved += int64(n) }) }

// begin is called with of.mu held.
func (c *conn) begin() {
	c.since = time.Now()
	if c.bodies+c.answers == 0 {
		c.began, c.moved = c.since, 0
	}
}

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
		if victim = t.victim(c.since); victim == nil {
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

// victim returns the connection that is to go for another, or nil where all are
// being worked for. It is called with mu held.
func (t *conns) victim(now time.Time) *conn {
	var longest, slowest *conn
	for c := range t.all {
		switch {
		case c.serving > c.bodies+c.answers:
		case c.serving == 0 || now.Sub(c.since) >= stalledAfter:
			if longest == nil || c.since.Before(longest.since) {
				longest = c
			}
		case slowest == nil || c.rate(now) < slowest.rate(now):
			slowest = c
		}
	}
	if longest != nil {
		return longest
	}
	return slowest
}

// rate returns the bytes per second of the forms and answers on their way, as if
// there had been a stride before: so that one which has just begun is not taken
// for slower than one that drips.
func (c *conn) rate(now time.Time) float64 {
	return float64(c.moved+stride) / (now.Sub(c.began) + stalledAfter).Seconds()
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
