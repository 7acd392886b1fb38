package alert

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake"
	"tipbox/intake/metric"
)

const (
	// gap is between two calls of an alert that nobody has answered.
	gap = 5 * time.Minute
	// perChannel is how often a channel is called before the next one's turn.
	perChannel = 2
	// mostCalls is how often an alert calls, all channels together.
	mostCalls = 6
	// soon is between rounds in which no channel took the message, at first.
	soon = time.Minute
	// givenUpFor is how long health tells that nobody has answered.
	givenUpFor = 24 * time.Hour
)

// What an alert says, and all it says.
const (
	Urgent = "Hòm thư có tin KHẨN"
	// Many is for more in an hour than ring one by one.
	Many = "Hòm thư có tin KHẨN đến dồn"
	// singles is how many ring one by one within floodTime.
	singles   = 3
	floodTime = time.Hour
)

// Receiver is whom the urgent tips to one audience of a unit wake, in this order.
type Receiver struct {
	Unit     string
	Audience intake.Audience
	Channels []*Channel
}

// Options are the parts of Bells. Acks and Link are needed.
type Options struct {
	Receivers  []Receiver
	Acks       *Acks
	Link       func(token string) string // of the page with the button
	Registerer prometheus.Registerer     // default none
}

// Bells ring when an urgent tip has come. What rings is in memory only: nothing on
// a disk tells when a tip came. After a restart what still waits in the spool rings
// anew. A channel's failures are told the day after: at once they would tell the
// moment of a tip, and who reads that was never to be called.
type Bells struct {
	o     Options
	calls *metric.Counter

	mu    sync.Mutex
	bells map[bellKey]*bell
	start func(*bell) // has a bell ring by itself; nil where Run does not run
}

type bellKey struct {
	unit     string
	audience intake.Audience
}

// bell is of one receiver.
type bell struct {
	key      bellKey
	channels atomic.Pointer[[]*Channel]
	wake     chan struct{}
	started  []time.Time            // of alerts within floodTime; of Run alone
	rested   map[*Channel]time.Time // not to be tried before; of Run alone

	mu      sync.Mutex
	givenUp time.Time // when nobody had answered the last alert; zero if somebody had
	failed  map[string]failure
}

type failure struct {
	at     time.Time
	reason string
}

// NewBells returns bells that ring once Run runs.
func NewBells(o Options) *Bells {
	b := &Bells{o: o, bells: make(map[bellKey]*bell), calls: metric.NewDaily(metric.Options{
		Name: "tipbox_alert_calls_total", Help: "Calls of alerts, by kind of channel and result.", Labels: []string{"kind", "result"},
	})}
	b.Use(o.Receivers)
	if o.Registerer != nil {
		o.Registerer.MustRegister(b.calls)
	}
	return b
}

// Use has others woken from now on: what rings goes on by their channels, and ends
// where there are none.
func (b *Bells) Use(receivers []Receiver) {
	b.mu.Lock()
	defer b.mu.Unlock()
	channels := make(map[bellKey][]*Channel)
	for _, r := range receivers {
		key := bellKey{r.Unit, r.Audience}
		if channels[key] = r.Channels; b.bells[key] == nil {
			l := &bell{key: key, wake: make(chan struct{}, 1), rested: make(map[*Channel]time.Time), failed: make(map[string]failure)}
			l.channels.Store(&r.Channels)
			if b.bells[key] = l; b.start != nil {
				b.start(l)
			}
		}
	}
	for key, l := range b.bells {
		now := channels[key]
		l.channels.Store(&now)
	}
}

// Ring tells that an urgent tip has come. It never waits; where nobody is to be
// woken nothing happens.
func (b *Bells) Ring(unit string, audience intake.Audience) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l := b.bells[bellKey{unit, audience}]; l != nil && len(*l.channels.Load()) > 0 {
		l.nudge()
	}
}

func (l *bell) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run rings until ctx ends.
func (b *Bells) Run(ctx context.Context) {
	var running sync.WaitGroup
	start := func(l *bell) {
		running.Go(func() {
			for b.await(ctx, l) {
				b.ring(ctx, l)
			}
		})
	}
	b.mu.Lock()
	b.start = start
	for _, l := range b.bells {
		start(l)
	}
	b.mu.Unlock()
	<-ctx.Done()
	b.mu.Lock()
	b.start = nil
	b.mu.Unlock()
	running.Wait()
}

// await waits for a tip, and then until an alert may ring. It reports false once
// ctx ends.
func (b *Bells) await(ctx context.Context, l *bell) bool {
	select {
	case <-ctx.Done():
		return false
	case <-l.wake:
	}
	l.started = slices.DeleteFunc(l.started, func(t time.Time) bool { return time.Since(t) >= floodTime })
	if len(l.started) > singles {
		// One has rung for many; what comes now is for the next such.
		select {
		case <-ctx.Done():
			return false
		case <-time.After(time.Until(l.started[0].Add(floodTime))):
		}
		select {
		case <-l.wake:
		default:
		}
		l.started = l.started[1:]
	}
	return true
}

// ring calls until somebody answers, or all calls are made. What comes meanwhile is
// no new alert: who answers this one finds it as well.
func (b *Bells) ring(ctx context.Context, l *bell) {
	m := Message{Text: Urgent, Wake: true}
	if len(l.started) >= singles {
		m.Text = Many
	}
	began := time.Now()
	l.started = append(l.started, began)
	token := b.o.Acks.Mint()
	m.Link = b.o.Link(token)
	calls, again := 0, soon
	for next := began; ; {
		if wait := time.Until(next); wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			case <-l.wake:
				switch {
				case b.o.Acks.acknowledged(ctx, token), calls == mostCalls:
					l.nudge() // for an alert of its own
				default:
					continue
				}
			}
		}
		channels := *l.channels.Load()
		switch {
		case b.o.Acks.acknowledged(ctx, token), len(channels) == 0:
			l.giveUp(time.Time{})
			return
		case calls == mostCalls && (len(l.wake) > 0 || time.Since(began) >= AckLife):
			l.giveUp(time.Now())
			return
		case calls == mostCalls:
			l.giveUp(time.Now()) // somebody may answer yet
			next = time.Now().Add(gap)
		case time.Since(began) >= givenUpFor: // no channel has been there for a day
			l.giveUp(time.Now())
			return
		case b.call(ctx, l, channels, calls/perChannel, m):
			calls++
			next, again = time.Now().Add(gap), soon
		default:
			next, again = time.Now().Add(again), min(2*again, gap)
		}
	}
}

// call tries the channel whose turn it is, and where that does not take the message
// at once the others, in their order. It reports whether one did.
func (b *Bells) call(ctx context.Context, l *bell, channels []*Channel, first int, m Message) bool {
	for i := range channels {
		c := channels[(first+i)%len(channels)]
		if time.Now().Before(l.rested[c]) {
			continue
		}
		delete(l.rested, c)
		err := c.Send(ctx, m)
		if ctx.Err() != nil {
			return false
		}
		l.note(c.Kind, Reason(err))
		result := cmp.Or(Reason(err), "taken")
		if l.key.audience != intake.Oversight { // that there are such tips no number shows
			b.calls.Inc(c.Kind, result)
		}
		if err == nil {
			return true
		}
		if e, ok := err.(*Error); ok && e.Wait > 0 { //nolint:errorlint // Send returns no other
			l.rested[c] = time.Now().Add(e.Wait)
		}
	}
	return false
}
