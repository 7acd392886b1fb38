//go:build unix && flood

package flood

import (
	"context"
	"sync"
	"time"
)

// pace does something at each tick, most times in all, until ctx ends, beside what
// still runs of it, and returns when all of that has ended: how often it was left out,
// because as many ran as may at once.
func pace(ctx context.Context, each time.Duration, most int, do func(n int)) (late int64) {
	slots := make(chan struct{}, atOnce)
	var running sync.WaitGroup
	defer running.Wait()
	tick := time.NewTicker(each)
	defer tick.Stop()
	for n := range most {
		select {
		case <-ctx.Done():
			return late
		case <-tick.C:
		}
		select {
		case slots <- struct{}{}:
		default:
			late++
			continue
		}
		running.Go(func() {
			defer func() { <-slots }() // it ends: one was put in above
			do(n)
		})
	}
	return late
}
