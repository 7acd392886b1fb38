package limit

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

var secret = []byte("0123456789abcdef0123456789abcdef")

// fakeClock is a clock that the test moves.
type fakeClock struct{ micros atomic.Int64 }

func (c *fakeClock) now() time.Time          { return time.UnixMicro(c.micros.Load()) }
func (c *fakeClock) forward(d time.Duration) { c.micros.Add(d.Microseconds()) }

// noon of the day is far from any midnight, and odd to the microsecond: rounding
// on the way to Redis and back would show.
func noon() *fakeClock {
	c := new(fakeClock)
	c.micros.Store(time.Now().UTC().Truncate(24*time.Hour).Add(12*time.Hour).UnixMicro() + 654_321)
	return c
}

// onBothStores runs a test against the in-process store and a real Redis. The
// second store stands for another server: with Redis one that shares it.
func onBothStores(t *testing.T, rules Rules, test func(t *testing.T, clock *fakeClock, s, other store)) {
	t.Run("memory", func(t *testing.T) {
		clock := noon()
		m := newMemory(rules, clock.now)
		test(t, clock, m, m)
	})
	t.Run("redis", func(t *testing.T) {
		clock := noon()
		server := redistest.Start(t)
		test(t, clock, newTestShared(t, server, rules, clock), newTestShared(t, server, rules, clock))
	})
}

func newTestShared(t testing.TB, server *redistest.Server, rules Rules, clock *fakeClock) *shared {
	t.Helper()
	client, err := redis.Dial(redis.Server{URL: server.URL()}, ample)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	s := newShared(rules, client, secret, clock.now)
	s.fixed = true
	return s
}

// verdict is "ok", or the limit that refused and the wait.
func verdict(t *testing.T, err error) string {
	t.Helper()
	var refused *intake.LimitError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &refused):
		return fmt.Sprintf("%s %v", refused.Limit, refused.RetryAfter)
	}
	t.Fatalf("the store failed: %v", err)
	return ""
}

// damage writes a site's TAT as no submission does.
func damage(t *testing.T, s store, site string, tat int64) {
	t.Helper()
	switch s := s.(type) {
	case *memory:
		s.tats[siteKey(site)] = tat
	case *shared:
		if err := s.client.Set(t.Context(), siteKey(site), tat, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// step takes, refunds, lets time pass (back, too) or damages the site's key.
type step struct {
	do   string // "" is take; "other" takes at the other server; "refund"; "wait"; "damage"
	site string
	addr string
	wait time.Duration
	want string
}

func TestStores(t *testing.T) {
	minutely := func(burst int) Rule { return Rule{Count: 60, Per: time.Hour, Burst: burst} }
	wide := Rule{Count: 3600, Per: time.Hour, Burst: 1000}
	for _, c := range []struct {
		name  string
		rules Rules
		steps []step
	}{
		{"sender", Rules{minutely(2), wide, wide}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "b", addr: "192.0.2.1", want: "ok"},
			{site: "c", addr: "192.0.2.1", want: "sender 1m0s"},
			{site: "c", addr: "192.0.2.2", want: "ok"},
			{do: "wait", wait: time.Minute},
			{site: "c", addr: "192.0.2.1", want: "ok"},
		}},
		{"one IPv6 line", Rules{minutely(1), wide, wide}, []step{
			{site: "a", addr: "2001:db8:0:1::1", want: "ok"},
			{site: "a", addr: "2001:db8:0:1:ffff::2", want: "sender 1m0s"},
			{site: "a", addr: "2001:db8:0:2::1", want: "ok"},
			{site: "a", addr: "fe80::1%eth0", want: "ok"},
			{site: "a", addr: "fe80::2%eth1", want: "sender 1m0s"},
		}},
		{"IPv4 written as IPv6", Rules{minutely(1), wide, wide}, []step{
			{site: "a", addr: "::ffff:192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
			{site: "a", addr: "::ffff:192.0.2.2", want: "ok"},
		}},
		{"no address", Rules{minutely(1), wide, wide}, []step{
			{site: "a", want: "ok"},
			{site: "a", want: "sender 1m0s"},
		}},
		{"site", Rules{wide, minutely(1), wide}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.2", want: "site 1m0s"},
			{site: "b", addr: "192.0.2.2", want: "ok"},
		}},
		{"all", Rules{wide, wide, minutely(2)}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "b", addr: "192.0.2.2", want: "ok"},
			{site: "c", addr: "192.0.2.3", want: "all 1m0s"},
		}},
		{"nothing is spent unless all allow", Rules{minutely(2), minutely(1), wide}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "site 1m0s"},
			{site: "a", addr: "192.0.2.1", want: "site 1m0s"},
			{site: "b", addr: "192.0.2.1", want: "ok"}, // the sender's second, not its fourth
			{site: "c", addr: "192.0.2.1", want: "sender 1m0s"},
		}},
		{"the longest wait is told", Rules{minutely(1), Rule{1, time.Hour, 1}, wide}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "site 1h0m0s"},
		}},
		{"refund", Rules{minutely(1), minutely(1), minutely(1)}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{do: "refund", site: "a", addr: "192.0.2.1"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
		}},
		{"a refund of nothing gives nothing", Rules{minutely(2), wide, wide}, []step{
			{do: "refund", site: "a", addr: "192.0.2.1"},
			{do: "refund", site: "a", addr: "192.0.2.1"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
		}},
		{"midnight brings no fresh budget", Rules{minutely(40), wide, wide}, slices.Concat(
			[]step{{do: "wait", wait: 12*time.Hour - time.Second}},
			slices.Repeat([]step{{site: "a", addr: "192.0.2.1", want: "ok"}}, 40),
			[]step{
				{site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
				{do: "wait", wait: time.Second},
				{site: "a", addr: "192.0.2.1", want: "sender 59s"},
				{do: "wait", wait: 59 * time.Second},
				{site: "a", addr: "192.0.2.1", want: "ok"},
				{site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
				{do: "wait", wait: time.Minute},
				{site: "a", addr: "192.0.2.1", want: "ok"},
			})},
		{"the clock steps back", Rules{minutely(2), minutely(3), wide}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
			{do: "wait", wait: -30 * time.Second}, // only the sender is ahead too far
			{site: "a", addr: "192.0.2.1", want: "site 30s"},
			{site: "b", addr: "192.0.2.1", want: "ok"},
			{do: "wait", wait: -3 * time.Hour},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "sender 1m0s"}, // and from here on as ever
			{do: "wait", wait: time.Minute},
			{site: "a", addr: "192.0.2.1", want: "ok"},
		}},
		{"the clock steps back before a refund", Rules{wide, minutely(1), wide}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{do: "wait", wait: -3 * time.Hour},
			{do: "refund", site: "a", addr: "192.0.2.1"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "site 1m0s"},
		}},
		{"a damaged key", Rules{wide, minutely(1), wide}, []step{
			{do: "damage", site: "a"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "site 1m0s"},
			{do: "damage", site: "a"},
			{do: "refund", site: "a", addr: "192.0.2.1"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "site 1m0s"},
		}},
		{"two servers, one budget", Rules{minutely(2), wide, wide}, []step{
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{do: "other", site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
			{do: "other", site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
			{do: "wait", wait: 12 * time.Hour}, // another day, another key
			{do: "other", site: "a", addr: "192.0.2.1", want: "ok"},
			{site: "a", addr: "192.0.2.1", want: "ok"},
			{do: "other", site: "a", addr: "192.0.2.1", want: "sender 1m0s"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBothStores(t, c.rules, func(t *testing.T, clock *fakeClock, s, other store) {
				ctx := t.Context()
				for i, st := range c.steps {
					addr, _ := netip.ParseAddr(st.addr)
					got := st.want
					switch st.do {
					case "":
						got = verdict(t, s.take(ctx, st.site, addr))
					case "other":
						got = verdict(t, other.take(ctx, st.site, addr))
					case "refund":
						if err := s.refund(ctx, st.site, addr); err != nil {
							t.Fatal(err)
						}
					case "damage":
						damage(t, s, st.site, 1<<62)
					case "wait":
						clock.forward(st.wait)
					}
					if got != st.want {
						t.Fatalf("step %d %+v: got %q", i, st, got)
					}
				}
			})
		})
	}
}

// TestRace holds that a budget is not spent twice by requests at once.
func TestRace(t *testing.T) {
	wide := Rule{Count: 3600, Per: time.Hour, Burst: 1000}
	onBothStores(t, Rules{wide, Rule{Count: 1, Per: time.Hour, Burst: 50}, wide}, func(t *testing.T, _ *fakeClock, s, other store) {
		var allowed atomic.Int64
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				one := []store{s, other}[i%2]
				if verdict(t, one.take(t.Context(), "a", netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))) == "ok" {
					allowed.Add(1)
				}
			})
		}
		wg.Wait()
		if allowed.Load() != 50 {
			t.Errorf("%d of a burst of 50 were allowed", allowed.Load())
		}
	})
}

func TestFormsOfStores(t *testing.T) {
	onBothStores(t, Rules{}, func(t *testing.T, clock *fakeClock, s, other store) {
		ctx := context.Background()
		form := intake.FormMark{0, '\r', '\n', 255}
		want := func(s store, form intake.FormMark, want ...intake.TipMark) {
			t.Helper()
			got, err := s.served(ctx, form)
			slices.SortFunc(got, func(a, b intake.TipMark) int { return slices.Compare(a[:], b[:]) })
			if err != nil || !slices.Equal(got, want) {
				t.Fatalf("served %v, %v; want %v", got, err, want)
			}
		}
		record := func(s store, tip intake.TipMark) {
			t.Helper()
			if err := s.record(ctx, form, tip); err != nil {
				t.Fatal(err)
			}
		}
		a, b, c := intake.TipMark{0, 1}, intake.TipMark{'\n', 2}, intake.TipMark{255, 3}
		want(s, form)
		record(s, a)
		record(other, a)
		want(s, form, a)
		want(other, form, a)
		record(other, b)
		clock.forward(24 * time.Hour)
		record(s, c)
		want(s, form, a, b, c)
		record(other, intake.TipMark{1, 1}) // no more than a form serves, however many come at once
		want(s, form, a, b, c)
		want(s, intake.FormMark{1})
	})
}
