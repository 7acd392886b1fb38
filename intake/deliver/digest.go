package deliver

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

const (
	// digestEvery is how often a digest goes to a unit's receiver, at most; the
	// urgent tips of the bulk lane have one of their own.
	digestEvery       = 15 * time.Minute
	digestEveryUrgent = 5 * time.Minute
	// digestBytes is what a digest may have as it is sent: below the 10,240,000 of
	// Postfix and the 10 MB of many webmails.
	digestBytes = 9_000_000
)

// bulkKey names a bulk.
type bulkKey struct {
	laneKey
	urgent bool
}

// name is what the digest that was begun is called in the spool.
func (k bulkKey) name() string {
	name := k.unit + "-" + string(k.audience)
	if k.urgent {
		name += "-urgent"
	}
	return name
}

// bulk is the way of the bulk lane to one receiver of a unit: what waits for its
// digests. Digests go by a clock of our own, so that none tells when a tip came.
type bulk struct {
	key    bulkKey
	window time.Duration
	every  time.Duration
	wake   chan struct{}

	mu     sync.Mutex
	tips   map[intake.ID]*parcel
	begun  *spool.Digest // the digest that is on its way
	next   time.Time     // no attempt before
	tick   time.Time     // when the next new digest may go
	failed int           // attempts that failed, in a row
	reason string        // of the last
	most   int           // bytes of a digest
	successes
}

func newBulk(key bulkKey, window time.Duration, begun *spool.Digest, now time.Time) *bulk {
	b := &bulk{
		key: key, window: window, every: digestEvery, begun: begun, most: digestBytes,
		wake: make(chan struct{}, 1), tips: make(map[intake.ID]*parcel),
	}
	if key.urgent {
		b.every = digestEveryUrgent
	}
	b.tick = now.Add(rand.N(b.every)) //nolint:gosec // seeded by the system (ChaCha8)
	return b
}

// add takes in a tip.
func (b *bulk) add(e spool.Entry, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tips[e.ID] == nil {
		b.tips[e.ID] = &parcel{Entry: e, due: now.Add(drawnAnew(e.NotBefore.Sub(now), b.window))}
		tell(b.wake)
	}
}

// remove forgets a tip.
func (b *bulk) remove(id intake.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tips, id)
}

// retry makes the way as if nothing had been tried.
func (b *bulk) retry(intake.ID, time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed, b.next, b.tick = 0, time.Time{}, time.Time{}
	tell(b.wake)
}

// tryNow ends the pause that a server out of reach has brought.
func (b *bulk) tryNow() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed > 0 {
		b.failed, b.next = 0, time.Time{}
		tell(b.wake)
	}
}

// due reports whether a digest may go now, or else when to ask again, which is
// zero for "when something comes".
func (b *bulk) due(now time.Time) (ready bool, again time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.begun != nil {
		return !b.next.After(now), b.next
	}
	for _, p := range b.tips {
		if again.IsZero() || p.due.Before(again) {
			again = p.due
		}
	}
	if again.IsZero() {
		return false, again
	}
	again = later(again, later(b.next, b.tick))
	return !again.After(now), again
}

// choose returns the tips of the next digest.
func (b *bulk) choose(now time.Time) []intake.ID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var due []spool.Entry
	for _, p := range b.tips {
		if !p.due.After(now) {
			due = append(due, p.Entry)
		}
	}
	return Choose(due, b.most)
}

// Choose returns which of the tips go in a digest of at most so many bytes: of
// those that have reached the same addresses the first of a network first, then
// what brought a proof of work, then whose networks have sent least; texts before
// photos; and of equals any with the same chance. The first goes however large.
func Choose(tips []spool.Entry, most int) []intake.ID {
	type candidate struct {
		spool.Entry
		rank  int
		photo bool
		luck  uint64
	}
	var all []candidate
	for _, e := range tips {
		c := candidate{e, 2 * e.Rank, e.Size > intake.MaxSealedText, rand.Uint64()} //nolint:gosec // seeded by the system (ChaCha8)
		if e.Work && e.Rank > 0 {
			c.rank = 1
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b candidate) int {
		if a.photo != b.photo && a.rank == b.rank {
			if b.photo {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.luck, b.luck))
	})
	var ids []intake.ID
	for _, c := range all {
		if strings.Join(c.Reached, "\n") != strings.Join(all[0].Reached, "\n") {
			continue
		}
		if size := Encoded(c.Size); size <= most || ids == nil {
			ids = append(ids, c.ID)
			most -= size
		}
	}
	return ids
}

// Encoded is how many bytes an attachment of so many bytes has in a mail, with its
// header (RFC 2045, section 6.8).
func Encoded(size int64) int {
	letters := (size + 2) / 3 * 4
	return int(letters+letters/38) + 400
}

// begin returns the digest that is on its way, or makes the next one and writes it
// down. It is nil where there is nothing to mail.
func (r *Runner) begin(b *bulk) (*spool.Digest, error) {
	if b.begun != nil {
		return b.begun, nil
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

// put notes why a digest did not go, "" where it did, and when to try next.
func (b *bulk) put(reason string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reason = reason
	if reason != "" && reason != Stopping {
		b.failed++
		b.next = now.Add(pause(b.failed))
		return
	}
	b.failed, b.next = 0, time.Time{}
	for !b.tick.After(now) {
		b.tick = b.tick.Add(b.every * max(1, now.Sub(b.tick)/b.every))
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
	to, ok := r.o.Directory.Receiver(b.key.unit, b.key.audience)
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
	m := &Mail{Urgent: b.key.urgent && r.o.Directory.Unit(b.key.unit).MarkUrgent}
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

// end deletes the tips of a digest that all have, or holds those of one that an
// address refused.
func (r *Runner) end(b *bulk, d *spool.Digest, refused bool) string {
	for _, id := range d.Tips {
		var err error
		if refused {
			for _, to := range d.Reached {
				err = cmp.Or(err, r.o.Spool.Reached(id, to))
			}
			err = cmp.Or(err, r.o.Spool.Hold(id))
		} else {
			err = r.o.Spool.Remove(id)
		}
		if err != nil && !errors.Is(err, spool.ErrNotHere) {
			r.o.Log.Error("a tip of a digest cannot be deleted from the spool, or moved to hold/", "id", id)
			return Unreadable
		}
		r.forgetBulk(b, id)
	}
	return r.over(b)
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
