package limit

import (
	"errors"
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/redis/redistest"
)

// alone returns Limits without Redis whose bounds are what they are called.
func alone(t testing.TB, rules Rules, most int64) *Limits {
	t.Helper()
	l, err := New(Options{Rules: rules, Secret: secret, Log: slog.New(slog.DiscardHandler), BulkMax: most})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	l.memory.draw, l.senders.draw, l.lane.draw = even, even, even
	l.lane.few = func(mark) uint { return mostFew }
	l.work.cost, l.work.least, l.work.most = 2, 3, 9
	return l
}

// take returns the envelope's part of a grant, or the refusal.
func (l *Limits) take(t testing.TB, a intake.Ask) (e intake.Envelope, refused *intake.LimitError) {
	t.Helper()
	g, err := l.Take(t.Context(), a)
	if errors.As(err, &refused) {
		return e, refused
	} else if err != nil {
		t.Fatal(err)
	}
	g.Mark(&e)
	g.Kept(a.Size)
	return e, nil
}

func address(n int) netip.Addr { return netip.AddrFrom4([4]byte{198, 18, byte(n >> 8), byte(n)}) }

// TestLanes goes down the lanes: within the limits, within ten times as much, with
// what is left to the sender, with a proof of work, and no further.
func TestLanes(t *testing.T) {
	rules := Rules{Sender: Rule{1, time.Hour, 2}, Site: Rule{1, time.Hour, 1}, All: Rule{100, time.Hour, 100}}
	l := alone(t, rules, 64<<20)
	if e, _ := l.take(t, ask("a", address(1), true)); e.Lane != intake.Front {
		t.Fatalf("first: %+v", e)
	}
	for n := range 10 {
		e, refused := l.take(t, ask("a", address(100+n), n%2 == 0))
		if refused != nil || e.Lane != intake.Bulk || e.Rank != 0 || e.Work {
			t.Fatalf("within ten times the site's: %+v, %v", e, refused)
		}
	}
	// From here on the site takes photos from nobody, texts from who is within the
	// sender's limit, and from others with a proof.
	if _, refused := l.take(t, ask("a", address(200), true)); refused == nil || !refused.Photos || refused.Work != "" {
		t.Errorf("a photo: %+v", refused)
	}
	for n := range 2 {
		if e, refused := l.take(t, ask("a", address(200), false)); refused != nil || e.Lane != intake.Bulk || e.Rank != n {
			t.Errorf("a text, sender whole: %+v, %v", e, refused)
		}
	}
	again := ask("a", address(200), false)
	_, refused := l.take(t, again)
	if refused == nil || refused.Work == "" || refused.Photos {
		t.Fatalf("a text, sender spent: %+v", refused)
	}
	again.Work = "rubbish"
	if _, refused = l.take(t, again); refused == nil || refused.Work == "" {
		t.Fatalf("with rubbish: %+v", refused)
	}
	again.Work, _ = solve(t, l.work, refused.Work)
	if e, refused := l.take(t, again); refused != nil || e.Lane != intake.Bulk || !e.Work {
		t.Fatalf("with a proof: %+v, %v", e, refused)
	}
	if _, refused = l.take(t, again); refused == nil {
		t.Error("a proof was taken twice")
	}
	// Another site minds nothing of it.
	if e, refused := l.take(t, ask("b", address(1), true)); refused != nil || e.Lane != intake.Front {
		t.Errorf("another site: %+v, %v", e, refused)
	}
}

// TestBeyondAll: what is beyond the whole service's limit goes with the many.
func TestBeyondAll(t *testing.T) {
	l := alone(t, Rules{Sender: designRules.Sender, Site: designRules.Site, All: Rule{1, time.Hour, 1}}, 64<<20)
	for n, want := range []intake.Lane{intake.Front, intake.Bulk, intake.Bulk} {
		if e, refused := l.take(t, ask("a", address(n), true)); refused != nil || e.Lane != want {
			t.Errorf("tip %d: %+v, %v", n, e, refused)
		}
	}
}

// TestFullLane: where the lane is full not even a proof is asked for, and the
// front lane goes on.
func TestFullLane(t *testing.T) {
	l := alone(t, Rules{Sender: designRules.Sender, Site: Rule{1, time.Hour, 1}, All: designRules.All}, 1)
	if _, refused := l.take(t, ask("a", address(1), false)); refused != nil {
		t.Error(refused)
	}
	for _, photo := range []bool{false, true} {
		if _, refused := l.take(t, ask("a", address(1), photo)); refused == nil || refused.Work != "" || refused.Photos {
			t.Errorf("%+v", refused)
		}
	}
	if e, refused := l.take(t, ask("b", address(1), false)); refused != nil || e.Lane != intake.Front {
		t.Error(e, refused)
	}
}

// TestVoid: what was spent for a tip that did not get into the spool is given
// back in the lane and by the store in which it was spent, unless it is to stay.
func TestVoid(t *testing.T) {
	one := Rules{Sender: designRules.Sender, Site: Rule{1, time.Hour, 1}, All: designRules.All}
	void := func(t *testing.T, l *Limits, refund bool) intake.Lane {
		t.Helper()
		g, err := l.Take(t.Context(), text("a"))
		if err != nil {
			t.Fatal(err)
		}
		g.Void(t.Context(), refund)
		return lane(g)
	}
	t.Run("memory", func(t *testing.T) {
		l := alone(t, one, 1<<20)
		for range 3 {
			if void(t, l, true) != intake.Front {
				t.Error("not given back in front")
			}
		}
		void(t, l, false)
		for range 100 {
			if void(t, l, true) != intake.Bulk {
				t.Error("given back although it was to stay")
			}
		}
		if l.lane.total.bytes != 0 {
			t.Errorf("%d bytes are left in the lane's account", l.lane.total.bytes)
		}
	})
	t.Run("redis", func(t *testing.T) {
		server := redistest.Start(t)
		l := start(t, one, server.URL(), ample)
		l.wantKind(t, "")
		l.stopProbing()
		l.redis.draw, l.memory.draw = even, even
		g, err := l.Take(t.Context(), text("a"))
		if err != nil {
			t.Fatal(err)
		}
		l.away.Store(true) // Redis goes: what it was charged with is not for this process to give
		g.Void(t.Context(), true)
		if void(t, l.Limits, false) != intake.Bulk {
			t.Error("going on without Redis brought a fresh burst")
		}
		l.away.Store(false)
		if void(t, l.Limits, false) != intake.Bulk {
			t.Error("Redis got back what it had not")
		}
	})
}

// TestFallbackGoesOn: while Redis is away the limits go on from what it granted
// last, to whichever server.
func TestFallbackGoesOn(t *testing.T) {
	server := redistest.Start(t)
	rules := Rules{Sender: Rule{1000, time.Hour, 1000}, Site: Rule{80, 24 * time.Hour, 80}, All: designRules.All}
	one, two := start(t, rules, server.URL(), ample), start(t, rules, server.URL(), ample)
	front := 0
	for _, l := range []running{one, two} {
		l.wantKind(t, "")
		l.stopProbing()
		l.redis.draw, l.memory.draw = even, even
		l.memory.shareWith(1) // whether they have met by now is chance: what is shared is TestAwayFromAll's
	}
	send := func(l running, n int) {
		for range n {
			e, refused := l.take(t, ask("a", villager, false))
			if refused == nil && e.Lane == intake.Front {
				front++
			}
		}
	}
	send(two, 40)
	send(one, 20)
	server.Kill()
	send(one, 100)
	if front != 80 {
		t.Errorf("%d went in front where 80 may", front)
	}
	if got := one.FellBack(); got != 100 {
		t.Errorf("%d tips are told to have fallen back, of 100", got)
	}
}
