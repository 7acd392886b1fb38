package deliver

import (
	"math/rand/v2"
	"time"
)

// waits are the pauses after the 1st, 2nd, … attempt that failed; the last one
// is repeated for ever: a tip is never given up.
var waits = []time.Duration{
	1 * time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour,
}

// minDialGap is how long a server that could not be reached is left alone,
// however many new tips come for it.
const minDialGap = time.Minute

// pause returns how long to wait after so many failed attempts in a row, with a
// tenth of jitter to either side, so that many units don't come back as one.
func pause(failed int) time.Duration {
	w := waits[min(max(failed, 1), len(waits))-1]
	return w*9/10 + rand.N(w/5) //nolint:gosec // a schedule is no secret
}
