package deliver

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

// driveBulk works a bulk off until ctx ends.
func (r *Runner) driveBulk(ctx, mails context.Context, b *bulk) {
	for ctx.Err() == nil {
		ready, again := b.due(time.Now())
		if ready {
			b.put(r.digest(ctx, mails, b), time.Now())
			continue
		}
		var alarm <-chan time.Time
		if !again.IsZero() {
			alarm = time.After(time.Until(again))
		}
		select {
		case <-ctx.Done():
		case <-b.wake:
		case <-alarm:
		}
	}
}

// digest mails one digest, and returns why it could not, "" where nothing is left
// to be done about it.
func (r *Runner) digest(ctx, mails context.Context, b *bulk) (reason string) {
	defer func() {
		if reason != "" && reason != Stopping {
			r.count(reason)
		}
	}()
	to, ok := r.units.Load().Receiver(b.key.unit, b.key.audience)
	if !ok || len(to.Mail) == 0 {
		return NoAddress
	}
	release := r.slot(ctx, b.key.urgent)
	if release == nil {
		return Stopping
	}
	defer release()
	d, err := r.begin(b)
	switch {
	case err != nil:
		return Unreadable
	case d == nil:
		return ""
	}
	m := &Mail{Urgent: b.key.urgent && r.units.Load().Unit(b.key.unit).MarkUrgent}
	m.Half, m.Reply = r.pass(b.key.unit, b.key.audience)
	if m.Digest, err = r.load(d); err != nil {
		return Unreadable
	}
	switch {
	case len(m.Digest) == 0:
		return r.over(b)
	case len(m.Digest) < len(d.Tips): // what is not mailed must not be deleted as if it were
		left := &spool.Digest{Reached: d.Reached}
		for _, a := range m.Digest {
			left.Tips = append(left.Tips, a.ID)
		}
		if d = left; r.note(b, d) != nil {
			return Unreadable
		}
	}
	return r.mailDigest(ctx, mails, b, d, m, to.Mail)
}

// load reads the tips of a digest; what is not in the spool any more is left out.
func (r *Runner) load(d *spool.Digest) (tips []Attachment, err error) {
	for _, id := range d.Tips {
		e, sealed, err := r.o.Spool.Read(id)
		switch {
		case err == nil && !e.Held:
			tips = append(tips, Attachment{id, sealed})
		case err == nil, errors.Is(err, spool.ErrNotHere), errors.Is(err, spool.ErrCorrupt):
		default:
			return nil, err
		}
	}
	return tips, nil
}

// mailDigest mails a digest to each of the addresses that lack it.
func (r *Runner) mailDigest(ctx, mails context.Context, b *bulk, d *spool.Digest, m *Mail, addresses []string) string {
	var (
		conn    Conn
		later   string
		refused bool
	)
	defer func() { hangUp(conn) }()
	for _, to := range addresses {
		if slices.Contains(d.Reached, to) {
			continue
		}
		if conn == nil {
			dial, cancel := context.WithTimeout(ctx, r.o.DialTime)
			c, err := r.o.Transport.Dial(dial)
			cancel()
			if err != nil {
				return Reason(err)
			}
			conn = c
		}
		m.To = to
		err := r.send(mails, conn, m)
		var refusal *PermanentError
		switch {
		case err == nil:
			r.attempts.Inc("accepted")
			d = &spool.Digest{Tips: d.Tips, Reached: append(slices.Clip(d.Reached), to)}
			if r.note(b, d) != nil {
				return Unreadable // nothing is deleted before it is written down that all have it
			}
		case errors.As(err, &refusal) && refusal.Step != "RCPT" && len(m.Digest) > 1:
			// Too large, or one of them is refused: half of it may pass.
			return r.halve(b, d)
		case errors.As(err, &refusal):
			r.attempts.Inc("refused")
			r.o.Log.Error("the mail server refuses a digest for good: its tips are kept for a person to decide (tipbox spool list)",
				"unit", b.key.unit, "code", refusal.Code, "kind", refusal.Step)
			refused = true
		case PutOff(Reason(err)):
			later = Reason(err)
		default:
			return Reason(err)
		}
	}
	if later != "" {
		return later
	}
	b.mu.Lock()
	b.noteSuccess(time.Now())
	b.mu.Unlock()
	return r.end(b, d, refused)
}

// halve begins with the first half of a digest, and lets the other half wait for
// the next one.
func (r *Runner) halve(b *bulk, d *spool.Digest) string {
	half := len(d.Tips) / 2
	for _, id := range d.Tips[half:] {
		for _, to := range d.Reached {
			if err := r.o.Spool.Reached(id, to); err != nil && !errors.Is(err, spool.ErrNotHere) {
				return Unreadable
			}
		}
	}
	b.mu.Lock()
	b.most = max(b.most/2, Encoded(intake.MaxSealedText))
	b.mu.Unlock()
	if r.note(b, &spool.Digest{Tips: d.Tips[:half], Reached: d.Reached}) != nil {
		return Unreadable
	}
	return "" // and at once again: it is begun
}

// enders is how many tips of a digest are seen to at once: they share the syncs.
const enders = 16

// end deletes the tips of a digest that all have, or holds those of one that an
// address refused.
func (r *Runner) end(b *bulk, d *spool.Digest, refused bool) string {
	var failed atomic.Bool
	var running sync.WaitGroup
	turns := make(chan struct{}, enders)
	for _, id := range d.Tips {
		turns <- struct{}{}
		running.Go(func() {
			defer func() { <-turns }()
			switch err := r.endTip(d, id, refused); {
			case err == nil:
				r.tally(b.key.laneKey, intake.Bulk, id, !refused)
			case !errors.Is(err, spool.ErrNotHere):
				r.o.Log.Error("a tip of a digest cannot be deleted from the spool, or moved to hold/", "id", id)
				failed.Store(true)
				return
			}
			r.forgetBulk(b, id)
		})
	}
	running.Wait()
	if failed.Load() {
		return Unreadable
	}
	return r.over(b)
}

func (r *Runner) endTip(d *spool.Digest, id intake.ID, refused bool) error {
	if !refused {
		return r.o.Spool.Remove(id)
	}
	for _, to := range d.Reached {
		if err := r.o.Spool.Reached(id, to); err != nil {
			return err
		}
	}
	return r.o.Spool.Hold(id)
}

// over ends a digest.
func (r *Runner) over(b *bulk) string {
	if r.note(b, nil) != nil {
		return Unreadable
	}
	return ""
}

func (r *Runner) forgetBulk(b *bulk, id intake.ID) {
	b.remove(id)
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.o.Spool.Lookup(id); ok && !e.Held {
		r.in[id] = b
		b.add(e, time.Now())
	} else if r.in[id] == way(b) {
		delete(r.in, id)
	}
}

// begin returns the digest that is on its way, or makes the next one and writes it
// down. It is nil where there is nothing to mail.
func (r *Runner) begin(b *bulk) (*spool.Digest, error) {
	if b.begun != nil {
		return b.begun, nil
	}
	if d := r.o.Spool.Digest(b.key.name()); d != nil { // another server's, adopted
		if err := r.o.Spool.Rescan(); err != nil { // its tips came before it
			return nil, err
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.begun = d
		return d, nil
	}
	ids := b.choose(time.Now())
	if len(ids) == 0 {
		return nil, nil
	}
	d := &spool.Digest{Tips: ids}
	if e, ok := r.o.Spool.Lookup(ids[0]); ok {
		d.Reached = e.Reached
	}
	if err := r.note(b, d); err != nil {
		return nil, err
	}
	if b.key.urgent {
		r.o.Urgent(b.key.unit, b.key.audience)
	}
	return d, nil
}

// note writes down how far a digest is, nil where it is over.
func (r *Runner) note(b *bulk, d *spool.Digest) error {
	if err := r.o.Spool.SaveDigest(b.key.name(), d); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.begun = d
	return nil
}
