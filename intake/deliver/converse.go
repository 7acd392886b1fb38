package deliver

import (
	"context"
	"time"
)

const (
	// maxBroken is how many conversations may break in a row without the server
	// having answered for a mail: one may be the fault of a mail, three are not.
	maxBroken = 3
	// turn is how many mails go over a connection while others wait for one.
	turn = 50
)

// connection waits until a connection may be opened for the lane: in turn, or at
// once, as long as there are any, where an urgent tip waits. The caller gives it
// back with release; it is nil where nothing is to be mailed any more.
func (r *Runner) connection(ctx context.Context, l *lane) (release func(), express bool) {
	give := func() { <-r.slots }
	select {
	case r.slots <- struct{}{}: // those for urgent tips alone are for when there is none
		return give, false
	default:
	}
	r.waiting.Add(1)
	defer r.waiting.Add(-1)
	for {
		p, _ := l.pick(time.Now())
		if p == nil {
			return nil, false
		}
		var urgent chan struct{}
		if p.Urgent {
			urgent = r.express
		}
		select {
		case r.slots <- struct{}{}:
			return give, false
		case urgent <- struct{}{}:
			return func() { <-r.express }, true
		case <-l.urgent: // one has come; nothing else makes the lane lose its turn
		case <-ctx.Done():
			return nil, false
		}
	}
}

// slot waits until a connection may be opened for a digest. The caller gives it
// back with release; it is nil where nothing is to be mailed any more.
func (r *Runner) slot(ctx context.Context, urgent bool) (release func()) {
	var express chan struct{}
	if urgent {
		express = r.express
	}
	r.waiting.Add(1)
	defer r.waiting.Add(-1)
	select {
	case r.slots <- struct{}{}:
		return func() { <-r.slots }
	case express <- struct{}{}:
		return func() { <-r.express }
	case <-ctx.Done():
		return nil
	}
}

// converse opens a connection and mails over it what may go now, until nothing
// is left, others have waited long enough or the server stops answering.
func (r *Runner) converse(ctx, mails context.Context, l *lane) {
	release, express := r.connection(ctx, l)
	if release == nil {
		return
	}
	defer release()
	var conn Conn
	defer func() { hangUp(conn) }()
	for n := 0; ctx.Err() == nil && (n < turn || r.waiting.Load() == 0); n++ {
		p, _ := l.pick(time.Now()) // only now: the wait for a connection may have been long
		if p == nil || express && !p.Urgent {
			return
		}
		job, ok := r.prepare(l, p)
		if !ok {
			continue
		}
		if conn == nil && len(job.to) > 0 {
			var reason string
			if conn, reason = r.dial(ctx, l); conn == nil {
				if ctx.Err() == nil {
					l.unreachable(reason, time.Now())
					r.count(reason)
				}
				return
			}
		}
		answered, reason := r.deliver(mails, conn, l, job)
		if answered {
			l.answered()
		}
		if reason == "" {
			continue
		}
		hangUp(conn)
		conn = nil
		if l.broke() >= maxBroken {
			l.unreachable(reason, time.Now())
			return
		}
	}
}

func hangUp(c Conn) {
	if c != nil {
		_ = c.Close() // what the server took over, it took over
	}
}

// dial connects for a lane; where it fails, the connection is nil and the
// reason is named.
func (r *Runner) dial(ctx context.Context, l *lane) (Conn, string) {
	l.mu.Lock()
	l.dialled = time.Now()
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, r.o.DialTime)
	defer cancel()
	conn, err := r.o.Transport.Dial(ctx)
	if err != nil {
		return nil, Reason(err)
	}
	return conn, ""
}
