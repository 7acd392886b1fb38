package smtp

import (
	"errors"
	"net"

	"tipbox/intake/deliver"
)

// mostUnasked is how much the server may send, in bytes, before we say something
// again. A reply has a few hundred bytes, a TLS handshake with a long chain of
// certificates some ten thousand.
const mostUnasked = 256 << 10

// bounded ends a connection over which a server talks without end: go-mail
// gathers a whole reply in memory, however long its line is and however many
// lines it has, and before TLS that can be anyone on the way.
type bounded struct {
	net.Conn
	unasked int
	endless bool // from here on nothing is read or written
}

var errEndless = deferred(deliver.ReplyOdd, errors.New("the mail server talks without end"))

// Read returns errEndless once the server has sent too much.
func (c *bounded) Read(p []byte) (int, error) {
	if c.endless = c.endless || c.unasked >= mostUnasked; c.endless {
		return 0, errEndless
	}
	n, err := c.Conn.Read(p[:min(len(p), mostUnasked-c.unasked)])
	c.unasked += n
	return n, err //nolint:wrapcheck // a net.Conn's errors are its own
}

// Write is what the server may answer.
func (c *bounded) Write(p []byte) (int, error) {
	if c.endless {
		return 0, errEndless
	}
	c.unasked = 0
	return c.Conn.Write(p) //nolint:wrapcheck // a net.Conn's errors are its own
}
