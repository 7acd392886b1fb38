package limit

import (
	"testing"
	"time"

	"tipbox/intake"
)

// An attacker who wants to know whether somebody has just sent a tip drives a
// bound to its edge, at a thousand tries a second, and counts what comes back
// until it is otherwise. The figure is the AUC: the chance that of two runs, one
// with the tip and one without, the count names the right one. 0.5 is chance.

// watched is how the attacker tries, and whose tip it wants to see.
type watched struct {
	site   Rule
	room   int64 // of the lane
	waits  int64 // bytes of others that wait at the site
	victim intake.Ask
	try    func(n int) intake.Ask
}

// until counts the tries before the first that is not simply taken.
func (w watched) until(t *testing.T, l *Limits, clock *fakeClock, sent bool) int {
	t.Helper()
	l.memory.now, l.senders.now, l.lane.now = clock.now, clock.now, clock.now
	if w.waits > 0 {
		l.lane.add("TB-0000-0000", want{site: "a", sender: address(0), bytes: w.waits})
		l.memory.take(t.Context(), "a", allowed{front: true})
	}
	if sent {
		if _, refused := l.take(t, w.victim); refused != nil {
			t.Fatal("the tip that is looked for was refused")
		}
		clock.forward(10 * time.Second)
	}
	for n := 0; ; n++ {
		if _, refused := l.take(t, w.try(n)); refused != nil {
			return n
		}
		clock.forward(time.Millisecond)
	}
}

// auc is the chance that a count of with is smaller than one of without.
func auc(with, without []int) float64 {
	sum := 0.0
	for _, a := range with {
		for _, b := range without {
			switch {
			case a < b:
				sum++
			case a == b:
				sum += 0.5
			}
		}
	}
	return sum / float64(len(with)*len(without))
}

func TestLimitsCannotBeRead(t *testing.T) {
	// A fifth of the default's, so that one tip tells five times as much. Where the
	// attacker stands behind the sender's own address, a site that is no hindrance.
	site, wide := Rule{48, time.Hour, 16}, Rule{4800, time.Hour, 1600}
	for name, w := range map[string]watched{
		"a tip at the site, from anywhere": {
			site, 1 << 30, 0, text("a"), func(n int) intake.Ask { return ask("a", address(n), true) },
		},
		"a tip at another site, from the same address": {
			wide, 1 << 30, 0, text("b"), func(int) intake.Ask { return ask("a", villager, true) },
		},
		"the same, with text alone": {
			wide, 1 << 30, 0, text("b"), func(int) intake.Ask { return ask("a", villager, false) },
		},
		"what the site takes from who has spent nothing": {
			site, 8 << 20, 0, text("a"), func(n int) intake.Ask { return ask("a", address(n/3), false) },
		},
		"what a site whose share fills takes from the same address": {
			Rule{1, time.Hour, 1}, 256 << 20, 65 << 20, text("a"), func(int) intake.Ask { return ask("a", villager, false) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := Rules{Sender: Rule{60, time.Hour, 40}, Site: w.site, All: Rule{6000, time.Hour, 1000}}
			measure := func(runs int, exact bool) float64 {
				counts := map[bool][]int{}
				for i := range 2 * runs {
					l := alone(t, rules, w.room)
					if !exact {
						l.memory.draw, l.senders.draw, l.lane.draw, l.lane.few = newDraw, newDraw, newDraw, fewOf
					}
					sent := i%2 == 0
					counts[sent] = append(counts[sent], w.until(t, l, noon(), sent))
				}
				return auc(counts[true], counts[false])
			}
			if got := measure(10, true); got < 0.95 {
				t.Errorf("with exact bounds the attack tells with an AUC of %.2f only: it shows nothing", got)
			}
			got := measure(600, false)
			t.Logf("AUC %.3f", got)
			if got < 0.42 || got > 0.58 { // five standard deviations of chance
				t.Errorf("the attack tells with an AUC of %.3f", got)
			}
		})
	}
}
