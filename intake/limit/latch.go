package limit

import (
	"math/rand/v2"
	"time"
)

// No bound that many share is exact: whoever drives it to its edge could count
// other people's tips by what is left. So each bound is a latch. While it is open
// a factor holds that was drawn for this opening; when so much is reached, it
// closes for everyone, for a time that is drawn too, and is opened with another
// factor. A factor drawn anew for each request would not do: an attacker at 200
// tries a second averages it out.

const (
	one         = 1000 // factors are in thousandths
	leastFactor = one / 2
	mostFactor  = one * 3 / 2

	leastClosed = int64(5 * time.Minute / time.Microsecond)
	mostClosed  = int64(10 * time.Minute / time.Microsecond)
)

// latch is the state of one bound.
type latch struct {
	until  int64 // closed until then; 0 while it is open
	factor int64 // of this opening, in thousandths; 0: not drawn yet
}

// draw is the chance that a latch may need: both stores are given it, so that
// they decide alike.
type draw struct{ factor, closed int64 }

// newDraw draws. What a sender sees does not show it (ChaCha8, seeded by the system).
func newDraw() draw {
	return draw{
		factor: leastFactor + rand.Int64N(mostFactor-leastFactor+1), //nolint:gosec // see above
		closed: leastClosed + rand.Int64N(mostClosed-leastClosed+1), //nolint:gosec // see above
	}
}

func (l latch) believed(now int64) latch {
	if l.until > now+mostClosed {
		l.until = now
	}
	if l.factor < leastFactor || l.factor > mostFactor {
		l.factor = 0
	}
	return l
}

// pass returns the latch after it was asked to let used through, of a bound that
// its factor makes smaller or larger but never less than least, and whether it does.
func (l latch) pass(now, used, bound, least int64, d draw) (latch, bool) {
	if l.until > now {
		return l, false
	}
	if l.until != 0 || l.factor == 0 {
		l = latch{factor: d.factor}
	}
	if used > max(least, bound*l.factor/one) {
		l.until = now + d.closed
		return l, false
	}
	return l, true
}
