package alert

import (
	"fmt"
	"slices"
	"time"

	"tipbox/intake"
	"tipbox/intake/metric"
)

func (l *bell) note(kind, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if reason == "" {
		delete(l.failed, kind)
	} else {
		l.failed[kind] = failure{time.Now(), reason}
	}
}

func (l *bell) giveUp(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.givenUp = at
}

// Health returns what a person has to see to, in a fixed order: alerts that nobody
// has answered, for a day, from half an hour after a tip; and channels that have
// failed, from the next midnight (UTC) on. Of tips about a unit itself it says
// nothing: whoever reads it may be of that unit.
func (b *Bells) Health() (unanswered, failed []string) {
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, l := range b.bells {
		if key.audience == intake.Oversight {
			continue
		}
		l.mu.Lock()
		if !l.givenUp.IsZero() && now.Sub(l.givenUp) < givenUpFor {
			unanswered = append(unanswered, key.unit+": nobody has answered the last alert")
		}
		for kind, f := range l.failed {
			if metric.Days(now.Add(f.at.Sub(now)), now) > 0 {
				failed = append(failed, fmt.Sprintf("%s: %s did not take an alert: %s", key.unit, kind, f.reason))
			}
		}
		l.mu.Unlock()
	}
	slices.Sort(unanswered)
	slices.Sort(failed)
	return unanswered, failed
}
