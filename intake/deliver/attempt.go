package deliver

import (
	"context"
	"errors"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

// job is a tip with the addresses that it is to be mailed to.
type job struct {
	*parcel
	all    []string
	to     []string // those of them whose turn it is now
	urgent bool     // the unit wants to see in the subject that it is
	sealed []byte
}

// prepare reads a tip and finds its addresses. It reports false where there is
// nothing to do for now; then it has seen to the tip.
func (r *Runner) prepare(l *lane, p *parcel) (*job, bool) {
	to, ok := r.units.Load().Receiver(p.Unit, p.Audience)
	if !ok || len(to.Mail) == 0 { // a tip that lacks nobody would count as delivered
		r.postpone(l, p, NoAddress)
		return nil, false
	}
	addresses, urgent := to.Mail, p.Urgent && r.units.Load().Unit(p.Unit).MarkUrgent
	j := &job{parcel: p, all: addresses, to: l.open(p, addresses), urgent: urgent}
	if len(j.to) == 0 {
		return j, true
	}
	var err error
	switch _, j.sealed, err = r.o.Spool.Read(p.ID); {
	case errors.Is(err, spool.ErrNotHere):
		// Held by an operator, or taken away: the spool's next look at its files
		// says so. It may not, where the tip has been released by then; and of a
		// tip that was delivered while sort was at it nothing more is said.
		if _, known := r.o.Spool.Lookup(p.ID); known {
			l.lookAgain(p, time.Now().Add(r.o.Rescan))
		} else {
			r.forget(l, p)
		}
		return nil, false
	case err != nil:
		r.postpone(l, p, Unreadable)
		return nil, false
	}
	return j, true
}

// pass returns the reply pass that a mail has in its text, if any.
func (r *Runner) pass(unit string, a intake.Audience) (half, pass string) {
	if u := r.units.Load().Unit(unit); r.o.Pass == nil || u == nil || !u.Replies {
		return "", ""
	}
	return r.o.Pass(unit, a)
}

// deliver mails a tip to each of its addresses. It reports whether the server
// answered for any, and why the connection can no longer be used, "" if it can.
func (r *Runner) deliver(ctx context.Context, conn Conn, l *lane, j *job) (answered bool, broken string) {
	later := ""
	for _, to := range j.to {
		m := &Mail{ID: j.ID, To: to, Urgent: j.urgent, Sealed: j.sealed}
		m.Half, m.Reply = r.pass(j.Unit, j.Audience)
		err := r.send(ctx, conn, m)
		var refusal *PermanentError
		switch {
		case err == nil:
			answered = true
			r.accepted(l, j, to)
		case errors.As(err, &refusal):
			answered = true
			r.refused(l, j, to, refusal)
		case PutOff(Reason(err)):
			answered = true
			later = Reason(err)
			r.count(later)
		default:
			broken = Reason(err)
			r.count(broken)
		}
		if broken != "" {
			break
		}
	}
	switch {
	case broken == Stopping:
	case broken != "":
		l.deferTip(j.parcel, broken, time.Now())
	case later != "":
		l.deferTip(j.parcel, later, time.Now())
	default:
		r.finish(l, j)
	}
	return answered, broken
}

func (r *Runner) send(ctx context.Context, conn Conn, m *Mail) error {
	ctx, cancel := context.WithTimeout(ctx, r.o.SendTime)
	defer cancel()
	return conn.Send(ctx, m)
}

// accepted notes that an address has the tip: on disk too, unless all have it
// and the file is about to go.
func (r *Runner) accepted(l *lane, j *job, to string) {
	r.attempts.Inc("accepted")
	if l.accepted(j.parcel, to); len(l.lacking(j.parcel, j.all)) == 0 {
		return
	}
	if err := r.o.Spool.Reached(j.ID, to); err != nil && !errors.Is(err, spool.ErrNotHere) {
		// In memory it is noted: only a crash now would send it twice.
		r.o.Log.Warn("a tip's progress cannot be written down", "id", j.ID)
	}
}

// refused raises the alarm for an address that finally refuses the tip.
func (r *Runner) refused(l *lane, j *job, to string, refusal *PermanentError) {
	r.attempts.Inc("refused")
	l.refused(j.parcel, to)
	r.o.Log.Error("the mail server refuses a tip for good: it is kept for a person to decide (tipbox spool list)",
		"id", j.ID, "code", refusal.Code, "kind", refusal.Step)
}

// finish deletes a tip that all have, or holds one that an address refused. Where
// a person has asked meanwhile to try that address again, the tip stays.
func (r *Runner) finish(l *lane, j *job) {
	end, what, mailed := r.o.Spool.Remove, "a delivered tip cannot be deleted from the spool", true
	if len(l.lacking(j.parcel, j.all)) > 0 {
		if len(l.open(j.parcel, j.all)) > 0 {
			return
		}
		end, what, mailed = r.o.Spool.Hold, "a refused tip cannot be moved to hold/", false
	}
	switch err := end(j.ID); {
	case err == nil:
		r.tally(l.key, intake.Front, j.ID, mailed)
	case !errors.Is(err, spool.ErrNotHere):
		r.o.Log.Error(what, "id", j.ID)
		r.postpone(l, j.parcel, Unreadable)
		return
	}
	r.forget(l, j.parcel)
}

// postpone defers a tip for a reason that lies with us.
func (r *Runner) postpone(l *lane, p *parcel, reason string) {
	r.count(reason)
	l.deferTip(p, reason, time.Now())
}

// forget takes a tip out of the runner's books, unless the spool has it again by
// now: released by an operator, or sent once more.
func (r *Runner) forget(l *lane, p *parcel) {
	l.remove(p.ID)
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.o.Spool.Lookup(p.ID); ok && !e.Held {
		r.in[p.ID] = l
		l.add(e, time.Now())
	} else if r.in[p.ID] == way(l) {
		delete(r.in, p.ID)
	}
}
