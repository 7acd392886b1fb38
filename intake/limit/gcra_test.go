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
	const now = 1_795_392_000_000_000
	steps := []struct {
		after     time.Duration // since now
		wait      time.Duration
		refund    bool
		whyItIsSo string
	}{
		{0, 0, false, "first of the burst"},
		{0, 0, false, "second"},
		{0, 0, false, "third"},
		{0, time.Minute, false, "the burst is spent"},
		{time.Minute - time.Microsecond, time.Microsecond, false, "one too early"},
		{time.Minute, 0, false, "one came back"},
		{time.Minute, time.Minute, false, "only one"},
		{time.Minute, 0, true, "given back"},
		{time.Minute, 0, false, "and taken again"},
		{time.Hour, 0, false, "long after, the budget is whole"},
		{time.Hour, 0, false, "but no more than whole: second"},
		{time.Hour, 0, false, "third"},
		{time.Hour, time.Minute, false, "fourth is refused"},
	}
	tat := int64(0)
	for i, s := range steps {
		if s.refund {
			tat = r.refund(now+s.after.Microseconds(), tat)
			continue
		}
		next, wait := r.take(now+s.after.Microseconds(), tat)
		if duration(wait) != s.wait {
			t.Fatalf("step %d (%s): wait %v, want %v", i, s.whyItIsSo, duration(wait), s.wait)
		}
		if wait == 0 {
			tat = next
		}
	}
}
