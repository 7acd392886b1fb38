package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

// relay stands for a mail server as the runner sees it. The conversation itself
// is tested in package smtp, with real ones.
type relay struct {
	dial    func() error                 // nil: connected
	ask     error                        // of Ask
	box     func(to string) error        // of AskFor
	asks    []string                     // of AskFor
	send    func(m *Mail) error          // nil: taken over
	slow    func(context.Context, *Mail) // before each answer
	most    int                          // connections at once; 0: the default
	mu      sync.Mutex
	log     []delivery
	digests []time.Duration // when one was taken over
	dials   []time.Duration // when
	open    int
	start   time.Time
}

type delivery struct {
	id     intake.ID
	to     string
	at     time.Duration
	urgent bool
	sealed string
}

func (r *relay) Dial(ctx context.Context) (Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dials = append(r.dials, time.Since(r.start))
	if r.dial != nil {
		if err := r.dial(); err != nil {
			return nil, err
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	r.open++
	return &relayConn{r: r}, nil
}

type relayConn struct {
	r      *relay
	broken bool
}

func (c *relayConn) Ask(context.Context) error { return c.r.ask }

func (c *relayConn) AskFor(_ context.Context, to string) error {
	if c.broken {
		panic("a broken connection was used again")
	}
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	c.r.asks = append(c.r.asks, to)
	if c.r.box == nil {
		return nil
	}
	err := c.r.box(to)
	var refusal *PermanentError
	c.broken = err != nil && !errors.As(err, &refusal) && !PutOff(Reason(err))
	return err
}

func (c *relayConn) Send(ctx context.Context, m *Mail) error {
	if c.broken {
		panic("a broken connection was used again")
	}
	c.r.mu.Lock()
	slow := c.r.slow
	c.r.mu.Unlock()
	if slow != nil {
		slow(ctx, m)
		if ctx.Err() != nil {
			c.broken = true
			return ctx.Err()
		}
	}
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	var err error
	if c.r.send != nil {
		err = c.r.send(m)
	}
	var refusal *PermanentError
	if err == nil {
		at := time.Since(c.r.start)
		if m.Digest == nil {
			c.r.log = append(c.r.log, delivery{m.ID, m.To, at, m.Urgent, string(m.Sealed)})
		} else {
			c.r.digests = append(c.r.digests, at)
		}
		for _, a := range m.Digest {
			c.r.log = append(c.r.log, delivery{a.ID, m.To, at, m.Urgent, string(a.Sealed)})
		}
	} else {
		c.broken = !errors.As(err, &refusal) && !PutOff(Reason(err))
	}
	return err
}

func (c *relayConn) Close() error {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	c.r.open--
	return nil
}

// asked returns to whom mail was asked about, and forgets it.
func (r *relay) asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	asks := r.asks
	r.asks = nil
	slices.Sort(asks)
	return asks
}

// to changes how the relay answers from now on.
func (r *relay) to(dial func() error, send func(*Mail) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dial, r.send = dial, send
}

func (r *relay) dialled() []time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.dials)
}

func (r *relay) delivered() []delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.log)
}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// rescan is between two looks at the spool: rare, for the days that tests pass.
const rescan = 15 * time.Minute

// box is a spool with a runner that mails to a relay.
type box struct {
	*testing.T
	dir       string
	spool     *spool.Spool
	relay     *relay
	directory *intake.Directory
	run       *Runner
	end       func()
	alive     string        // unit two's hour
	keep      time.Duration // copies of what is delivered
	logs      lines
	rung      lines   // a line for each time that someone was to be woken
	told      tallied // what the tally was
}

// inBubble runs f in a bubble with fake time.
func inBubble(t *testing.T, r *relay, f func(b *box)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &box{T: t, dir: filepath.Join(t.TempDir(), "spool"), relay: r}
		r.start = time.Now()
		b.open()
		f(b)
		b.close()
	})
}

func (b *box) open() {
	b.Helper()
	var err error
	b.directory, err = intake.NewDirectory([]*intake.Unit{
		{
			ID: "one", MarkUrgent: true, LaterWindow: 6 * time.Hour, Sites: []*intake.Site{{Code: "one1"}},
			Receivers: map[intake.Audience]intake.Receiver{
				intake.ToUnit:    {Mail: []string{"one@example.vn"}, Sealer: plain{}},
				intake.Oversight: {Mail: []string{"inspector@example.vn"}},
			},
		},
		{ID: "two", AliveAt: b.alive, Receivers: map[intake.Audience]intake.Receiver{
			intake.ToUnit: {Mail: []string{"a@example.vn", "b@example.vn", "c@example.vn"}},
		}},
	})
	if err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&b.logs, nil))
	if b.spool, err = spool.Open(spool.Options{Dir: b.dir, Floor: 1, Try: -1, KeepSent: b.keep, Log: log}); err != nil {
		b.Fatal(err)
	}
	b.run = New(Options{
		Spool: b.spool, Directory: b.directory, Transport: b.relay, Log: log,
		Rescan: rescan, Probe: -1, Connections: b.relay.most,
		Urgent: func(unit string, a intake.Audience) {
			fmt.Fprintln(&b.rung, unit, a, time.Since(b.relay.start).Round(time.Minute))
		},
		Tally: &b.told,
	})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan struct{})
	go func() { defer close(done); b.run.Run(ctx) }()
	b.end = sync.OnceFunc(func() { cancel(); <-done }) // in a bubble
}

func (b *box) close() {
	b.end()
	b.spool.Close()
}

func (b *box) put(n int, change ...func(*intake.Envelope)) intake.ID {
	b.Helper()
	e := intake.Envelope{ID: intake.ID(fmt.Sprintf("TB-0000-%04d", n)), Unit: "one", Audience: intake.ToUnit}
	for _, c := range change {
		c(&e)
	}
	if err := b.spool.Put(e, []byte("sealed "+e.ID)); err != nil {
		b.Fatal(err)
	}
	return e.ID
}

func (b *box) waiting() int { return b.spool.Status().Waiting }

func unit(id string) func(*intake.Envelope) { return func(e *intake.Envelope) { e.Unit = id } }

func down() error { return &DeferredError{Reason: DialRefused, Err: syscall.ECONNREFUSED} }

func TestDeliveredIsDeleted(t *testing.T) {
	inBubble(t, &relay{}, func(b *box) {
		one := b.put(1, func(e *intake.Envelope) { e.Urgent = true })
		two := b.put(2, unit("two"), func(e *intake.Envelope) { e.Urgent = true }) // a unit that does not want it marked
		about := b.put(3, func(e *intake.Envelope) { e.Audience = intake.Oversight })
		synctest.Wait()
		got := map[string]bool{}
		for _, d := range b.relay.delivered() {
			got[fmt.Sprint(d.id, " ", d.to, " ", d.urgent, " ", d.sealed == "sealed "+string(d.id), " ", d.at)] = true
		}
		for _, want := range []string{
			string(one) + " one@example.vn true true 0s",
			string(two) + " a@example.vn false true 0s", string(two) + " b@example.vn false true 0s", string(two) + " c@example.vn false true 0s",
			string(about) + " inspector@example.vn false true 0s",
		} {
			if !got[want] {
				b.Errorf("missing %q", want)
			}
		}
		if len(got) != 5 || b.waiting() != 0 {
			b.Errorf("%v delivered, %d waiting", got, b.waiting())
		}
		if b.logs.String() != "" {
			b.Errorf("deliveries are logged:\n%s", b.logs.String())
		}
	})
}

func TestThreeDaysOfOutage(t *testing.T) {
	const outage = 72 * time.Hour
	r := &relay{}
	r.dial = func() error {
		if time.Since(r.start) < outage {
			return down()
		}
		return nil
	}
	inBubble(t, r, func(b *box) {
		for n := range 100 {
			b.put(n)
		}
		b.reopen()
		synctest.Wait()
		time.Sleep(outage + 2*time.Hour)
		synctest.Wait()
		if got := len(r.delivered()); got != 100 || b.waiting() != 0 {
			b.Errorf("%d delivered, %d waiting after the outage", got, b.waiting())
		}
		// 0, 1, 5, 15, 30 minutes, then hourly; a tenth of jitter.
		want := []time.Duration{0, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}
		dials := r.dialled()
		dials = dials[slices.Index(dials, 0):]
		for len(dials) > 1 && dials[1] == 0 { // from before the restart
			dials = dials[1:]
		}
		for i, at := range dials[1:] {
			w := time.Hour
			if i+1 < len(want) {
				w = want[i+1]
			}
			if wait := at - dials[i]; wait < w*9/10 || wait > w*11/10 {
				b.Errorf("attempt %d came %v after the one before, want about %v", i+2, wait, w)
			}
		}
		if len(dials) < 70 || len(dials) > 85 {
			b.Errorf("%d attempts to connect in three days", len(dials))
		}
		if lines := strings.Count(b.logs.String(), "\n"); lines < 3 || lines > 4 || !strings.Contains(b.logs.String(), "reason=refused-dial") {
			b.Errorf("want a line a day about the deferrals:\n%s", b.logs.String())
		}
	})
}

func TestNewTipsDuringAnOutage(t *testing.T) {
	r := &relay{dial: down}
	inBubble(t, r, func(b *box) {
		b.put(0)
		time.Sleep(24 * time.Hour)
		before := len(r.dialled())
		for n := range 120 { // one each second
			b.put(n + 1)
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if tried := len(r.dialled()) - before; tried < 2 || tried > 3 {
			b.Errorf("%d attempts to connect in the two minutes in which tips came", tried)
		}
		r.to(nil, nil)
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		if got := len(r.delivered()); got != 121 {
			b.Errorf("%d of 121 delivered within 6 minutes", got)
		}
	})
}

// A server that lets us in and takes no mail is not well, without any tip.
func TestProbeAsks(t *testing.T) {
	r := &relay{ask: &DeferredError{Reason: BadAuth}}
	inBubble(t, r, func(b *box) {
		b.end()
		b.run.o.Probe = 10 * time.Minute
		ctx, cancel := context.WithCancel(b.Context())
		go b.run.Run(ctx)
		synctest.Wait()
		if h := b.run.Health(); h.Server != BadAuth {
			b.Errorf("health says %q of the server", h.Server)
		}
		cancel()
		synctest.Wait()
	})
}

func TestProbeEndsThePause(t *testing.T) {
	r := &relay{dial: down}
	inBubble(t, r, func(b *box) {
		b.end()
		b.run.o.Probe = 10 * time.Minute
		ctx, cancel := context.WithCancel(b.Context())
		go b.run.Run(ctx)
		b.put(1)
		time.Sleep(5 * time.Hour)
		synctest.Wait()
		if h := b.run.Health(); h.Server != DialRefused {
			b.Errorf("health says %q of the server", h.Server)
		}
		r.to(nil, nil)
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		cancel()
		synctest.Wait()
		if len(r.delivered()) != 1 {
			b.Error("the tip is not delivered once the probe has met the server")
		}
		if h := b.run.Health(); h.Server != "" {
			b.Errorf("health says %q of a server that is back", h.Server)
		}
	})
}
