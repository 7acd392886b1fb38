package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrUntrue is for answers that no Redis can give that does what it was asked: who
// finds one counts it as a Redis that is away. A tip is not to be refused because
// something else, or a broken thing, listens at its address.
var ErrUntrue = errors.New("redis answers what cannot be true")

// mostAnswered is how much a Redis may answer, in bytes of memory, before it is
// asked something again. What we ask for has a few hundred bytes, the slots of a
// large Cluster some ten thousand.
const mostAnswered = 4 << 20

// mostHeader is how long a line is read: longer ones are texts, not lengths.
const mostHeader = 32

// dialer returns what go-redis is to connect with: its own would believe the
// lengths that an answer announces, and reserve gigabytes for a few bytes.
func dialer(unix bool, conf *tls.Config, patience time.Duration) func(ctx context.Context, network, addr string) (net.Conn, error) {
	plain := &net.Dialer{Timeout: patience}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		switch {
		case unix:
			network = "unix"
		case conf != nil:
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			c, err := (&tls.Dialer{NetDialer: plain, Config: conf}).DialContext(ctx, network, addr)
			if err != nil {
				return nil, err //nolint:wrapcheck // go-redis and Kind look at it
			}
			return &wary{Conn: c}, nil
		}
		c, err := plain.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err //nolint:wrapcheck // go-redis and Kind look at it
		}
		w := &wary{Conn: c}
		if s, ok := c.(syscall.Conn); ok {
			return &warySocket{w, s}, nil
		}
		return w, nil
	}
}

// warySocket shows go-redis the socket, at which it sees whether an idle
// connection still stands.
type warySocket struct {
	*wary
	syscall.Conn
}

// wary reads along (RESP, https://redis.io/docs/latest/develop/reference/protocol-spec/)
// and fails before it passes on a length that is too much.
type wary struct {
	net.Conn
	answered int64  // bytes of memory that the answer takes
	skip     int64  // bytes that are still to come of a string
	line     []byte // the line so far: the type and the length
}

// Write is what Redis may answer.
func (w *wary) Write(p []byte) (int, error) {
	w.answered = 0
	return w.Conn.Write(p) //nolint:wrapcheck // go-redis and Kind look at it
}

// Read returns ErrUntrue once the answer is too large.
func (w *wary) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if !w.follow(p[:n]) {
		return 0, fmt.Errorf("reading an answer: %w", ErrUntrue)
	}
	return n, err //nolint:wrapcheck // go-redis and Kind look at it
}

// follow reports whether the answer is still of a size that can be.
func (w *wary) follow(p []byte) bool {
	w.answered += int64(len(p))
	for len(p) > 0 && w.answered <= mostAnswered {
		if w.skip > 0 {
			n := min(w.skip, int64(len(p)))
			p, w.skip = p[n:], w.skip-n
			continue
		}
		if p[0] == '\n' {
			w.header()
			w.line = w.line[:0]
		} else if len(w.line) < mostHeader {
			w.line = append(w.line, p[0])
		}
		p = p[1:]
	}
	return w.answered <= mostAnswered
}

// header takes in the line of a type and a length. What is malformed is for
// go-redis to refuse: it reserves nothing for it.
func (w *wary) header() {
	const perElement = 64 // an interface, and as much again for what is made of it
	if len(w.line) < 2 || !strings.ContainsRune("$!=*%~>|", rune(w.line[0])) {
		return
	}
	if len(w.line) == mostHeader {
		w.answered = mostAnswered + 1 // leading zeros
		return
	}
	length, err := strconv.ParseInt(string(w.line[1:len(w.line)-1]), 10, 64)
	if err != nil || length < 0 {
		return
	}
	length = min(length, mostAnswered+1)
	switch w.line[0] {
	case '$', '!', '=':
		if w.answered += length; w.answered <= mostAnswered {
			w.skip = length + 2 // CR LF
			w.answered -= length
		}
	default:
		w.answered += perElement * length
	}
}
