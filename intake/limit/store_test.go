package limit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

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

// even draws what makes a bound what it is called, and closes it for the shortest time.
func even() draw { return draw{factor: one, closed: leastClosed} }

// onBothStores runs a test against the in-process store and a real Redis. The
// second store stands for another server: with Redis one that shares it.
func onBothStores(t *testing.T, rules Rules, test func(t *testing.T, clock *fakeClock, s, other store)) {
	t.Run("memory", func(t *testing.T) {
		clock := noon()
		m := newMemory(rules, clock.now)
		m.draw = even
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
	s := newShared(rules, client, clock.now)
	s.fixed, s.draw = true, even
	return s
}

func (r reach) String() string { return [...]string{"", "front", "bulk", "beyond"}[r] }

// damage writes a site's limit as no submission does.
func damage(t *testing.T, s store, site, value string) {
	t.Helper()
	key := sharedKeys(site)[siteFront]
	switch s := s.(type) {
	case *memory:
		var e edge
		fmt.Sscan(value, &e.tat, &e.until, &e.factor)
		s.edges[key] = e
	case *shared:
		if err := s.client.Set(t.Context(), key, value, time.Hour).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

var both = allowed{front: true, bulk: true}

// step takes, refunds, lets time pass (back, too) or damages the site's key.
type step struct {
	do   string // "" is take; "other" takes at the other server; "refund"; "wait"; "damage"
	site string
	may  allowed // default both
	wait time.Duration
	text string
	want reach
}

func TestStores(t *testing.T) {
	minutely := func(burst int) Rule { return Rule{Count: 60, Per: time.Hour, Burst: burst} }
	wide := Rule{Count: 3600, Per: time.Hour, Burst: 1000}
	closed := time.Duration(leastClosed) * time.Microsecond
	for _, c := range []struct {
		name  string
		rules Rules
		steps []step
	}{
		{"site", Rules{wide, minutely(2), wide}, slices.Concat(
			slices.Repeat([]step{{site: "a", want: inFront}}, 2),
			slices.Repeat([]step{{site: "a", want: inBulk}}, 20),
			[]step{{site: "a", want: beyond}, {site: "b", want: inFront}},
		)},
		{"all", Rules{wide, wide, minutely(2)}, []step{
			{site: "a", want: inFront}, {site: "b", want: inFront}, {site: "c", want: inBulk},
		}},
		{"what the sender is allowed", Rules{wide, wide, wide}, []step{
			{site: "a", may: allowed{bulk: true}, want: inBulk},
			{site: "a", may: allowed{front: true}, want: inFront},
			{do: "neither", site: "a", want: beyond},
		}},
		{"closed for a while, then what came back meanwhile", Rules{wide, minutely(1), wide}, []step{
			{site: "a", want: inFront},
			{do: "wait", wait: 59 * time.Second},
			{site: "a", want: inBulk}, // a second too early, and closed
			{do: "wait", wait: closed - time.Microsecond},
			{site: "a", want: inBulk},
			{do: "wait", wait: time.Microsecond},
			{site: "a", want: inFront},
			{site: "a", want: inBulk},
		}},
		{"nothing is spent unless both allow", Rules{wide, minutely(2), minutely(1)}, []step{
			{site: "a", want: inFront},
			{site: "b", want: inBulk},
			{site: "b", want: inBulk},
			{do: "wait", wait: closed}, // all is open again, and the site has spent nothing
			{site: "b", want: inFront},
		}},
		{"refund", Rules{wide, minutely(1), minutely(1)}, []step{
			{site: "a", want: inFront},
			{do: "refund", site: "a", want: inFront},
			{site: "a", want: inFront},
			{site: "a", want: inBulk},
		}},
		{"refund of the bulk lane", Rules{wide, minutely(1), wide}, slices.Concat(
			[]step{{site: "a", want: inFront}},
			slices.Repeat([]step{{site: "a", want: inBulk}}, 10),
			[]step{
				{do: "refund", site: "a", want: inBulk},
				{site: "a", want: inBulk},
				{site: "a", want: beyond},
			},
		)},
		{"a refund opens no latch", Rules{wide, minutely(1), wide}, []step{
			{site: "a", want: inFront},
			{site: "a", want: inBulk},
			{do: "refund", site: "a", want: inFront},
			{site: "a", want: inBulk},
		}},
		{"a refund of nothing gives nothing", Rules{wide, minutely(2), wide}, []step{
			{do: "refund", site: "a", want: inFront},
			{do: "refund", site: "a", want: inFront},
			{site: "a", want: inFront},
			{site: "a", want: inFront},
			{site: "a", want: inBulk},
		}},
		{"the clock steps back", Rules{wide, minutely(3), wide}, []step{
			{site: "a", want: inFront}, {site: "a", want: inFront}, {site: "a", want: inFront},
			{site: "a", want: inBulk},
			{do: "wait", wait: -24 * time.Hour},
			{site: "a", want: inFront}, {site: "a", want: inFront}, {site: "a", want: inFront},
			{site: "a", want: inBulk},
		}},
		{"damaged keys", Rules{wide, minutely(1), wide}, []step{
			{do: "damage", site: "a", text: "4611686018427387904 0 1000"},
			{site: "a", want: inFront},
			{do: "damage", site: "b", text: "0 4611686018427387904 1000"},
			{site: "b", want: inFront},
			{do: "damage", site: "c", text: "0 0 9000000"},
			{site: "c", want: inFront},
			{site: "c", want: inBulk},
			{do: "damage", site: "d", text: "4611686018427387904 0 1000"},
			{do: "refund", site: "d", want: inFront},
			{site: "d", want: inFront},
		}},
		{"two servers, one budget", Rules{wide, minutely(2), wide}, []step{
			{site: "a", want: inFront},
			{do: "other", site: "a", want: inFront},
			{site: "a", want: inBulk},
			{do: "other", site: "a", want: inBulk},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			onBothStores(t, c.rules, func(t *testing.T, clock *fakeClock, s, other store) {
				for i, st := range c.steps {
					at, got, err := s, st.want, error(nil)
					if st.may == (allowed{}) && st.do != "neither" {
						st.may = both
					}
					switch st.do {
					case "other":
						at = other
						fallthrough
					case "", "neither":
						got, err = at.take(t.Context(), st.site, st.may)
					case "refund":
						err = s.refund(t.Context(), st.site, st.want)
					case "damage":
						damage(t, s, st.site, st.text)
					case "wait":
						clock.forward(st.wait)
					}
					if got != st.want || err != nil {
						t.Fatalf("step %d %+v: got %v, %v", i, st, got, err)
					}
				}
			})
		})
	}
}

// TestStoresDecideAlike lets both stores live through the same random day with
// the same draws.
func TestStoresDecideAlike(t *testing.T) {
	rules := Rules{
		Sender: Rule{60, time.Hour, 40}, Site: Rule{240, time.Hour, 8}, All: Rule{600, time.Hour, 20},
	}
	r := rand.New(rand.NewPCG(1, 2))
	drawn := draw{}
	clock := noon()
	m, s := newMemory(rules, clock.now), newTestShared(t, redistest.Start(t), rules, clock)
	m.draw, s.draw = func() draw { return drawn }, func() draw { return drawn }
	seen := make(map[reach]int)
	for i := range 4000 {
		drawn = draw{leastFactor + r.Int64N(one), leastClosed + r.Int64N(leastClosed)}
		clock.forward(time.Duration(r.Int64N(int64(20 * time.Second))))
		site := []string{"a", "b", "c"}[r.IntN(3)]
		may := allowed{r.IntN(4) > 0, r.IntN(4) > 0}
		a, _ := m.take(t.Context(), site, may)
		b, err := s.take(t.Context(), site, may)
		if err != nil || a != b {
			t.Fatalf("submission %d: %v here, %v in Redis, %v", i, a, b, err)
		}
		seen[a]++
		if a != beyond && r.IntN(5) == 0 {
			_ = m.refund(t.Context(), site, a)
			if err := s.refund(t.Context(), site, a); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("not all was reached: %v", seen)
	}
}

// TestRace holds that a budget is not spent twice by requests at once.
func TestRace(t *testing.T) {
	wide := Rule{Count: 3600, Per: time.Hour, Burst: 1000}
	onBothStores(t, Rules{wide, Rule{Count: 1, Per: time.Hour, Burst: 50}, wide}, func(t *testing.T, _ *fakeClock, s, other store) {
		var front atomic.Int64
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				got, err := []store{s, other}[i%2].take(t.Context(), "a", both)
				if err != nil {
					t.Error(err)
				}
				if got == inFront {
					front.Add(1)
				}
			})
		}
		wg.Wait()
		if front.Load() != 50 {
			t.Errorf("%d of a burst of 50 went in front", front.Load())
		}
	})
}
