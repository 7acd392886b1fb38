package limit

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/redis/redistest"
)

// ours and others are forms.
var ours, others = intake.FormMark{1}, intake.FormMark{2}

// newTestWork returns Work whose challenges are solved at once.
func newTestWork(t testing.TB, secret []byte, clock *fakeClock) *Work {
	t.Helper()
	w, err := NewWork(secret, newSpentHere(clock.now))
	if err != nil {
		t.Fatal(err)
	}
	w.cost, w.least, w.most = 2, 3, 9
	return w
}

// solve does what the page's script does, and returns the counter too.
func solve(t testing.TB, w *Work, coded string) (string, uint32) {
	t.Helper()
	var s solution
	decode(t, coded, &s.Challenge)
	p := s.Challenge.Parameters
	for counter := range uint32(workMost + 1) {
		key := w.derive(unhex(t, p.Nonce), unhex(t, p.Salt), counter)
		if bytes.HasPrefix(key, unhex(t, p.KeyPrefix)) {
			s.Solution.DerivedKey = hex.EncodeToString(key)
			return code(t, s), counter
		}
	}
	t.Fatal("no counter solves it")
	return "", 0
}

func code(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func decode(t testing.TB, coded string, v any) {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(coded)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWork holds when a solution is taken: once, in time, for its form, with the
// service's secret.
func TestWork(t *testing.T) {
	clock := noon()
	w := newTestWork(t, secret, clock)
	want := func(name string, err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	check := func(solved string, form intake.FormMark) error {
		return w.Check(t.Context(), solved, form, clock.now())
	}

	solved, _ := solve(t, w, w.Challenge(ours, clock.now()))
	want("another form's", check(solved, others), ErrWorkForeign)
	want("fresh", check(solved, ours), nil)
	want("replayed", check(solved, ours), ErrWorkSpent)
	var again solution
	decode(t, solved, &again)
	want("replayed in other words", check(code(t, map[string]any{"time": 1, "solution": again.Solution, "challenge": again.Challenge}), ours), ErrWorkSpent)

	second, _ := solve(t, w, w.Challenge(ours, clock.now()))
	want("a form's second", check(second, ours), nil)

	elsewhere := newTestWork(t, []byte(strings.Repeat("x", 32)), clock)
	foreign, _ := solve(t, elsewhere, elsewhere.Challenge(ours, clock.now()))
	want("another service's", check(foreign, ours), ErrWorkForeign)
	sister := newTestWork(t, secret, clock)
	shared, _ := solve(t, sister, sister.Challenge(ours, clock.now()))
	want("of a server with the same secret", check(shared, ours), nil)

	early, _ := solve(t, w, w.Challenge(ours, clock.now().Add(workSkew+time.Second)))
	want("from the future", check(early, ours), ErrWorkExpired)
	inTime, _ := solve(t, w, w.Challenge(ours, clock.now()))
	late, _ := solve(t, w, w.Challenge(ours, clock.now()))
	clock.forward(WorkLife - time.Second)
	want("in the last second", check(inTime, ours), nil)
	clock.forward(time.Second)
	want("after it", check(late, ours), ErrWorkExpired)
}

// TestWorkNotDone holds that nothing stands in for the work: no changed
// parameter, no guess, no challenge of the sender's own that was solved before.
func TestWorkNotDone(t *testing.T) {
	clock := noon()
	w := newTestWork(t, secret, clock)
	solved, _ := solve(t, w, w.Challenge(ours, clock.now()))
	try := func(name string, want error, change func(*solution)) {
		t.Helper()
		var s solution
		decode(t, solved, &s)
		change(&s)
		if err := w.Check(t.Context(), code(t, s), ours, clock.now()); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	for name, change := range map[string]func(*parameters){
		"cheaper":           func(p *parameters) { p.Cost = 1 },
		"longer":            func(p *parameters) { p.ExpiresAt++ },
		"shorter prefix":    func(p *parameters) { p.KeyPrefix = p.KeyPrefix[:2] },
		"no prefix":         func(p *parameters) { p.KeyPrefix = "" },
		"shorter key":       func(p *parameters) { p.KeyLength = 1 },
		"no key signature":  func(p *parameters) { p.KeySignature = "" },
		"another nonce":     func(p *parameters) { p.Nonce = strings.Repeat("0", 32) },
		"another salt":      func(p *parameters) { p.Salt = "" },
		"another algorithm": func(p *parameters) { p.Algorithm = "SHA-256" },
		"nonce in capitals": func(p *parameters) { p.Nonce = strings.ToUpper(p.Nonce) + " " },
	} {
		try(name, ErrWorkForeign, func(s *solution) { change(&s.Challenge.Parameters) })
	}
	try("unsigned", ErrWorkForeign, func(s *solution) { s.Challenge.Signature = "" })
	try("no key", ErrWorkWrong, func(s *solution) { s.Solution.DerivedKey = "" })
	try("no hex", ErrWorkWrong, func(s *solution) { s.Solution.DerivedKey = "Đ" })
	try("the prefix alone", ErrWorkWrong, func(s *solution) { s.Solution.DerivedKey = s.Challenge.Parameters.KeyPrefix })
	try("the prefix and a guess", ErrWorkWrong, func(s *solution) {
		s.Solution.DerivedKey = s.Challenge.Parameters.KeyPrefix + strings.Repeat("0", workKey)
	})
	// Whoever can say what is to be found finds it beforehand.
	own := newTestWork(t, []byte(strings.Repeat("x", 32)), clock)
	own.least, own.most = 0, 0
	precomputed, _ := solve(t, own, own.Challenge(ours, clock.now()))
	try("precomputed", ErrWorkForeign, func(s *solution) { decode(t, precomputed, s) })
	try("precomputed, under a signature of ours", ErrWorkForeign, func(s *solution) {
		signature := s.Challenge.Signature
		decode(t, precomputed, s)
		s.Challenge.Signature = signature
	})
	try("nothing of it changed", nil, func(*solution) {}) // and none of the tries spent it

	for _, rubbish := range []string{
		"", " ", "e30=", "bnVsbA==", "W10=", "{}", strings.Repeat("A", 1<<20), solved + "A", solved[:len(solved)/2],
		code(t, map[string]any{"challenge": map[string]any{"parameters": map[string]any{"expiresAt": "x"}}}),
		code(t, map[string]any{"challenge": map[string]any{"parameters": map[string]any{"expiresAt": 1e300}}}),
	} {
		if err := w.Check(t.Context(), rubbish, ours, clock.now()); !errors.Is(err, ErrWorkForeign) {
			t.Errorf("%.40q: %v, want %v", rubbish, err, ErrWorkForeign)
		}
	}
	if _, err := NewWork(secret[:31], w.spent); err == nil {
		t.Error("a short secret is taken")
	}
}

// TestWorkIsAsMuch holds that a challenge as it is made takes 500 to 1,000 keys of
// 5,000 iterations, and that its header is a line that any proxy lets through.
func TestWorkIsAsMuch(t *testing.T) {
	w, err := NewWork(secret, newSpentHere(time.Now))
	if err != nil {
		t.Fatal(err)
	}
	w.cost = 1 // of which there are many here; the cost is looked at below
	seen := make(map[uint32]bool)
	for range 200 {
		_, counter := solve(t, w, w.Challenge(ours, time.Now()))
		if counter < 500 || counter > 1000 {
			t.Fatalf("solved by the counter %d", counter)
		}
		seen[counter] = true
	}
	if len(seen) < 100 {
		t.Errorf("200 challenges have %d counters", len(seen))
	}
	w.cost = workCost
	coded := w.Challenge(ours, time.Now())
	var c challenge
	decode(t, coded, &c)
	if c.Parameters.Cost != 5000 || c.Parameters.Algorithm != "PBKDF2/SHA-256" || len(c.Parameters.KeyPrefix) != 32 {
		t.Errorf("the challenge is %+v", c)
	}
	if len(coded) > 700 {
		t.Errorf("the header has %d bytes", len(coded))
	}
	solved, _ := solve(t, w, coded)
	if len(solved) > maxSolution/2 {
		t.Errorf("a solution has %d bytes", len(solved))
	}
	if err := w.Check(t.Context(), solved, ours, time.Now()); err != nil {
		t.Error(err)
	}
}

// TestWorkOfALTCHA takes a solution that ALTCHA's own library (npm altcha-lib
// 2.8.0) found for a challenge of ours, with all that it writes into it.
func TestWorkOfALTCHA(t *testing.T) {
	b, err := os.ReadFile("testdata/altcha.txt")
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWork(secret, newSpentHere(time.Now))
	if err != nil {
		t.Fatal(err)
	}
	solved := strings.TrimSpace(string(b))
	var s solution
	decode(t, solved, &s)
	made := time.Unix(s.Challenge.Parameters.ExpiresAt, 0).Add(-WorkLife)
	if err := w.Check(t.Context(), solved, ours, made); err != nil {
		t.Error(err)
	}
}

// TestSpent holds of both stores that of many who spend a proof at once one is
// the first, and that it is remembered while it could be good, and not for long.
func TestSpent(t *testing.T) {
	proof := func(n int) (p ProofMark) {
		binary.BigEndian.PutUint32(p[:], uint32(n))
		return p
	}
	once := func(t *testing.T, spend func(ProofMark) bool) {
		for n := range 20 {
			var first atomic.Int64
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					if spend(proof(n)) {
						first.Add(1)
					}
				})
			}
			all.Wait()
			if first.Load() != 1 {
				t.Fatalf("%d of 20 were the first", first.Load())
			}
		}
	}
	t.Run("here", func(t *testing.T) {
		clock := noon()
		s := newSpentHere(clock.now)
		spend := func(p ProofMark) bool { return s.Spend(context.Background(), p) }
		once(t, spend)
		for step := range 40 { // whenever it is spent, it is known for all that time
			p := proof(1000 + step)
			if clock.forward(97 * time.Second); !spend(p) {
				t.Fatalf("step %d: known before it was spent", step)
			}
			earlier := proof(1000 + step - int(spentLife/(97*time.Second)))
			if step > int(spentLife/(97*time.Second)) && spend(earlier) {
				t.Fatalf("step %d: forgotten too early", step)
			}
		}
		clock.forward(2 * spentLife)
		if !spend(proof(0)) || len(s.fresh)+len(s.stale) != 1 {
			t.Errorf("%d and %d proofs are remembered for ever", len(s.fresh), len(s.stale))
		}
		s.max = 10
		for n := range 1000 {
			spend(proof(n))
		}
		if n := len(s.fresh) + len(s.stale); n > 20 || spend(proof(995)) {
			t.Errorf("%d proofs are remembered, or not even the last", n)
		}
	})
	t.Run("redis", func(t *testing.T) {
		server := redistest.Start(t)
		client := newTestShared(t, server, designRules, noon()).client
		once(t, func(p ProofMark) bool {
			first, err := spendShared(t.Context(), client, p)
			if err != nil {
				t.Error(err)
			}
			return first
		})
		found := contents(t, client)
		if len(found) != 20 {
			t.Errorf("%d keys", len(found))
		}
		for key := range found {
			left, err := client.PTTL(t.Context(), key).Result()
			if err != nil || left > spentLife || left < spentLife-time.Minute || !strings.HasPrefix(key, "tipbox:work:") {
				t.Errorf("%s ends in %v, %v", key, left, err)
			}
		}
		server.Kill()
		if _, err := spendShared(t.Context(), client, proof(1)); err == nil {
			t.Error("a Redis that is gone spends")
		}
	})
}

// TestSpentAcrossServers holds that a proof is good on one of two servers that
// share a Redis, and on the same server not again once that Redis has lost it.
func TestSpentAcrossServers(t *testing.T) {
	server := redistest.Start(t)
	one, two := start(t, designRules, server.URL(), ample), start(t, designRules, server.URL(), ample)
	one.reachesRedis(t, server, "a")
	two.reachesRedis(t, server, "b")
	if !one.Spend(t.Context(), ProofMark{1}) || two.Spend(t.Context(), ProofMark{1}) {
		t.Error("spent on both servers, or on neither")
	}
	server.Kill()
	if one.Spend(t.Context(), ProofMark{1}) {
		t.Error("spent again, without Redis")
	}
	if !one.Spend(t.Context(), ProofMark{2}) || one.Spend(t.Context(), ProofMark{2}) {
		t.Error("without Redis nothing is spent once")
	}
	one.wantKind(t, "refused-dial", "dropped")
}

// TestProofMarkIsUnseen holds that what is remembered of a proof is nothing that
// went over the line.
func TestProofMarkIsUnseen(t *testing.T) {
	var marks []string
	w := newTestWork(t, secret, noon())
	w.spent = spentFunc(func(p ProofMark) bool { marks = append(marks, hex.EncodeToString(p[:])); return true })
	coded := w.Challenge(ours, time.Now())
	solved, _ := solve(t, w, coded)
	if err := w.Check(t.Context(), solved, ours, time.Now()); err != nil || len(marks) != 1 {
		t.Fatal(err, marks)
	}
	b, _ := base64.StdEncoding.DecodeString(solved)
	if strings.Contains(string(b), marks[0]) || strings.Contains(string(b), fmt.Sprintf("%x", ours[:4])) {
		t.Errorf("%s shows %s or its form", b, marks[0])
	}
}

type spentFunc func(ProofMark) bool

func (f spentFunc) Spend(_ context.Context, p ProofMark) bool { return f(p) }

// BenchmarkWork compares making a challenge, checking its solution, and checking
// one that was spent. Checking is to take less than 1 ms.
func BenchmarkWork(b *testing.B) {
	w, err := NewWork(secret, spentFunc(func(ProofMark) bool { return true }))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("challenge", func(b *testing.B) {
		for b.Loop() {
			w.Challenge(ours, time.Now())
		}
	})
	solved, _ := solve(b, w, w.Challenge(ours, time.Now()))
	b.Run("check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := w.Check(b.Context(), solved, ours, time.Now()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
