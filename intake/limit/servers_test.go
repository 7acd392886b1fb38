package limit

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

var first, second, third = bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32), bytes.Repeat([]byte{3}, 32)

// TestUnderstands: two servers understand each other if each takes what the other
// makes, at every step of a change.
func TestUnderstands(t *testing.T) {
	for _, c := range []struct {
		a, b [][]byte
		want bool
	}{
		{[][]byte{first}, [][]byte{first}, true},
		{[][]byte{first}, [][]byte{second}, false},
		{[][]byte{first}, [][]byte{first, second}, true},          // the new one comes second on all
		{[][]byte{first, second}, [][]byte{second, first}, true},  // then first
		{[][]byte{second, first}, [][]byte{second}, true},         // then the old one goes
		{[][]byte{first}, [][]byte{second, first}, false},         // first before it was second everywhere
		{[][]byte{first, third}, [][]byte{second, third}, false},  // what both once were helps nobody
		{[][]byte{first, second}, [][]byte{second, third}, false}, // one way only
	} {
		a, b := newServer(c.a), newServer(c.b)
		if got := a.understands(b); got != c.want || b.understands(a) != got {
			t.Errorf("%v and %v understand each other: %v", c.a, c.b, got)
		}
	}
}

// TestTrouble: most servers say which one is wrong, and of two nobody knows.
func TestTrouble(t *testing.T) {
	here := newServer([][]byte{first})
	mark := func(secret []byte) string { return secretMark(secret)[:8] }
	for _, c := range []struct {
		others [][]byte
		what   []string // is said, "" nothing
	}{
		{nil, nil},
		{[][]byte{first, first}, nil},
		{[][]byte{second, second}, []string{"this server has another secret (" + mark(first) + ")", "(" + mark(second) + ")", "restart tipbox serve here"}},
		{[][]byte{second, first}, []string{"a server that shares redis.url has another secret (" + mark(second) + ") than this one and most others", "copy secret_file from here"}},
		{[][]byte{second}, []string{"a server that shares redis.url has another secret (" + mark(second) + ") than this one (" + mark(first) + ")", "from the one to the other"}},
	} {
		var others []server
		for _, secret := range c.others {
			others = append(others, newServer([][]byte{secret}))
		}
		what, mend := here.among(others).Trouble()
		if (what == "") != (c.what == nil) {
			t.Errorf("%q", what)
		}
		for _, w := range c.what {
			if !strings.Contains(what+": "+mend, w) {
				t.Errorf("%q does not say %q", what+": "+mend, w)
			}
		}
	}
}

// TestServersMeet: servers that share a Redis hear of another secret with the first
// probe, what stands in Redis is no secret and ends, and one that ends is not met.
func TestServersMeet(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	start := func(secrets ...[]byte) running {
		t.Helper()
		return startWith(t, Options{Rules: endless, Redis: &redis.Server{URL: server.URL()}, Secret: secrets[0], OldSecrets: secrets[1:]}, ample)
	}
	trouble := func(r running, want string) {
		t.Helper()
		eventually(t, "told: "+want, func() bool {
			what, _ := r.Siblings().Trouble()
			return what == "" && want == "" || want != "" && strings.HasPrefix(what, want)
		})
	}
	if got, err := server.Do("SET", serversKey, "x"); err != nil || got != "+OK" {
		t.Fatal(got, err)
	}
	a, b := start(first), start(first, second)
	a.wantKind(t, "")
	b.wantKind(t, "")
	eventually(t, "they meet", func() bool { return a.Siblings().Alike == 2 && b.Siblings().Alike == 2 })
	wrong := start(third)
	wrong.wantKind(t, "")
	if what, _ := wrong.Siblings().Trouble(); !strings.HasPrefix(what, "this server has another secret") || !strings.Contains(wrong.log.String(), "WARN") {
		t.Errorf("at its start it says %q; %s", what, wrong.log)
	}
	trouble(a, "a server that shares redis.url")
	if !strings.Contains(a.log.String(), "copy secret_file from here") {
		t.Errorf("no word of it in the log: %s", a.log)
	}
	if got, err := FindSiblings(t.Context(), redis.Server{URL: server.URL()}, [][]byte{third}); err != nil || got.Alike != 1 || got.unlike != 2 {
		t.Errorf("check finds %+v, %v", got, err)
	}
	found := contents(t, a.redis.client)[serversKey]
	for _, secret := range [][]byte{first, second, third} {
		if !strings.Contains(found, secretMark(secret)) || strings.Contains(found, string(secret)) {
			t.Errorf("announced is %q", found)
		}
	}
	if err := wrong.Close(); err != nil {
		t.Fatal(err)
	}
	mended := start(first)
	trouble(a, "")
	trouble(mended, "")
	if strings.Contains(mended.log.String(), "another secret") {
		t.Errorf("a mended server meets what it was: %s", mended.log)
	}
	do(t, server, "DEL", serversKey)
	do(t, server, "SADD", serversKey, "9999999999_x_"+strings.Repeat("0", 32), "nonsense")
	eventually(t, "what cannot be true is not believed, and gone", func() bool {
		got, err := server.Do("SCARD", serversKey)
		return err == nil && got == ":3" && mended.Siblings().Alike == 3
	})
}

// TestAwayFromAll: three servers that lose Redis together let through what one would:
// of what is left each takes its part, and Redis hears of it when it is back.
func TestAwayFromAll(t *testing.T) {
	t.Parallel()
	const burst = 60
	server := redistest.Start(t)
	rules := endless
	rules.Site = Rule{Count: 1, Per: 24 * time.Hour, Burst: burst}
	var all [3]running
	for i := range all {
		all[i] = start(t, rules, server.URL(), ample)
	}
	for _, l := range all {
		eventually(t, "they have met", func() bool { return l.Siblings().Alike == len(all) })
	}
	for _, l := range all {
		l.stopProbing()
		l.redis.draw, l.memory.draw = even, even
	}
	front := func(tries int) (n int) {
		t.Helper()
		for i := range tries {
			g, err := all[i%len(all)].Take(t.Context(), text("a"))
			if err != nil {
				t.Fatal(err)
			}
			if lane(g) == intake.Front {
				n++
			}
		}
		return n
	}
	if got := front(30); got != 30 {
		t.Fatalf("%d of 30 in front", got)
	}
	for _, l := range all {
		l.away.Store(true)
	}
	if got := front(120); got != burst-30 {
		t.Errorf("without Redis %d in front, %d were left", got, burst-30)
	}
	for _, l := range all {
		l.probe(t.Context(), true)
	}
	if got := front(30); got != 0 {
		t.Errorf("Redis has not heard of what it was away for: %d more in front", got)
	}
	// A latch that Redis closed stays closed without it.
	for _, l := range all {
		l.away.Store(true)
	}
	for _, l := range all {
		l.memory.edges[sharedKeys("a")[siteFront]] = edge{latch: l.memory.edges[sharedKeys("a")[siteFront]].latch}
	}
	if got := front(3); got != 0 {
		t.Errorf("%d in front of a limit that is closed", got)
	}
}
