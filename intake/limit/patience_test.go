package limit

import (
	"testing"
	"time"

	"tipbox/intake/faulttest"
	"tipbox/intake/redis/redistest"
)

// TestPatience holds the promise of at most 250 ms of extra wait: each of the
// four times that a submission asks takes no longer than patience, one of them twice
// that, however many answers that needs, and one that was in vain ends the asking. Health does not
// show that a submission found out before the probes did.
func TestPatience(t *testing.T) {
	if most := 5 * patience; most > 250*time.Millisecond { // it is doubled once
		t.Errorf("a submission may wait %v for Redis", most)
	}
	server := redistest.Start(t)
	p := faulttest.Start(t, server.Addr)
	l := start(t, endless, "redis://"+p.Addr, patience)
	l.stopProbing()
	eventually(t, "Redis is well and knows the script", func() bool {
		l.probe(t.Context(), true) // a busy machine may have been too slow
		_, err := l.Take(t.Context(), text("a"))
		return err == nil && !l.away.Load()
	})
	p.SetSlow(patience * 7 / 3)
	if _, err := l.Take(t.Context(), text("a")); err != nil {
		t.Error(err)
	}
	if !l.away.Load() {
		t.Error("an answer that came too late was waited for, or the next submission will wait again")
	}
	if got := l.Degraded(); got != "" {
		t.Errorf("health shows what a submission found: %s", got)
	}
}
