package deliver

import (
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"tipbox/intake"
	"tipbox/intake/metric"
	"tipbox/intake/spool"
)

// parcel is a waiting tip with what is known of its delivery. Attempts are kept
// in memory only: after a restart, what is due is due.
type parcel struct {
	spool.Entry
	due     time.Time // when it may first go: its not-before, else when it was seen
	next    time.Time // when it may go now
	failed  int       // attempts that failed, in a row
	reason  string    // of the last deferral
	reached []string  // addresses that have it
	refused []string  // addresses that the mail server finally refuses
}

// laneKey names a lane. Tips about a unit itself go another way than tips to
// it, so that neither waits for the other.
type laneKey struct {
	unit     string
	audience intake.Audience
}

// lane is the way to one unit: what waits for it, and when to try next.
type lane struct {
	key    laneKey
	window time.Duration // the longest that a tip sent for later waits
	wake   chan struct{}
	urgent chan struct{} // an urgent tip has come

	mu      sync.Mutex
	parcels map[intake.ID]*parcel
	dialled time.Time // last attempt to connect
	next    time.Time // no attempt to connect before
	failed  int       // attempts to connect that failed, in a row
	broken  int       // conversations that broke off since the server last answered
	reason  string    // of the last attempt that failed
	successes
}

func newLane(key laneKey, window time.Duration) *lane {
	return &lane{key: key, window: window, wake: make(chan struct{}, 1), urgent: make(chan struct{}, 1), parcels: make(map[intake.ID]*parcel)}
}

// add takes in a tip. A new tip has its attempts at 0, 1, 5… minutes also while
// the server is away, so the lane's own schedule begins anew with it.
func (l *lane) add(e spool.Entry, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parcels[e.ID] != nil {
		return
	}
	p := &parcel{Entry: e, due: now.Add(drawnAnew(e.NotBefore.Sub(now), l.window)), reached: e.Reached}
	p.next = p.due
	l.parcels[e.ID] = p
	if l.failed > 0 {
		l.failed = 0
		l.next = earlier(l.next, later(p.due, l.dialled.Add(minDialGap)))
	}
	l.nudge()
	if p.Urgent {
		tell(l.urgent)
	}
}

// drawnAnew returns how long a tip waits that was sent for so much later. A moment
// further ahead than it can have been drawn comes from a clock that was wrong,
// then or now: the tip would wait for years. It is drawn anew.
//
// The moment is kept as a time from now, by the monotonic clock, so that it
// stays where it is when the clock is set.
func drawnAnew(ahead, window time.Duration) time.Duration {
	switch {
	case ahead <= 0:
		return 0
	case ahead <= window:
		return ahead
	case window <= 0:
		return 0
	}
	return rand.N(window) //nolint:gosec // seeded by the system, and its past cannot be found from what it gives (ChaCha8)
}

// lookAgain lets a tip be until then.
func (l *lane) lookAgain(p *parcel, then time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.next = then
}

// remove forgets a tip.
func (l *lane) remove(id intake.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.parcels, id)
}

// retry makes a tip, and the way, as if nothing had been tried; a tip sent for
// later keeps its moment.
func (l *lane) retry(id intake.ID, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.parcels[id]
	if p == nil {
		return
	}
	p.failed, p.refused, p.next = 0, nil, later(now, p.due)
	l.failed, l.next = 0, now
	l.nudge()
}

// forgive lets the addresses be tried again that have refused a tip while it
// waits for others.
func (l *lane) forgive(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.parcels {
		if len(p.refused) > 0 {
			p.refused, p.next = nil, later(now, p.due)
			l.nudge()
		}
	}
}

// lacking returns which of the addresses do not have the tip yet.
func (l *lane) lacking(p *parcel, addresses []string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(addresses), func(a string) bool { return slices.Contains(p.reached, a) })
}

// open returns which of the addresses are still to be tried: those that lack the
// tip and have not refused it.
func (l *lane) open(p *parcel, addresses []string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(addresses), func(a string) bool {
		return slices.Contains(p.reached, a) || slices.Contains(p.refused, a)
	})
}

// accepted notes that an address has the tip.
func (l *lane) accepted(p *parcel, to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.reached = append(slices.Clip(p.reached), to)
	l.noteSuccess(time.Now())
}

// refused notes that an address refuses the tip for good.
func (l *lane) refused(p *parcel, to string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.refused = append(p.refused, to)
}

func (l *lane) nudge() { tell(l.wake) }

func tell(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pick returns one of the tips that may go now: an urgent one where there is
// any, and of equals any with the same chance, for mails that go out together
// are not to show who came first. It is asked before each mail, so that an
// urgent tip waits for no more than one. Where there is none, it returns when to
// ask again, which is zero for "when something comes".
func (l *lane) pick(now time.Time) (picked *parcel, again time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	equals := 0 // that may go now and are as urgent as the one picked
	for _, p := range l.parcels {
		switch {
		case p.next.After(now):
			if again.IsZero() || p.next.Before(again) {
				again = p.next
			}
		case picked == nil || p.Urgent && !picked.Urgent:
			picked, equals = p, 1
		case p.Urgent == picked.Urgent:
			equals++
			if rand.N(equals) == 0 { //nolint:gosec // seeded by the system, and its past cannot be found from what it gives (ChaCha8)
				picked = p
			}
		}
	}
	if picked != nil && l.next.After(now) {
		return nil, l.next
	}
	if !again.IsZero() {
		again = later(again, l.next)
	}
	return picked, again
}

// unreachable notes that no conversation with the server came about, and leaves
// everything that waits as it is until the next attempt.
func (l *lane) unreachable(reason string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed++
	l.reason, l.next = reason, now.Add(pause(l.failed))
}

// tryNow ends the pause that a server out of reach has brought.
func (l *lane) tryNow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed > 0 {
		l.failed, l.next = 0, time.Time{}
		l.nudge()
	}
}

// deferTip notes a deferral of one tip.
func (l *lane) deferTip(p *parcel, reason string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.failed++
	p.reason, p.next = reason, now.Add(pause(p.failed))
}

// answered notes that the server talks to us.
func (l *lane) answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed, l.broken, l.reason, l.next = 0, 0, "", time.Time{}
}

// broke notes that a conversation broke off, and returns how many have in a row.
func (l *lane) broke() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken++
	return l.broken
}

// successes are the last mail that was taken over, and the last of a day before that.
type successes struct{ success, before time.Time }

func (s *successes) noteSuccess(now time.Time) {
	if metric.Days(s.success, now) > 0 {
		s.before = s.success
	}
	s.success = now
}

// lastSuccess returns the day of the last success before today, or "": one of
// today would tell of a lone tip.
func (s *successes) lastSuccess(now time.Time) string {
	at := s.before
	if metric.Days(s.success, now) > 0 {
		at = s.success
	}
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.DateOnly)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
