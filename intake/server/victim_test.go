package server

import (
	"testing"
	"time"
)

// TestVictim: who has to go for another, of two at a time.
func TestVictim(t *testing.T) {
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	worked := conn{since: ago(time.Hour), serving: 1}
	for name, c := range map[string]struct{ goes, stays conn }{
		"who waited longer for a request":  {conn{since: ago(2 * time.Second)}, conn{since: ago(time.Second)}},
		"who waits, not who is worked for": {conn{since: now}, worked},
		"who stalls, not who is slow": {
			conn{serving: 1, bodies: 1, since: ago(stalledAfter), began: ago(time.Minute), moved: 1 << 20},
			conn{serving: 1, bodies: 1, since: ago(stalledAfter - 1), began: ago(time.Minute), moved: 1},
		},
		"the slower form": {
			conn{serving: 1, bodies: 1, since: now, began: ago(time.Minute), moved: 100_000},
			conn{serving: 1, bodies: 1, since: now, began: ago(time.Minute), moved: 110_000},
		},
		"the slower answer, for it takes longer": {
			conn{serving: 1, answers: 1, since: now, began: ago(2 * time.Minute), moved: 100_000},
			conn{serving: 1, answers: 1, since: now, began: ago(time.Minute), moved: 100_000},
		},
		"a drip, not what has just begun": {
			conn{serving: 1, bodies: 1, since: now, began: ago(time.Minute), moved: 2_000},
			conn{serving: 1, bodies: 1, since: now, began: now},
		},
		"one that reads and answers, not one with a request more": {
			conn{serving: 2, bodies: 1, answers: 1, since: now, began: ago(time.Minute)},
			conn{serving: 3, bodies: 1, answers: 1, since: now, began: ago(time.Hour)},
		},
	} {
		all := newConns(2)
		all.all[&c.goes], all.all[&c.stays] = struct{}{}, struct{}{}
		for range 20 { // a map's order changes
			if got := all.victim(now); got != &c.goes {
				t.Errorf("%s: another goes", name)
				break
			}
		}
	}
	all := newConns(1)
	all.all[&worked] = struct{}{}
	if all.victim(now) != nil {
		t.Error("one that is worked for goes")
	}
}
