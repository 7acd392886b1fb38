package deliver

import (
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

// TestWrongClock: tips for later that were thanked while the clock stood far
// ahead wait no longer than the unit's window, those of a unit that the
// configuration no longer has no longer than any may; and as in a window they
// do not go as one.
func TestWrongClock(t *testing.T) {
	const tips, window = 20, 6 * time.Hour
	r := &relay{}
	inBubble(t, r, func(b *box) {
		far := func(e *intake.Envelope) { e.NotBefore = time.Now().Add(10 * 365 * 24 * time.Hour) }
		for n := range tips {
			if n == tips/2 {
				b.reopen()
			}
			b.put(n, far)
		}
		just := b.put(tips, func(e *intake.Envelope) { e.NotBefore = time.Now().Add(window) })
		b.reopen()
		gone := b.put(tips+1, far, unit("gone"))
		time.Sleep(window - 1)
		synctest.Wait()
		log := r.delivered()
		if len(log) != tips {
			b.Fatalf("%d of %d delivered within the window", len(log), tips)
		}
		moments := map[time.Duration]bool{}
		for _, d := range log {
			moments[d.at] = true
			if d.id == just {
				b.Error("a tip that can be right has lost its moment")
			}
		}
		if len(moments) < tips-2 {
			b.Errorf("%d tips went at %d moments", tips, len(moments))
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := len(r.delivered()); got != tips+1 {
			b.Errorf("%d delivered after the window", got)
		}
		time.Sleep(longestWindow + 24*time.Hour)
		synctest.Wait()
		health := b.run.Health()
		if len(health.Units) == 0 || health.Units[0].OldestDays < 1 || health.Units[0].Unit != "gone" || health.Units[0].Reason != NoAddress {
			b.Errorf("health does not say that %s is due: %+v", gone, health.Units)
		}
	})
}

// TestClockIsSet: a tip that waits stays where it is when the clock is set, for
// its moment has a monotonic part, which a bubble's times have not.
func TestClockIsSet(t *testing.T) {
	l := newLane(laneKey{unit: "one"}, 6*time.Hour)
	now := time.Now()
	id := intake.ID("TB-0000-0001")
	l.add(spool.Entry{Envelope: intake.Envelope{ID: id, NotBefore: now.Add(3 * time.Hour).Round(0)}}, now)
	p := l.parcels[id]
	if p.due == p.due.Round(0) || p.next == p.next.Round(0) { //nolint:staticcheck // == sees the monotonic part
		t.Error("the moment is kept by the clock that can be set")
	}
	if wait := p.due.Sub(now); wait.Round(time.Second) != 3*time.Hour {
		t.Errorf("waits %v", wait)
	}
	l.retry(id, now)
	if p.next != p.due {
		t.Errorf("a retry moves it from %v to %v", p.due, p.next)
	}
}
