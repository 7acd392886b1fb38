package limit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"log/slog"
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
	r := running{log: new(lockedBuffer), reg: prometheus.NewRegistry()}
	var err error
	r.Limits, err = New(Options{
		Rules: rules, Redis: &redis.Server{URL: url}, Secret: secret, Registerer: r.reg,
		Log:        slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		patience:   patience,
		probeEvery: 20 * time.Millisecond,
	})
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

// reachesRedis takes at the site until Redis has heard of it. Until then this
// process may well refuse: it is asked more often than its limits allow.
func (r running) reachesRedis(t testing.TB, server *redistest.Server, site string) {
	t.Helper()
	eventually(t, "Redis hears of the site "+site, func() bool {
		_ = r.Take(t.Context(), site, villager)
		got, err := server.Do("EXISTS", siteKey(site))
		return err == nil && got == ":1"
	})
}

func do(t testing.TB, server *redistest.Server, words ...string) {
	t.Helper()
	if got, err := server.Do(words...); err != nil || strings.HasPrefix(got, "-") {
		t.Fatalf("%v: %s %v", words, got, err)
	}
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
			l.Record(t.Context(), form, intake.TipMark{1})

			c.breakIt(t, server, p)
			// Where Redis hangs, it does so until it is mended: that all this returns
			// before, says that it is not waited for. How long at most, TestGivesUp
			// and TestPatience hold; the exact figure is BenchmarkRedisHangs'.
			if n, again := l.Served(t.Context(), form, intake.TipMark{1}); n != 1 || !again {
				t.Errorf("the tip from before is forgotten: %d, %v", n, again)
			}
			if n, again := l.Served(t.Context(), form, intake.TipMark{2}); n != 1 || again {
				t.Errorf("served: %d, %v", n, again)
			}
			if err := l.Take(t.Context(), "during", villager); err != nil {
				t.Errorf("refused because Redis is away: %v", err)
			}
			l.Refund(t.Context(), "during", villager)
			l.Record(t.Context(), form, intake.TipMark{2})
			if n, again := l.Served(t.Context(), form, intake.TipMark{2}); n != 2 || !again {
				t.Errorf("the tip during the fault is forgotten: %d, %v", n, again)
			}

			l.wantKind(t, c.kinds...)
			var refused *intake.LimitError
			for i := 0; i <= 20 && refused == nil; i++ {
				errors.As(l.Take(t.Context(), "flooded", villager), &refused)
			}
			if refused == nil || refused.Limit != "site" {
				t.Errorf("the limits of this process do not hold: %v", refused)
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
				_, again := l.Served(t.Context(), form, intake.TipMark{1})
				err := l.Take(t.Context(), "a", villager)
				l.Record(t.Context(), form, intake.TipMark{1})
				_, found := l.Served(t.Context(), form, intake.TipMark{1})
				if again || err != nil || !found {
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
		{&redis.Server{URL: "redis://127.0.0.1:1"}, []byte("short"), "secret of at least 32 bytes", designRules},
		{nil, nil, "not one that can be kept", Rules{}},
		{nil, nil, "not one that can be kept", Rules{Rule{60, time.Microsecond, 1}, designRules.Site, designRules.All}},
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
	if err := l.Take(t.Context(), "a", villager); err != nil {
		t.Error(err)
	}
}
