package photo

import (
	"context"
	"fmt"
	"sync/atomic"

	"golang.org/x/sync/semaphore"

	"tipbox/intake"
)

// At most so many images wait for each room, about what is decoded in half a
// minute: who comes later would wait in vain, and hold a connection meanwhile.
const (
	largeQueue = 64
	smallQueue = 512
)

// room is memory to decode in. Images get in in the order they came.
type room struct {
	*semaphore.Weighted
	size    int64
	queue   int64
	waiting atomic.Int64
}

func newRoom(size, queue int64) *room {
	return &room{Weighted: semaphore.NewWeighted(size), size: size, queue: queue}
}

// enter waits for room to decode an image of that cost and returns what gives
// the room back, or an intake.ErrBusy.
func (c *Cleaner) enter(ctx context.Context, cost int64) (leave func(), err error) {
	if cost > c.small.size {
		return c.large.enter(ctx, cost)
	}
	for _, r := range []*room{c.small, c.large} { // which need not stand empty
		if r.TryAcquire(cost) {
			return func() { r.Release(cost) }, nil
		}
	}
	return c.small.enter(ctx, cost)
}

func (r *room) enter(ctx context.Context, cost int64) (leave func(), err error) {
	defer r.waiting.Add(-1)
	if r.waiting.Add(1) > r.queue {
		return nil, intake.ErrBusy
	}
	if err := r.Acquire(ctx, cost); err != nil {
		return nil, fmt.Errorf("%w: %w", intake.ErrBusy, err)
	}
	return func() { r.Release(cost) }, nil
}
