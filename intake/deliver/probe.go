package deliver

import (
	"context"
	"time"
)

// probeForever connects now and then, on its own clock, so that health can say
// live how the mail server and the mailboxes are: an attempt for a tip would tell
// when the tip came.
func (r *Runner) probeForever(ctx context.Context) {
	for ctx.Err() == nil {
		probing, cancel := context.WithTimeout(ctx, r.o.DialTime)
		conn, err := r.o.Transport.Dial(probing)
		if asker, ok := conn.(Asker); ok && err == nil {
			if err = asker.Ask(probing); err == nil {
				r.askMailboxes(probing, asker)
			}
		}
		cancel()
		hangUp(conn)
		if ctx.Err() != nil {
			return
		}
		reason := ""
		if err != nil {
			reason = Reason(err)
		}
		r.probed(reason)
		select {
		case <-ctx.Done():
		case <-time.After(r.o.Probe):
		}
	}
}

func (r *Runner) probed(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case reason == r.server:
		return
	case reason != "":
		r.o.Log.Warn("the mail server cannot be used; tips wait in the spool", "reason", reason)
	default:
		r.o.Log.Info("the mail server can be used again")
		for _, l := range r.lanes {
			l.tryNow()
		}
		for _, b := range r.bulks {
			b.tryNow()
		}
	}
	r.server = reason
}
