package deliver

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"tipbox/intake"
)

// aliveFor is how long the day's mail is tried that says the box is alive. One that
// comes in the evening would say nothing of the morning.
const aliveFor = 6 * time.Hour

// aliveForever mails each unit that wants it once a day, at its hour, that the box is
// alive, so that its silence speaks. The mail is the same each day and hangs on no tip.
// A box that was away at that hour says nothing that day: it was not alive.
func (r *Runner) aliveForever(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(last.Truncate(time.Minute).Add(time.Minute))):
		}
		now := time.Now()
		for _, u := range r.units.Load().Units() {
			if u.AliveAt == "" {
				continue
			}
			if at := nextAlive(u.AliveAt, last); !at.After(now) {
				running.Go(func() { r.sayAlive(ctx, at, u) })
			}
		}
		last = now
	}
}

// sayAlive mails a unit's addresses, until all have the mail.
func (r *Runner) sayAlive(ctx context.Context, at time.Time, u *intake.Unit) {
	left := u.Receivers[intake.ToUnit].Mail
	for failed := 1; time.Since(at) < aliveFor; failed++ {
		if left = r.mailAll(ctx, &Mail{Alive: at.Format(time.DateOnly) + "." + u.ID}, left); len(left) == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause(failed)):
		}
	}
}

// nextAlive returns when it is that hour of the day again, by the machine's time zone.
func nextAlive(hour string, now time.Time) time.Time {
	t, _ := time.Parse("15:04", hour) // checked by the configuration
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, time.Local)
	if !at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()+1, t.Hour(), t.Minute(), 0, 0, time.Local)
	}
	return at
}

// MailPage mails the page of a week's counts to the address, and reports whether the
// server has taken it over.
func (r *Runner) MailPage(ctx context.Context, p *Page, to string) bool {
	return len(r.mailAll(ctx, &Mail{Page: p}, []string{to})) == 0
}

// mailAll returns which of the addresses do not have the mail yet. What a server
// refuses is told by the mailboxes' own probe.
func (r *Runner) mailAll(ctx context.Context, m *Mail, to []string) (left []string) {
	release := r.slot(ctx, false)
	if release == nil {
		return to
	}
	defer release()
	dial, cancel := context.WithTimeout(ctx, r.o.DialTime)
	defer cancel()
	conn, err := r.o.Transport.Dial(dial)
	if err != nil {
		return to
	}
	defer hangUp(conn)
	for i, address := range to {
		each := *m
		each.To = address
		err := r.send(ctx, conn, &each)
		if err == nil {
			continue
		}
		var refusal *PermanentError
		if left = append(left, address); !errors.As(err, &refusal) && !PutOff(Reason(err)) {
			return slices.Concat(left, to[i+1:]) // the connection is gone
		}
	}
	return left
}
