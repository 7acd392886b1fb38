package alert

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake/deliver"
)

// examined is a sender that answers what the test wants, and counts.
type examined struct {
	asks   atomic.Int32
	answer atomic.Pointer[string]
}

func (*examined) send(context.Context, string, Message) error { panic("somebody was called") }

func (e *examined) ask(context.Context, string) error {
	e.asks.Add(1)
	if reason := *e.answer.Load(); reason != "" {
		return &Error{Reason: reason}
	}
	return nil
}

func (e *examined) says(reason string) { e.answer.Store(&reason) }

// TestAsked: once a day while it is well, hourly while it is not; what passes by
// itself is told the second time; after a reload what is new is asked at once.
func TestAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two := new(examined), new(examined)
		one.says("")
		two.says(deliver.BadAuth)
		var channels atomic.Pointer[[]*Channel]
		use := func(all ...*Channel) { channels.Store(&all) }
		first := &Channel{Kind: "k1", sender: one}
		use(first)
		a := &Asked{Channels: func() map[string][]*Channel { return map[string][]*Channel{"na-co-sa": *channels.Load()} }}
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { a.Run(ctx); close(done) }()
		step := func(wait time.Duration, asks int32, told string) {
			t.Helper()
			time.Sleep(wait)
			synctest.Wait()
			got := ""
			for _, line := range a.Health() {
				got += line + ";"
			}
			if n := one.asks.Swap(0); n != asks || got != told {
				t.Errorf("asked %d times, told %q; want %d, %q", n, got, asks, told)
			}
		}
		step(24*time.Hour-time.Second, 1, "")
		one.says(deliver.Timeout)
		step(time.Minute, 1, "")
		step(time.Hour, 1, "na-co-sa: k1: timeout;")
		step(3*time.Hour, 3, "na-co-sa: k1: timeout;")
		one.says("")
		step(time.Hour, 1, "")
		one.says(deliver.BadAuth)
		step(24*time.Hour, 1, "na-co-sa: k1: auth;")
		use(first, &Channel{Kind: "k2", sender: two})
		step(2*time.Minute, 0, "na-co-sa: k1: auth;na-co-sa: k2: auth;")
		use()
		step(2*time.Hour, 0, "")
		end()
		<-done
	})
}
