package limit

import (
	"testing"
	"time"
)

func TestRule(t *testing.T) {
	r := Rule{Count: 60, Per: time.Hour, Burst: 3}
	if r.interval() != 60e6 || r.window() != 180e6 {
		t.Fatalf("interval %d, window %d microseconds", r.interval(), r.window())
	}
	if wide := r.times(10); wide.interval() != 6e6 || wide.window() != r.window() {
		t.Fatalf("ten times as wide: interval %d, window %d", wide.interval(), wide.window())
	}
	const now = 1_795_392_000_000_000
	closed := duration(leastClosed)
	steps := []struct {
		after     time.Duration // since now
		open      bool
		refund    bool
		whyItIsSo string
	}{
		{0, true, false, "first of the burst"},
		{0, true, false, "second"},
		{0, true, false, "third"},
		{0, false, false, "the burst is spent"},
		{3 * time.Minute, false, false, "though three came back: closed is closed"},
		{closed - time.Microsecond, false, false, "to the end"},
		{closed, true, false, "open again, and whole"},
		{closed, true, false, "second"},
		{closed, true, true, "given back"},
		{closed, true, false, "second again"},
		{closed, true, false, "third"},
		{closed + time.Hour, true, false, "long after, no more than whole: first"},
		{closed + time.Hour, true, false, "second"},
		{closed + time.Hour, true, false, "third"},
		{closed + time.Hour, false, false, "fourth is refused"},
	}
	var e edge
	for i, s := range steps {
		at := now + s.after.Microseconds()
		var open bool
		if s.refund {
			e = r.refund(at, e, 1)
			continue
		}
		if e, open = r.take(at, e, even(), 1); open != s.open {
			t.Fatalf("step %d (%s): open %v", i, s.whyItIsSo, open)
		}
	}
}

// TestLatch: the factor holds for one opening, and a small burst lets one through.
func TestLatch(t *testing.T) {
	r := Rule{Count: 60, Per: time.Hour, Burst: 10}
	through := func(e edge, now, factor int64) (edge, int) {
		for n := 0; ; n++ {
			var open bool
			// What each request draws says nothing while the latch is open.
			d := draw{factor, mostClosed}
			if n > 0 {
				d = draw{one, leastClosed * 2}
			}
			if e, open = r.take(now, e, d, 1); !open {
				return e, n
			}
		}
	}
	const now = 1_795_392_000_000_000
	e, n := through(edge{}, now, leastFactor)
	if n != 5 {
		t.Errorf("%d let through at half the bound", n)
	}
	e, n = through(e, e.until, mostFactor)
	if n != 15 { // after ten minutes the budget is whole
		t.Errorf("%d let through at one and a half times the bound", n)
	}
	if _, n = through(e, e.until, leastFactor); n != 0 {
		t.Errorf("%d let through where the new factor is exceeded already", n)
	}
	if _, open := (Rule{Count: 1, Per: time.Hour, Burst: 1}).take(now, edge{}, draw{leastFactor, leastClosed}, 1); !open {
		t.Error("a burst of one lets none through")
	}
}

// TestDraw: what is drawn is within what latches believe, and not always the same.
func TestDraw(t *testing.T) {
	low, high := newDraw(), newDraw()
	for range 10_000 {
		d := newDraw()
		low = draw{min(low.factor, d.factor), min(low.closed, d.closed)}
		high = draw{max(high.factor, d.factor), max(high.closed, d.closed)}
		if l := (latch{d.closed, d.factor}); l.believed(0) != l {
			t.Fatalf("%+v is not believed", d)
		}
	}
	if low.factor > 510 || high.factor < 1490 || duration(low.closed) > 5*time.Minute+3*time.Second || duration(high.closed) < 10*time.Minute-3*time.Second {
		t.Errorf("drawn from %+v to %+v", low, high)
	}
}
