package deliver

import (
	"context"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake"
	"tipbox/intake/metric"
	"tipbox/intake/spool"
)

// Options are the parts of a Runner. Durations of 0 are the defaults.
type Options struct {
	Spool      *spool.Spool
	Directory  *intake.Directory // to begin with: see Use
	Transport  Transport
	Log        *slog.Logger          // default none
	Registerer prometheus.Registerer // default none
	// Pass returns the reply pass of a unit's audience, which stands in its mails, and
	// the half-year's name; nil: there are none.
	Pass func(unit string, a intake.Audience) (half, pass string)

	Connections int           // to the mail server at once; default 32, and a quarter more that only urgent tips use
	Grace       time.Duration // for the mails that are running when Run is to end; default 10 seconds
	// Urgent is told of an urgent tip, of one for each digest: for whoever is to be
	// woken. It must not wait. Nil for nobody.
	Urgent func(unit string, audience intake.Audience)
	Tally  Tally // default none

	Rescan time.Duration // between looks at what operators did; default 5 seconds
	Probe  time.Duration // between connections made only to see whether the server is there; default 10 minutes, negative: none

	// A mail is given up for now after SendTime (1 hour), and after DialTime (30
	// minutes) a connection that has not come to the point of mailing. Both are the
	// last resort behind the transport's own bounds on each wait. What RFC 5321
	// section 4.5.3.2 grants a server adds up to less, and so does the largest tip
	// on a line of 4 KiB/s: to give up a mail that would be taken over in the end
	// is what makes duplicates, or keeps it from ever arriving.
	SendTime time.Duration
	DialTime time.Duration
}

// Tally is told what became of each tip for a unit itself. Of one for its oversight it
// is told nothing: it counts for the unit's own eyes, too. It must not wait.
type Tally interface {
	// Delivered is told once all addresses have a tip, and it is deleted.
	Delivered(unit string, lane intake.Lane)
	// Held is told each time that a refused tip is held.
	Held(unit string, id intake.ID)
}

// noTally counts nothing.
type noTally struct{}

func (noTally) Delivered(string, intake.Lane) {}
func (noTally) Held(string, intake.ID)        {}

// tally tells the Tally of a tip that is mailed, or else held.
func (r *Runner) tally(key laneKey, lane intake.Lane, id intake.ID, mailed bool) {
	switch {
	case key.audience != intake.ToUnit:
	case mailed:
		r.o.Tally.Delivered(key.unit, lane)
	default:
		r.o.Tally.Held(key.unit, id)
	}
}

// Runner mails what is in the spool. What happens to a single tip is logged
// only where a person has to act: a line in a log has a time, and the time of a
// delivery is the time of sending of a tip that was not sent for later.
type Runner struct {
	o       Options
	units   atomic.Pointer[intake.Directory]
	slots   chan struct{} // one for each connection that is open
	express chan struct{} // the same of those for urgent tips alone
	waiting atomic.Int32  // lanes that wait for a connection

	mu        sync.Mutex
	lanes     map[laneKey]*lane
	bulks     map[bulkKey]*bulk
	in        map[intake.ID]way // where a tip waits
	server    string            // what the last probe met: a reason, or ""
	mailboxes map[mailbox]*asked
	heldNext  time.Time      // when what is held is tried again; of Run alone
	deferrals map[string]int // of today, by reason
	today     int

	attempts *metric.Counter
}

// way is where tips wait: a lane, or what goes in digests.
type way interface {
	add(e spool.Entry, now time.Time)
	remove(id intake.ID)
	retry(id intake.ID, now time.Time)
}

// New returns a runner, which does nothing before Run.
func New(o Options) *Runner {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Urgent == nil {
		o.Urgent = func(string, intake.Audience) {}
	}
	if o.Tally == nil {
		o.Tally = noTally{}
	}
	if o.Connections <= 0 {
		o.Connections = 32
	}
	for d, standard := range map[*time.Duration]time.Duration{
		&o.SendTime: time.Hour, &o.DialTime: 30 * time.Minute, &o.Grace: 10 * time.Second,
		&o.Rescan: 5 * time.Second, &o.Probe: 10 * time.Minute,
	} {
		if *d == 0 {
			*d = standard
		}
	}
	r := &Runner{
		o: o, slots: make(chan struct{}, o.Connections), express: make(chan struct{}, (o.Connections+3)/4),
		lanes: make(map[laneKey]*lane), bulks: make(map[bulkKey]*bulk), in: make(map[intake.ID]way),
		deferrals: make(map[string]int), today: time.Now().UTC().YearDay(),
		attempts: metric.NewDaily(metric.Options{
			Name: "tipbox_delivery_attempts_total", Help: "Mails tried, by result.", Labels: []string{"result"},
		}),
	}
	r.Use(o.Directory)
	if o.Registerer != nil {
		o.Registerer.MustRegister(r.attempts, gauges{r})
	}
	return r
}

// Use gives the runner other units and addresses: mails that are made from now on go
// by them.
func (r *Runner) Use(d *intake.Directory) { r.units.Store(d) }

// Run mails tips until ctx ends, then lets the mails that are on their way
// finish within Grace. Whenever it ends, nothing is lost: a tip is deleted only
// after the server has it, for all its addresses.
func (r *Runner) Run(ctx context.Context) {
	// The mails outlive ctx by the grace, and no longer.
	mails, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(r.o.Grace, giveUp) })
	defer stop()

	var running sync.WaitGroup
	defer running.Wait()
	if r.o.Probe > 0 {
		running.Go(func() { r.probeForever(ctx) })
	}
	running.Go(func() { r.aliveForever(ctx) })
	begun, err := r.o.Spool.Digests()
	if err != nil {
		r.o.Log.Warn("the digests that were begun cannot be read: their tips go in others", "reason", "disk")
	}
	r.heldNext = time.Now().Add(rand.N(heldEvery)) //nolint:gosec // seeded by the system (ChaCha8)
	tick := time.NewTicker(r.o.Rescan)
	defer tick.Stop()
	for first := true; ; first = false {
		lanes, bulks := r.sort(begun, first)
		for _, l := range lanes {
			running.Go(func() { r.drive(ctx, mails, l) })
		}
		for _, b := range bulks {
			running.Go(func() { r.driveBulk(ctx, mails, b) })
		}
		select {
		case <-ctx.Done():
			return
		case <-r.o.Spool.Wake():
		case <-tick.C:
			if err := r.o.Spool.Rescan(); err != nil {
				r.o.Log.Warn("the spool cannot be read for changes", "reason", "disk")
			}
			r.summarise()
			r.tryHeld(time.Now())
		}
	}
}

// sort puts what changed in the spool where it waits, and returns the ways that
// are new, whose tips are all in: what waits together goes together. It tells of
// urgent tips that have come; the first time, of all that wait.
func (r *Runner) sort(begun map[string]*spool.Digest, first bool) (lanes []*lane, bulks []*bulk) {
	now := time.Now()
	for id, again := range r.o.Spool.Changes() {
		e, ok := r.o.Spool.Lookup(id)
		r.mu.Lock()
		w := r.in[id]
		if news := r.o.Spool.IsNews(id); (news || first) && e.Urgent && !e.Held && e.Lane == intake.Front {
			r.o.Urgent(e.Unit, e.Audience)
		}
		if ok && !e.Held && w == nil {
			key := laneKey{e.Unit, e.Audience}
			if e.Lane == intake.Bulk {
				key := bulkKey{key, e.Urgent}
				if r.bulks[key] == nil {
					r.bulks[key] = newBulk(key, r.window(e.Unit), begun[key.name()], now)
					bulks = append(bulks, r.bulks[key])
					if key.urgent && begun[key.name()] != nil { // whose alert a restart has cut off
						r.o.Urgent(e.Unit, e.Audience)
					}
				}
				w = r.bulks[key]
			} else {
				if r.lanes[key] == nil {
					r.lanes[key] = newLane(key, r.window(e.Unit))
					lanes = append(lanes, r.lanes[key])
				}
				w = r.lanes[key]
			}
			r.in[id] = w
		}
		if !ok || e.Held {
			delete(r.in, id)
		}
		r.mu.Unlock()
		switch {
		case w == nil:
		case !ok || e.Held:
			w.remove(id)
		default:
			w.add(e, now)
			if again {
				w.retry(id, now)
			}
		}
	}
	return lanes, bulks
}

// longestWindow is the longest later_window that a configuration may have.
const longestWindow = 72 * time.Hour

// window returns within what time a tip to the unit that was sent for later goes.
func (r *Runner) window(unit string) time.Duration {
	if u := r.units.Load().Unit(unit); u != nil {
		return u.LaterWindow
	}
	return longestWindow
}

// drive works a lane off until ctx ends.
func (r *Runner) drive(ctx, mails context.Context, l *lane) {
	for ctx.Err() == nil {
		next, again := l.pick(time.Now())
		if next != nil {
			r.converse(ctx, mails, l)
			continue
		}
		var alarm <-chan time.Time
		if !again.IsZero() {
			alarm = time.After(time.Until(again))
		}
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-alarm:
		}
	}
}

// heldEvery is how often what the mail server refused for good is tried all the
// same: an address may be mended where we do not see it, and a server may change
// its mind. The moment is drawn when we start, so it says nothing of any tip.
const heldEvery = 24 * time.Hour

// tryHeld puts back among the waiting what the mail server refused, once a day.
func (r *Runner) tryHeld(now time.Time) {
	if now.Before(r.heldNext) {
		return
	}
	r.heldNext = r.heldNext.Add(heldEvery)
	if r.heldNext.Before(now) { // we slept through days
		r.heldNext = now.Add(heldEvery)
	}
	if err := r.o.Spool.ReleaseRefused(); err != nil {
		r.o.Log.Warn("what is held cannot be tried again", "reason", "disk")
	}
	r.mu.Lock()
	lanes := slices.Collect(maps.Values(r.lanes))
	r.mu.Unlock()
	for _, l := range lanes {
		l.forgive(now)
	}
}

// count notes a deferral for the day's sum.
func (r *Runner) count(reason string) {
	r.attempts.Inc(reason)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deferrals[reason]++
}

// summarise logs the deferrals of a day when it is over: not each with its
// time, which would tell when a tip came.
func (r *Runner) summarise() {
	r.mu.Lock()
	defer r.mu.Unlock()
	today := time.Now().UTC().YearDay()
	if today == r.today {
		return
	}
	r.today = today
	for reason, n := range r.deferrals {
		r.o.Log.Warn("attempts deferred in the day past", "reason", reason, "count", n)
	}
	clear(r.deferrals)
}
