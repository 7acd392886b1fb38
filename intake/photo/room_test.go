package photo

import (
	"context"
	"errors"
	"image"
	"testing"
	"testing/synctest"

	"tipbox/intake"
)

// fill leaves a room no room.
func fill(t *testing.T, r *room) {
	t.Helper()
	if !r.TryAcquire(r.size) {
		t.Fatal("the room is not empty")
	}
}

// TestSmallPassesHuge: a phone's photo does not stand in line behind huge ones.
func TestSmallPassesHuge(t *testing.T) {
	const memory = 288 << 20 // of which small images are up to 36 MiB
	huge := asPNG(t, image.NewGray(image.Rect(0, 0, 1000, 1000)))
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{Memory: memory})
		fill(t, c.large)
		done := make(chan error, 1)
		go func() {
			_, err := c.Clean(t.Context(), huge, 1<<20)
			done <- err
		}()
		synctest.Wait() // the huge one waits for its turn
		if _, err := c.Clean(t.Context(), asJPEG(t, noise(40, 40)), 1<<20); err != nil {
			t.Errorf("a small photo: %v", err)
		}
		c.large.Release(c.large.size)
		if err := <-done; err != nil {
			t.Errorf("the huge one, when there is room: %v", err)
		}
		fill(t, c.small)
		if _, err := c.Clean(t.Context(), asJPEG(t, noise(40, 40)), 1<<20); err != nil {
			t.Errorf("a small photo, with room among the large: %v", err)
		}
		fill(t, c.large)
	})
}

// TestNoTurn: who cannot be decoded in time is told so, and takes nothing along.
func TestNoTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		fill(t, c.small)
		fill(t, c.large)
		photo := asJPEG(t, noise(40, 40))
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error)
		for range smallQueue {
			go func() {
				_, err := c.Clean(ctx, photo, 1<<20)
				errs <- err
			}()
		}
		synctest.Wait()
		if _, err := c.Clean(t.Context(), photo, 1<<20); !errors.Is(err, intake.ErrBusy) {
			t.Errorf("one more than the queue takes: %v", err)
		}
		cancel()
		for range smallQueue {
			if err := <-errs; !errors.Is(err, intake.ErrBusy) || !errors.Is(err, context.Canceled) {
				t.Fatalf("one whose time is over: %v", err)
			}
		}
		c.small.Release(c.small.size)
		if _, err := c.Clean(t.Context(), photo, 1<<20); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
