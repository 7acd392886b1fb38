package alert

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"tipbox/intake"
	"tipbox/intake/deliver"
)

// phone is a channel that notes its calls.
type phone struct {
	name string
	log  *calls
	fail func() error // nil: it takes the message
}

func (p *phone) send(_ context.Context, _ string, m Message) error {
	p.log.mu.Lock()
	fail := p.fail
	p.log.mu.Unlock()
	if fail != nil {
		if err := fail(); err != nil {
			return err
		}
	}
	p.log.add(p.name, m)
	return nil
}

// failing has it fail from now on.
func (p *phone) failing(fail func() error) {
	p.log.mu.Lock()
	defer p.log.mu.Unlock()
	p.fail = fail
}

type calls struct {
	mu    sync.Mutex
	began time.Time
	made  []string // "A@5" for channel A after 5 minutes
	last  Message
}

func (c *calls) add(name string, m Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := fmt.Sprintf("%s@%d", name, int(time.Since(c.began).Minutes()))
	if m.Text == Many {
		text += "!"
	}
	c.made, c.last = append(c.made, text), m
}

// take returns the calls since it was last asked.
func (c *calls) take() string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	made := strings.Join(c.made, " ")
	c.made = nil
	return made
}

// latest is the last message.
func (c *calls) latest() Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// rig is bells of one unit in a bubble with fake time.
type rig struct {
	*Bells
	*calls
	acks     *Acks
	registry *prometheus.Registry
	phones   []*phone
}

// Health is of both kinds.
func (r *rig) Health() []string {
	unanswered, failed := r.Bells.Health()
	return append(unanswered, failed...)
}

func (r *rig) ring() { r.Ring("na-co-sa", intake.ToUnit) }

// answer presses the button of the last call.
func (r *rig) answer() {
	r.acks.Acknowledge(strings.TrimPrefix(r.latest().Link, "https://tip.example.vn/a/"))
}

func inBubble(t *testing.T, names string, f func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		acks, err := NewAcks([][]byte{bytes.Repeat([]byte{7}, 32)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := &rig{calls: &calls{began: time.Now()}, acks: acks, registry: prometheus.NewRegistry()}
		var channels []*Channel
		for _, name := range names {
			p := &phone{name: string(name), log: r.calls}
			r.phones = append(r.phones, p)
			channels = append(channels, &Channel{Kind: "k" + string(name), sender: p})
		}
		r.Bells = NewBells(Options{
			Receivers: []Receiver{
				{"na-co-sa", intake.ToUnit, channels},
				{"si-pa-phin", intake.Oversight, []*Channel{{Kind: "kO", sender: &phone{name: "O", log: r.calls}}}},
			}, Acks: acks, Registerer: r.registry,
			Link: func(token string) string { return "https://tip.example.vn/a/" + token },
		})
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.Run(ctx); close(done) }()
		f(r)
		end()
		<-done
	})
}

// TestEscalation: each channel twice, five minutes apart, then the next, six calls
// in all; then a line in health for a day.
func TestEscalation(t *testing.T) {
	for names, want := range map[string]string{
		"A":    "A@0 A@5 A@10 A@15 A@20 A@25",
		"AB":   "A@0 A@5 B@10 B@15 A@20 A@25",
		"ABC":  "A@0 A@5 B@10 B@15 C@20 C@25",
		"ABCD": "A@0 A@5 B@10 B@15 C@20 C@25",
	} {
		inBubble(t, names, func(r *rig) {
			r.ring()
			time.Sleep(29 * time.Minute)
			if got := r.take(); got != want || len(r.Health()) != 0 {
				t.Errorf("%s: %s, health %q", names, got, r.Health())
			}
			if m := r.latest(); m.Text != Urgent || !m.Wake {
				t.Errorf("says %+v", m)
			}
			time.Sleep(2 * time.Minute)
			const line = "na-co-sa: nobody has answered the last alert"
			if got := strings.Join(r.Health(), "; "); got != line {
				t.Errorf("health %q", got)
			}
			time.Sleep(23 * time.Hour)
			if got := strings.Join(r.Health(), "; "); got != line || r.take() != "" {
				t.Errorf("health %q", got)
			}
			time.Sleep(2 * time.Hour)
			if len(r.Health()) != 0 {
				t.Errorf("health %q", r.Health())
			}
		})
	}
}

// TestAnswer: it is quiet once somebody has answered, also late, and a tip after
// that rings anew; a tip before it does not.
func TestAnswer(t *testing.T) {
	inBubble(t, "AB", func(r *rig) {
		r.ring()
		time.Sleep(6 * time.Minute)
		r.ring() // while it rings
		r.Ring("another", intake.ToUnit)
		r.Ring("na-co-sa", intake.Oversight) // nobody
		time.Sleep(time.Minute)
		r.answer()
		time.Sleep(time.Hour)
		if got := r.take(); got != "A@0 A@5" {
			t.Error(got)
		}
		r.ring()
		time.Sleep(time.Second)
		r.answer()
		r.ring() // at once after the answer
		time.Sleep(time.Minute)
		if got := r.take(); got != "A@67 A@67" {
			t.Error(got)
		}
		time.Sleep(40 * time.Minute)
		if len(r.Health()) != 1 {
			t.Errorf("health %q", r.Health())
		}
		r.answer()
		time.Sleep(6 * time.Minute)
		if len(r.Health()) != 0 {
			t.Errorf("answered late: health %q", r.Health())
		}
	})
}

// TestOversightIsNotTold: that there was a tip about a unit shows neither in health
// nor in a number.
func TestOversightIsNotTold(t *testing.T) {
	inBubble(t, "A", func(r *rig) {
		r.Ring("si-pa-phin", intake.Oversight)
		r.Ring("si-pa-phin", intake.ToUnit) // nobody
		time.Sleep(48 * time.Hour)
		families, err := r.registry.Gather()
		if got := r.take(); got != "O@0 O@5 O@10 O@15 O@20 O@25" || len(r.Health()) != 0 || len(families) != 0 || err != nil {
			t.Errorf("%s; health %q, metrics %v", got, r.Health(), families)
		}
	})
}

// TestOthersAreWoken: after a reload others are called, also of what rings already,
// and nobody where there is nobody.
func TestOthersAreWoken(t *testing.T) {
	inBubble(t, "A", func(r *rig) {
		other := func(name, unit string) Receiver {
			return Receiver{unit, intake.ToUnit, []*Channel{{Kind: "k" + name, sender: &phone{name: name, log: r.calls}}}}
		}
		r.ring()
		time.Sleep(time.Minute)
		r.Use([]Receiver{other("B", "na-co-sa"), other("C", "new")})
		time.Sleep(6 * time.Minute)
		r.Ring("new", intake.ToUnit)
		if got := r.take(); got != "A@0 B@5 C@7" {
			t.Error(got)
		}
		r.Use(nil)
		time.Sleep(time.Hour)
		r.ring()
		time.Sleep(time.Hour)
		if got := r.take(); got != "" {
			t.Error(got)
		}
	})
}

// TestUnansweredRingsAnew: after six calls a new tip is an alert of its own.
func TestUnansweredRingsAnew(t *testing.T) {
	inBubble(t, "A", func(r *rig) {
		r.ring()
		time.Sleep(40 * time.Minute)
		r.take()
		r.ring()
		time.Sleep(6 * time.Minute)
		if got := r.take(); got != "A@40 A@45" {
			t.Error(got)
		}
	})
}

// TestFlood: three ring one by one, then one for many in an hour; nothing that
// comes is without an alert after it.
func TestFlood(t *testing.T) {
	inBubble(t, "A", func(r *rig) {
		for range 50 {
			r.ring()
			synctest.Wait()
			r.answer()
			time.Sleep(time.Minute)
		}
		if got := r.take(); got != "A@0 A@1 A@2 A@3!" {
			t.Error(got)
		}
		time.Sleep(11 * time.Minute)
		if got := r.take(); got != "A@60!" {
			t.Error(got)
		}
		r.answer()
		time.Sleep(3 * time.Hour)
		r.ring()
		if got := r.take(); got != "A@241" {
			t.Error(got)
		}
	})
}

// TestTroubledChannels: a channel that takes nothing costs no time, one that wants
// to be left alone is, and where none takes anything it is tried until one does.
// Health tells of it the day after.
func TestTroubledChannels(t *testing.T) {
	inBubble(t, "AB", func(r *rig) {
		r.phones[0].failing(func() error { return &Error{Reason: deliver.BadAuth} })
		r.ring()
		time.Sleep(29 * time.Minute)
		if got := r.take(); got != "B@0 B@5 B@10 B@15 B@20 B@25" {
			t.Error(got)
		}
		time.Sleep(40 * time.Hour)
		if got := strings.Join(r.Health(), "; "); got != "na-co-sa: kA did not take an alert: auth" {
			t.Error(got)
		}
	})
	inBubble(t, "A", func(r *rig) {
		var tries atomic.Int32
		r.phones[0].failing(func() error {
			tries.Add(1)
			if time.Since(r.began) < 2*time.Hour {
				return &Error{Reason: deliver.Limit, Wait: 30 * time.Minute}
			}
			return nil
		})
		r.ring()
		time.Sleep(time.Hour)
		if synctest.Wait(); tries.Load() != 2 && tries.Load() != 3 || len(r.Health()) != 0 {
			t.Errorf("%d tries, health %q", tries.Load(), r.Health())
		}
		time.Sleep(time.Hour + 6*time.Minute)
		if got := r.take(); !strings.HasPrefix(got, "A@12") {
			t.Error(got)
		}
	})
}

// TestCallsAreCountedByTheDay: a call's moment is the tip's.
func TestCallsAreCountedByTheDay(t *testing.T) {
	inBubble(t, "A", func(r *rig) {
		shown := func() string {
			var b bytes.Buffer
			families, err := r.registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range families {
				if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
					t.Fatal(err)
				}
			}
			return b.String()
		}
		r.ring()
		time.Sleep(6 * time.Minute)
		r.answer()
		if got := shown(); got != "" {
			t.Error(got)
		}
		time.Sleep(24 * time.Hour)
		if got := shown(); !strings.Contains(got, `tipbox_alert_calls_total{kind="kA",result="taken"} 2`) {
			t.Error(got)
		}
	})
}

// store is what several servers share.
type store struct {
	mu   sync.Mutex
	acks map[Mark]bool
}

func (s *store) Acknowledge(_ context.Context, m Mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acks[m] = true
}

func (s *store) Acknowledged(_ context.Context, m Mark) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.acks[m]
}

func (a *Acks) acknowledges(token string) bool {
	_, ours := a.mark(token)
	return ours
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := &store{acks: make(map[Mark]bool)}
		secret, before := bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{6}, 32)
		one, err := NewAcks([][]byte{secret, before}, shared)
		if err != nil {
			t.Fatal(err)
		}
		two, _ := NewAcks([][]byte{secret}, shared)
		stranger, _ := NewAcks([][]byte{bytes.Repeat([]byte{8}, 32)}, shared)
		old, _ := NewAcks([][]byte{before}, shared)
		if token := old.Mint(); !one.acknowledges(token) || two.acknowledges(token) {
			t.Error("a token of the secret before")
		}
		token := one.Mint()
		if len(token) != TokenLength || token == one.Mint() {
			t.Errorf("%q", token)
		}
		for _, other := range []string{"", "x", stranger.Mint(), token[1:], token + "a", strings.Repeat("a", TokenLength)} {
			two.Acknowledge(other)
		}
		if synctest.Wait(); len(shared.acks) != 0 || len(two.seen) != 0 {
			t.Errorf("kept: %v, %v", shared.acks, two.seen)
		}
		two.Acknowledge(strings.ToUpper(token))
		synctest.Wait()
		if !one.acknowledged(t.Context(), token) || !two.acknowledged(t.Context(), token) || one.acknowledged(t.Context(), one.Mint()) {
			t.Error("an acknowledgement at another server is not known")
		}
		for range 3 {
			time.Sleep(AckLife + time.Second)
			two.Acknowledge(two.Mint())
		}
		if synctest.Wait(); len(two.seen) != 1 {
			t.Errorf("%d are kept", len(two.seen))
		}
	})
}
