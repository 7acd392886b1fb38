package limit

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"tipbox/intake/faulttest"
	"tipbox/intake/limit/redistest"
)

// TestPatience holds the promise of at most 250 ms of extra wait: each of the
// four times that a submission asks takes no longer than patience, however many
// answers that needs, and one that was in vain ends the asking. Health does not
// show that a submission found out before the probes did.
func TestPatience(t *testing.T) {
	if most := 4 * patience; most > 250*time.Millisecond {
		t.Errorf("a submission may wait %v for Redis", most)
	}
	server := redistest.Start(t)
	p := faulttest.Start(t, server.Addr)
	l := start(t, endless, "redis://"+p.Addr, patience)
	l.stopProbing()
	eventually(t, "Redis is well and knows the script", func() bool {
		l.probe(t.Context(), true) // a busy machine may have been too slow
		return l.Take(t.Context(), "a", villager) == nil && !l.away.Load()
	})
	clear(l.redis.days) // and the next take needs two answers
	p.SetSlow(patience * 2 / 3)
	if err := l.Take(t.Context(), "a", villager); err != nil {
		t.Error(err)
	}
	if !l.away.Load() {
		t.Error("two answers, each just in time, were waited for, or the next submission will wait again")
	}
	if got := l.Degraded(); got != "" {
		t.Errorf("health shows what a submission found: %s", got)
	}
}

// TestGivesUp holds that the client waits for nothing longer than patience, and
// tries nothing twice, whatever kind of Redis there is: its own patience would be
// 5 s, and more with its retries.
func TestGivesUp(t *testing.T) {
	type limits struct {
		dial, read, write, pool time.Duration
		byContext               bool
		dials, retries          int
	}
	want := limits{patience, patience, patience, patience, true, 1, 0}
	for _, url := range []string{
		"redis://127.0.0.1:1", "unix:///nowhere.sock", "redis://127.0.0.1:1?addr=127.0.0.1:2", "redis://127.0.0.1:1?master_name=m",
	} {
		l := start(t, designRules, url, 0)
		var got limits
		switch c := l.redis.client.(type) {
		case *redis.Client:
			o := c.Options()
			got = limits{o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout, o.ContextTimeoutEnabled, o.DialerRetries, o.MaxRetries}
		case *redis.ClusterClient:
			o := c.Options()
			got = limits{o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout, o.ContextTimeoutEnabled, o.DialerRetries, max(o.MaxRetries, 0)} // -1 here
		default:
			t.Errorf("%s: a client of type %T", url, c)
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", url, got, want)
		}
	}
}
