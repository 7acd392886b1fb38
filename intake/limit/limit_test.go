package limit

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake"
	"tipbox/intake/faulttest"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

var villager = netip.MustParseAddr("203.0.113.77")

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// ask is what the villager's tip asks at the site, a text or one with a photo.
func ask(site string, sender netip.Addr, photo bool) intake.Ask {
	id := make([]byte, 8)
	for i := range id {
		id[i] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[rand.IntN(32)]
	}
	a := intake.Ask{ID: intake.ID("TB-" + string(id[:4]) + "-" + string(id[4:])), Site: site, Sender: sender, Size: 20 << 10}
	if photo {
		a.Photos, a.Size = true, 300<<10
	}
	return a
}

func text(site string) intake.Ask { return ask(site, villager, false) }

type running struct {
	*Limits
	log *lockedBuffer
	reg *prometheus.Registry
}

// ample is the patience of tests in which Redis always answers, or at once
// cannot: a busy machine must not look like a Redis that is away.
const ample = 20 * time.Second

func start(t testing.TB, rules Rules, url string, patience time.Duration) running {
	t.Helper()
	return startWith(t, Options{Rules: rules, Redis: &redis.Server{URL: url}, Secret: secret}, patience)
}

func startWith(t testing.TB, o Options, patience time.Duration) running {
	t.Helper()
	r := running{log: new(lockedBuffer), reg: prometheus.NewRegistry()}
	var err error
	o.Registerer, o.Log = r.reg, slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.patience, o.probeEvery = patience, 20*time.Millisecond
	r.Limits, err = New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// eventually waits for what other programs bring about, on a busy machine too.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func (r running) wantKind(t testing.TB, kinds ...string) {
	t.Helper()
	eventually(t, "degraded is one of "+strings.Join(kinds, ", "), func() bool { return slices.Contains(kinds, r.Degraded()) })
}

// stopProbing leaves it to the test when Redis is probed.
func (r running) stopProbing() {
	r.stop()
	r.done.Wait()
}

// reachesRedis takes at the site until Redis has heard of it.
func (r running) reachesRedis(t testing.TB, server *redistest.Server, site string) {
	t.Helper()
	eventually(t, "Redis hears of the site "+site, func() bool {
		_, _ = r.Take(t.Context(), text(site))
		got, err := server.Do("EXISTS", sharedKeys(site)[siteFront])
		return err == nil && got == ":1"
	})
}

func do(t testing.TB, server *redistest.Server, words ...string) {
	t.Helper()
	if got, err := server.Do(words...); err != nil || strings.HasPrefix(got, "-") {
		t.Fatalf("%v: %s %v", words, got, err)
	}
}

// lane is the lane of a grant.
func lane(g intake.Grant) intake.Lane {
	var e intake.Envelope
	g.Mark(&e)
	return e.Lane
}

// TestRedisAway breaks Redis in each way, and holds each time that a submission
// goes through without waiting for it, that the limits of this process hold,
// that the form is remembered, that health has a name for it, and that Redis
// is used again when it is back.
func TestRedisAway(t *testing.T) {
	wide := Rule{Count: 3600, Per: time.Hour, Burst: 100_000}
	rules := Rules{Sender: wide, Site: Rule{Count: 1, Per: 24 * time.Hour, Burst: 20}, All: wide}
	for _, c := range []struct {
		name    string
		kinds   []string
		breakIt func(*testing.T, *redistest.Server, *faulttest.Proxy)
		mendIt  func(*testing.T, *redistest.Server, *faulttest.Proxy)
		byProxy bool
	}{
		{name: "killed", kinds: []string{"refused-dial"},
			breakIt: func(_ *testing.T, s *redistest.Server, _ *faulttest.Proxy) { s.Kill() },
			mendIt:  func(_ *testing.T, s *redistest.Server, _ *faulttest.Proxy) { s.Start() }},
		{name: "hanging", kinds: []string{"timeout"},
			breakIt: func(_ *testing.T, s *redistest.Server, _ *faulttest.Proxy) { s.Hang() },
			mendIt:  func(_ *testing.T, s *redistest.Server, _ *faulttest.Proxy) { s.Resume() }},
		{name: "out of memory", kinds: []string{"out-of-memory"},
			breakIt: func(t *testing.T, s *redistest.Server, _ *faulttest.Proxy) {
				do(t, s, "CONFIG", "SET", "maxmemory", "1")
			},
			mendIt: func(t *testing.T, s *redistest.Server, _ *faulttest.Proxy) {
				do(t, s, "CONFIG", "SET", "maxmemory", "0")
			}},
		{name: "another password", kinds: []string{"auth"},
			breakIt: func(t *testing.T, s *redistest.Server, _ *faulttest.Proxy) {
				s.Kill()
				s.Restart("--requirepass", "changed")
			},
			mendIt: func(_ *testing.T, s *redistest.Server, _ *faulttest.Proxy) { s.Kill(); s.Start() }},
		{name: "read-only after failing over", kinds: []string{"read-only"},
			breakIt: func(t *testing.T, s *redistest.Server, _ *faulttest.Proxy) {
				do(t, s, "REPLICAOF", "127.0.0.1", "1")
			},
			mendIt: func(t *testing.T, s *redistest.Server, _ *faulttest.Proxy) { do(t, s, "REPLICAOF", "NO", "ONE") }},
		{name: "begins to write to disk", kinds: []string{"writes-to-disk"},
			breakIt: func(_ *testing.T, s *redistest.Server, _ *faulttest.Proxy) {
				s.Kill()
				s.Restart("--appendonly", "yes")
			},
			mendIt: func(t *testing.T, s *redistest.Server, _ *faulttest.Proxy) {
				do(t, s, "CONFIG", "SET", "appendonly", "no")
			}},
		{name: "half-open", kinds: []string{"timeout"}, byProxy: true,
			breakIt: func(_ *testing.T, _ *redistest.Server, p *faulttest.Proxy) { p.Set(faulttest.Deaf) },
			mendIt:  func(_ *testing.T, _ *redistest.Server, p *faulttest.Proxy) { p.Set(faulttest.None) }},
		{name: "accepts and says nothing", kinds: []string{"timeout"}, byProxy: true,
			breakIt: func(_ *testing.T, _ *redistest.Server, p *faulttest.Proxy) { p.Set(faulttest.Stuck) },
			mendIt:  func(_ *testing.T, _ *redistest.Server, p *faulttest.Proxy) { p.Set(faulttest.None) }},
		{name: "slow", kinds: []string{"timeout"}, byProxy: true,
			breakIt: func(_ *testing.T, _ *redistest.Server, p *faulttest.Proxy) { p.SetSlow(4 * patience) },
			mendIt:  func(_ *testing.T, _ *redistest.Server, p *faulttest.Proxy) { p.Set(faulttest.None) }},
		{name: "cut in the middle of commands", kinds: []string{"dropped"}, byProxy: true,
			breakIt: func(_ *testing.T, _ *redistest.Server, p *faulttest.Proxy) { p.Set(faulttest.Cut) },
			mendIt:  func(_ *testing.T, _ *redistest.Server, p *faulttest.Proxy) { p.Set(faulttest.None) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := redistest.Start(t)
			var p *faulttest.Proxy
			url := server.URL()
			if c.byProxy {
				p = faulttest.Start(t, server.Addr)
				url = "redis://" + p.Addr
			}
			l := start(t, rules, url, patience)
			l.wantKind(t, "")
			l.reachesRedis(t, server, "before")
			form := intake.FormMark{1}
			claim := func(tip byte, n int, again bool) (done func(bool)) {
				t.Helper()
				gotN, gotAgain, done := l.Claim(t.Context(), form, intake.TipMark{tip})
				if gotN != n || gotAgain != again {
					t.Errorf("tip %d: served %d, again %v", tip, gotN, gotAgain)
				}
				return done
			}
			claim(1, 0, false)(true)

			c.breakIt(t, server, p)
			// Where Redis hangs, it does so until it is mended: that all this returns
			// before, says that it is not waited for. How long at most, TestGivesUp
			// and TestPatience hold; the exact figure is BenchmarkRedisHangs'.
			claim(1, 1, true)(true)
			done := claim(2, 1, false)
			g, err := l.Take(t.Context(), text("during"))
			if err != nil {
				t.Fatalf("refused because Redis is away: %v", err)
			}
			g.Void(t.Context(), true)
			done(true)
			claim(2, 2, true)(true)

			l.wantKind(t, c.kinds...)
			l.memory.draw = even
			front := 0
			for ; front <= 20; front++ {
				g, err := l.Take(t.Context(), text("flooded"))
				if err != nil {
					t.Fatal(err)
				}
				if lane(g) != intake.Front {
					break
				}
			}
			if front != 20 {
				t.Errorf("the limits of this process do not hold: %d in front", front)
			}

			c.mendIt(t, server, p)
			l.wantKind(t, "")
			l.reachesRedis(t, server, "after")
			eventually(t, "the log says that Redis is back", func() bool { return strings.Contains(l.log.String(), "redis is back") })
			if log := l.log.String(); !strings.Contains(log, "kind="+c.kinds[0]) || strings.Contains(log, "127.0.0.1") {
				t.Errorf("log: %s", log)
			}
		})
	}
}

// TestAwayUnderLoad kills and brings back Redis under 32 senders at once: none
// is refused.
func TestAwayUnderLoad(t *testing.T) {
	server := redistest.Start(t)
	wide := Rule{Count: 1_000_000, Per: time.Hour, Burst: 10_000_000}
	l := start(t, Rules{wide, wide, wide}, server.URL(), ample)
	stop := make(chan struct{})
	var senders sync.WaitGroup
	for i := range 32 {
		senders.Go(func() {
			for n := uint64(0); ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				form := intake.FormMark{byte(i)}
				binary.BigEndian.PutUint64(form[1:], n)
				_, again, done := l.Claim(t.Context(), form, intake.TipMark{1})
				g, err := l.Take(t.Context(), text("a"))
				done(true)
				_, found, _ := l.Claim(t.Context(), form, intake.TipMark{1})
				if again || err != nil || lane(g) != intake.Front || !found {
					t.Errorf("again %v, refused %v, found %v", again, err, found)
					return
				}
			}
		})
	}
	for range 3 {
		l.wantKind(t, "")
		server.Kill()
		l.wantKind(t, "refused-dial", "dropped", "timeout")
		server.Start()
		l.wantKind(t, "")
		do(t, server, "REPLICAOF", "127.0.0.1", "1")
		l.wantKind(t, "read-only", "timeout")
		do(t, server, "REPLICAOF", "NO", "ONE")
	}
	l.wantKind(t, "")
	close(stop)
	senders.Wait()
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		redis  *redis.Server
		secret []byte
		want   string
		rules  Rules
	}{
		{nil, []byte("short"), "secret of at least 32 bytes", designRules},
		{nil, secret, "not one that can be kept", Rules{}},
		{nil, secret, "not one that can be kept", Rules{Rule{60, time.Microsecond, 1}, designRules.Site, designRules.All}},
	} {
		_, err := New(Options{Rules: c.rules, Redis: c.redis, Secret: c.secret, Registerer: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler)})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "pass") {
			t.Errorf("%v: %v, want %q", c.redis, err, c.want)
		}
	}
	// Neither a log nor metrics are needed, also to say that Redis is away.
	l, err := New(Options{Rules: designRules, Redis: &redis.Server{URL: "redis://127.0.0.1:1"}, Secret: secret, patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Take(t.Context(), text("a")); err != nil {
		t.Error(err)
	}
}
