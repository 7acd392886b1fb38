package limit

import (
	"context"
	"errors"
	"time"

	"tipbox/intake/redis"
)

// ask lets Redis do something in time and reports whether it did.
func (l *Limits) ask(ctx context.Context, do func(context.Context) error) bool {
	return l.askFor(ctx, l.patience, do)
}

func (l *Limits) askFor(ctx context.Context, patience time.Duration, do func(context.Context) error) bool {
	if l.redis == nil || l.away.Load() {
		return false
	}
	// Many at once would take the processor from each other, and find Redis late.
	turn := time.NewTimer(turnWait)
	defer turn.Stop()
	select {
	case l.turns <- struct{}{}:
	case <-turn.C:
		return false
	}
	defer func() { <-l.turns }()
	if l.away.Load() {
		return false
	}
	// A sender who hangs up says nothing about Redis.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	began := time.Since(l.begun)
	err := do(ctx)
	if err == nil {
		l.heard.Store(int64(time.Since(l.begun)))
		return true
	}
	kind := redis.Kind(err)
	if kind != redis.Timeout || l.heard.Load() <= int64(began) {
		l.away.Store(true)
	}
	l.failures.Inc(kind)
	return false
}

func (l *Limits) keepProbing(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-l.owes:
			n--
			l.settle(ctx)
		case <-tick.C:
			l.probe(ctx, n%int(inspectEvery/probeEvery) == 0)
		}
	}
}

// askReplicas returns a *redis.PersistentError where what Redis holds is copied to a
// disk. A replica that does not answer in time makes no Redis that is away.
func (l *Limits) askReplicas(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 4*l.patience)
	defer cancel()
	err := redis.Replicas(ctx, l.server, l.redis.client, l.patience)
	if persistent := new(redis.PersistentError); errors.As(err, &persistent) {
		return err
	}
	return nil
}

// settle tells Redis what was granted while it was away. What it may not have heard
// it is not told twice.
func (l *Limits) settle(ctx context.Context) {
	owed := l.memory.debts()
	if len(owed) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 4*l.patience)
	defer cancel()
	_ = l.redis.charge(ctx, owed)
}

// probe finds out whether Redis is well and has requests go by that. A Redis
// that was away, if only for one submission, may have come back with other
// settings: then, and where inspect says so, it is first asked whether it
// writes to disk, or its replicas do, before it is given anything.
func (l *Limits) probe(ctx context.Context, inspect bool) {
	before := l.Degraded()
	inspect = inspect || l.away.Load()
	whole, cancel := context.WithTimeout(ctx, 4*l.patience)
	defer cancel()
	var err error
	if inspect {
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
	if err == nil && inspect {
		err = l.askReplicas(ctx)
	}
	if ctx.Err() != nil {
		return // Close
	}
	now := redis.Kind(err)
	if now == "" {
		l.settle(ctx)
		l.greet(ctx)
	} else {
		l.siblings.Store(new(Siblings))
	}
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
