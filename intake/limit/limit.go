package limit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tipbox/intake"
	"tipbox/intake/metric"
	"tipbox/intake/redis"
)

const (
	// patience is how long a submission waits for one answer of Redis. It asks
	// at most four times (served, take, refund, record), so even a Redis that
	// always answers just in time costs less than 250 ms; one that does not
	// answer is asked once.
	patience = 60 * time.Millisecond
	// probeEvery is how often Redis is asked whether it is well, and so about how
	// long after its return it is used again.
	probeEvery = time.Second
	// inspectEvery is how often it is asked whether it writes to disk.
	inspectEvery = time.Minute
)

// store is what both stores do. take returns a *intake.LimitError for a refusal;
// every other error is the store's own.
type store interface {
	take(ctx context.Context, site string, sender netip.Addr) error
	refund(ctx context.Context, site string, sender netip.Addr) error
	served(ctx context.Context, form intake.FormMark) ([]intake.TipMark, error)
	record(ctx context.Context, form intake.FormMark, tip intake.TipMark) error
}

// Options are what Limits is made of.
type Options struct {
	Rules      Rules
	Redis      *redis.Server         // nil: this process decides by itself
	Secret     []byte                // of the service, the same on all servers; needed with Redis only
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
// for, brings them back.
type Limits struct {
	memory *memory
	redis  *shared // nil without Redis
	spent  *spentHere
	log    *slog.Logger

	patience time.Duration

	away  atomic.Bool            // what requests go by
	state atomic.Pointer[string] // what the last probe said: a kind, "" when well

	allowed, refused, failures *metric.Counter
	probeFailures              *prometheus.CounterVec

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
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	l := &Limits{
		memory: newMemory(o.Rules, time.Now), spent: newSpentHere(time.Now),
		log: o.Log, patience: cmp.Or(o.patience, patience),
		allowed: metric.NewDaily(metric.Options{
			Name: "tipbox_limit_allowed_total", Help: "Submissions that the limits let through.",
		}),
		refused: metric.NewTens(metric.Options{
			Name: "tipbox_limit_refused_total", Help: "Submissions that a limit refused.", Labels: []string{"limit"},
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
	if o.Redis != nil {
		if len(o.Secret) < 32 {
			return nil, errors.New("limits in Redis need a secret of at least 32 bytes")
		}
		client, err := redis.Dial(*o.Redis, l.patience)
		if err != nil {
			return nil, err
		}
		l.redis = newShared(o.Rules, client, o.Secret, time.Now)
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
	collectors := []prometheus.Collector{l.allowed, l.refused}
	if l.redis != nil {
		up := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tipbox_redis_up", Help: "1 if Redis was well when last probed, 0 if this process decides.",
		}, func() float64 {
			if l.Degraded() == "" {
				return 1
			}
			return 0
		})
		collectors = append(collectors, up, l.failures, l.probeFailures)
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
	return l.redis.client.Close()
}

// Degraded returns what is wrong with Redis, one of package redis' kinds, or ""
// where nothing is or there is none to be used. It tells what the last probe
// found, never what a submission did: health must not show when one came in.
func (l *Limits) Degraded() string { return *l.state.Load() }

// Take spends one submission of the sender at the site, or nothing and returns
// a *intake.LimitError.
func (l *Limits) Take(ctx context.Context, site string, sender netip.Addr) error {
	var refused *intake.LimitError
	decided := l.ask(ctx, func(ctx context.Context) error {
		err := l.redis.take(ctx, site, sender)
		if errors.As(err, &refused) {
			return nil
		}
		return err
	})
	if !decided {
		errors.As(l.memory.take(ctx, site, sender), &refused)
	}
	if refused != nil {
		l.refused.Inc(refused.Limit)
		return refused
	}
	l.allowed.Inc()
	return nil
}

// Refund gives back what Take spent. If Redis went or came between the two, it
// is given back where nothing was spent, which does no harm: no budget grows
// beyond its whole.
func (l *Limits) Refund(ctx context.Context, site string, sender netip.Addr) {
	if !l.ask(ctx, func(ctx context.Context) error { return l.redis.refund(ctx, site, sender) }) {
		_ = l.memory.refund(ctx, site, sender) // never fails
	}
}

// Served reports how many different tips the form has served here or, as far
// as Redis tells, on another server, and whether the tip is one of them.
func (l *Limits) Served(ctx context.Context, form intake.FormMark, tip intake.TipMark) (n int, again bool) {
	tips, _ := l.memory.served(ctx, form) // never fails
	if slices.Contains(tips, tip) {
		return len(tips), true
	}
	l.ask(ctx, func(ctx context.Context) error {
		elsewhere, err := l.redis.served(ctx, form)
		for _, t := range elsewhere {
			if !slices.Contains(tips, t) {
				tips = append(tips, t)
			}
		}
		return err
	})
	return len(tips), slices.Contains(tips, tip)
}

// Record remembers that the form has served the tip: in this process always, so
// that a retry finds it even if Redis is lost in between.
func (l *Limits) Record(ctx context.Context, form intake.FormMark, tip intake.TipMark) {
	_ = l.memory.record(ctx, form, tip) // never fails
	l.ask(ctx, func(ctx context.Context) error { return l.redis.record(ctx, form, tip) })
}

// ask lets Redis do something in time and reports whether it did.
func (l *Limits) ask(ctx context.Context, do func(context.Context) error) bool {
	if l.redis == nil || l.away.Load() {
		return false
	}
	// A sender who hangs up says nothing about Redis.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.patience)
	defer cancel()
	err := do(ctx)
	if err == nil {
		return true
	}
	l.away.Store(true)
	l.failures.Inc(redis.Kind(err))
	return false
}

func (l *Limits) keepProbing(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.probe(ctx, n%int(inspectEvery/probeEvery) == 0)
		}
	}
}

// probe finds out whether Redis is well and has requests go by that. A Redis
// that was away, if only for one submission, may have come back with other
// settings: then, and where inspect says so, it is first asked whether it
// writes to disk, before it is given anything.
func (l *Limits) probe(ctx context.Context, inspect bool) {
	before := l.Degraded()
	whole, cancel := context.WithTimeout(ctx, 4*l.patience)
	defer cancel()
	var err error
	if inspect || l.away.Load() {
		if err = redis.Persistence(whole, l.redis.client); errors.Is(err, redis.ErrPersistenceUnknown) {
			err = nil
		}
	}
	if err == nil {
		// In the time that a submission would give it.
		request, cancel := context.WithTimeout(whole, l.patience)
		defer cancel()
		err = l.redis.probe(request)
	}
	if ctx.Err() != nil {
		return // Close
	}
	now := redis.Kind(err)
	l.away.Store(now != "")
	if now != "" {
		l.probeFailures.WithLabelValues(now).Inc()
	}
	switch {
	case now != "" && now != before:
		l.log.Warn("redis is not used, this process decides the limits by itself", "kind", now)
	case now == "" && before != "":
		l.log.Info("redis is back")
	}
	l.state.Store(&now) // last: whoever sees it finds it in the log and the metrics, too
}
