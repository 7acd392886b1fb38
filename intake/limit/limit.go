package limit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake"
	"tipbox/intake/metric"
	"tipbox/intake/redis"
)

const (
	// patience is how long a submission waits for one answer of Redis, and twice as
	// long for that about the limits, for what is decided without it is decided by a
	// part of the servers. It asks at most four times (claim, take, refund, and record
	// or release), so even a Redis that always answers just in time costs 250 ms at
	// most; one that answers nobody is asked once.
	patience = 50 * time.Millisecond
	// askAtOnce is how many submissions ask Redis at a time, and turnWait how long
	// another one waits for its turn where very many come at once: Redis answers one
	// after the other all the same, and one that does not lets all of them go.
	askAtOnce = 4
	turnWait  = 250 * time.Millisecond
	// probeEvery is how often Redis is asked whether it is well, and so about how
	// long after its return it is used again.
	probeEvery = time.Second
	// inspectEvery is how often it is asked whether it writes to disk.
	inspectEvery = time.Minute
)

// Options are what Limits is made of.
type Options struct {
	Rules  Rules
	Redis  *redis.Server // nil: this process decides by itself
	Secret []byte        // of the service, the same on all servers: proofs of work hang on it
	// OldSecrets are good as well. By them servers understand each other while the
	// secret is changed.
	OldSecrets [][]byte
	// BulkMax is how many bytes the bulk lane may have; it never gets more than a
	// quarter of what Free says is free on its disk. Default 1 GiB, and enough.
	BulkMax int64
	Free    func() int64
	// WorkCost is how many iterations each key of a proof of work takes. Default
	// so many that a proof costs a PC about 0.6 s.
	WorkCost   int
	Log        *slog.Logger          // default none
	Registerer prometheus.Registerer // default none

	patience, probeEvery time.Duration // tests: instead of the constants
}

// Limits satisfies intake.Limiter and intake.Forms, with the shared Redis and,
// while it is away, without.
//
// Away is a Redis that refused, hung, was slow, was full, read-only, wanted
// another password, or writes to disk: any failure sends all requests to this
// process at once, and only a probe of Limits' own, which no villager waits
// for, brings them back. Only where Redis has answered others meanwhile, it is this
// machine that was too busy, and this request alone that goes without.
type Limits struct {
	senders *senders
	memory  *memory
	redis   *shared // nil without Redis
	server  redis.Server
	lane    *bulkLane
	forms   *forms
	work    *Work
	spent   *spentHere
	log     *slog.Logger

	patience time.Duration

	away  atomic.Bool // what requests go by
	begun time.Time
	heard atomic.Int64           // when Redis last answered a request, since begun
	state atomic.Pointer[string] // what the last probe said: a kind, "" when well

	own      server                   // what it announces to the others
	siblings atomic.Pointer[Siblings] // what the last probe found of them

	owes     chan struct{} // wakes who tells Redis of what was decided without
	turns    chan struct{} // holds as many as ask Redis
	fellBack atomic.Int64  // tips since the start that Redis did not decide about

	taken, refused, fallback, failures *metric.Counter
	probeFailures                      *prometheus.CounterVec

	stop context.CancelFunc
	done sync.WaitGroup
}

var (
	_ intake.Limiter = (*Limits)(nil)
	_ intake.Forms   = (*Limits)(nil)
	_ Spent          = (*Limits)(nil)
)

// New returns Limits that are ready; a Redis that is away is no error. Close
// ends them.
func New(o Options) (*Limits, error) {
	for _, r := range []Rule{o.Rules.Sender, o.Rules.Site, o.Rules.All} {
		if !r.valid() {
			return nil, fmt.Errorf("limit of %d in %v, burst %d: not one that can be kept", r.Count, r.Per, r.Burst)
		}
	}
	if o.BulkMax == 0 {
		o.BulkMax = 1 << 30
	}
	if o.Free == nil {
		o.Free = func() int64 { return math.MaxInt64 }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	l := &Limits{
		senders: newSenders(o.Rules.Sender, time.Now), memory: newMemory(o.Rules, time.Now),
		lane: newBulkLane(o.BulkMax, o.Free, time.Now), forms: newForms(maxForms, time.Now), spent: newSpentHere(time.Now),
		log: o.Log, begun: time.Now(), owes: make(chan struct{}, 1), turns: make(chan struct{}, askAtOnce), patience: cmp.Or(o.patience, patience),
		taken: metric.NewDaily(metric.Options{
			Name: "tipbox_limit_taken_total", Help: "Tips that the limits let through.", Labels: []string{"lane"},
		}),
		refused: metric.NewTens(metric.Options{
			Name: "tipbox_limit_refused_total", Help: "Tips that were told to bring work, to leave out photos, or to come later.", Labels: []string{"why"},
		}),
		fallback: metric.NewTens(metric.Options{
			Name: "tipbox_limit_fallback_total", Help: "Tips that this process decided by itself, because Redis did not in time.",
		}),
		failures: metric.NewDaily(metric.Options{
			Name: "tipbox_redis_errors_total", Help: "Requests of submissions that Redis failed.", Labels: []string{"kind"},
		}),
		probeFailures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tipbox_redis_probe_failures_total", Help: "Probes, one a second, that found Redis away.",
		}, []string{"kind"}),
		stop: func() {},
	}
	l.state.Store(new(string))
	l.siblings.Store(new(Siblings))
	var err error
	if l.work, err = NewWork(o.Secret, l); err != nil {
		return nil, err
	}
	l.work.cost = cmp.Or(o.WorkCost, l.work.cost)
	if o.Redis != nil {
		client, err := redis.Dial(*o.Redis, 2*l.patience) // the context says how long in each case
		if err != nil {
			return nil, err
		}
		l.redis = newShared(o.Rules, client, time.Now)
		l.server = *o.Redis
		l.own = newServer(append([][]byte{o.Secret}, o.OldSecrets...))
		l.redis.granted = l.memory.follow
	}
	if o.Registerer != nil {
		if err := l.register(o.Registerer); err != nil {
			return nil, errors.Join(err, l.Close())
		}
	}
	if l.redis != nil {
		ctx, stop := context.WithCancel(context.Background())
		l.stop = stop
		l.away.Store(true) // until a probe says otherwise
		first := make(chan struct{})
		l.done.Go(func() {
			l.probe(ctx, true)
			close(first)
			l.keepProbing(ctx, cmp.Or(o.probeEvery, probeEvery))
		})
		// So that health is right from the start where Redis is well; no longer,
		// because without Redis the form is served as well.
		select {
		case <-first:
		case <-time.After(4 * l.patience):
		}
	}
	return l, nil
}

func (l *Limits) register(r prometheus.Registerer) error {
	collectors := []prometheus.Collector{l.taken, l.refused}
	if l.redis != nil {
		up := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tipbox_redis_up", Help: "1 if Redis was well when last probed, 0 if this process decides.",
		}, func() float64 {
			if l.Degraded() == "" {
				return 1
			}
			return 0
		})
		collectors = append(collectors, up, l.fallback, l.failures, l.probeFailures)
	}
	for _, c := range collectors {
		if err := r.Register(c); err != nil {
			return fmt.Errorf("registering the limits' metrics: %w", err)
		}
	}
	return nil
}

// Close stops probing and closes the connections to Redis.
func (l *Limits) Close() error {
	l.stop()
	l.done.Wait()
	if l.redis == nil {
		return nil
	}
	l.leave()
	return l.redis.client.Close()
}

// Degraded returns what is wrong with Redis, one of package redis' kinds, or ""
// where nothing is or there is none to be used. It tells what the last probe
// found, never what a submission did: health must not show when one came in.
func (l *Limits) Degraded() string { return *l.state.Load() }

// FellBack returns how many tips since the start this process decided by itself,
// because Redis did not in time: rounded down to tens, for a lone tip must not show.
func (l *Limits) FellBack() int64 { return metric.Floor(l.fellBack.Load(), 10) }

// Found tells of a tip in the bulk lane that was in the spool before Limits began.
func (l *Limits) Found(id intake.ID, bytes int64) { l.lane.found(id, bytes) }

// Gone tells that a tip has left the spool, whichever lane it was in.
func (l *Limits) Gone(id intake.ID) { l.lane.gone(id) }
