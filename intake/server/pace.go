package server

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// pacedBody reads a body as long as it goes on coming.
type pacedBody struct {
	r     io.Reader
	o     *BodyOptions
	lease *lease
	conn  *conn

	start, set       time.Time
	n, strides       int64
	noted            int64 // of n, what conn knows of
	failed, tooLarge bool
}

func (b *pacedBody) Read(buf []byte) (int, error) {
	n, err := b.r.Read(buf)
	if n > 0 {
		b.progress(n)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.failed = true
		b.tooLarge = errors.Is(asFormError(err), ErrFormTooLarge)
	}
	return n, err
}

// progress moves the deadline of the next bytes.
func (b *pacedBody) progress(n int) {
	b.n += int64(n)
	now := time.Now()
	if s := b.n / stride; s > b.strides {
		b.strides = s
		b.lease.strode(now)
		b.conn.goesOn(int(b.n - b.noted))
		b.noted = b.n
	}
	if now.Sub(b.set) < setEvery {
		return
	}
	b.set = now
	deadline := now.Add(b.o.Idle)
	slow := b.start.Add(graceBody + time.Duration(b.n/b.o.MinRate)*time.Second)
	for _, d := range []time.Time{slow, b.start.Add(b.o.Longest)} {
		if d.Before(deadline) {
			deadline = d
		}
	}
	b.lease.extend(deadline)
}

// arrived ends the reading. The answer's time begins when it does (answerWriter):
// photos may have to wait for their turn before.
func (b *pacedBody) arrived(rc *http.ResponseController) {
	b.lease.arrived()
	b.conn.bodyEnds()
	_ = rc.SetWriteDeadline(time.Time{})
}
