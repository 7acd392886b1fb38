package reply

import (
	"context"
	"maps"
	"slices"
	"time"

	"tipbox/crypto/receipt"
)

// Run keeps the store in order until ctx ends.
func (r *Replies) Run(ctx context.Context) {
	sweep := time.NewTimer(within(sweepEach))
	defer sweep.Stop()
	idle := time.NewTicker(idleEach)
	defer idle.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			r.sweep(ctx)
			sweep.Reset(sweepEach)
		case <-idle.C:
			// Else Redis could tell for how long nobody has looked (OBJECT IDLETIME).
			if r.o.Redis != nil {
				_, err := r.store.get(ctx, mark(random(len(mark{}))), r.o.Now())
				_ = r.note(err) // told by health
			}
		}
	}
}

// Forget deletes replies to a code by their names, at once for whoever looks here;
// from the store they go within a day. What is not there is passed over.
func (r *Replies) Forget(ctx context.Context, l receipt.Lookup, names []Name) error {
	all, err := r.Look(ctx, l)
	if err != nil {
		return err
	}
	there := make(map[Name]bool)
	for _, sealed := range all {
		there[NameOf(sealed)] = true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := markOf(l)
	for _, n := range names {
		switch {
		case !there[n]:
		case r.gone[m] == nil:
			r.gone[m] = map[Name]bool{n: true}
		default:
			r.gone[m][n] = true
		}
	}
	return nil
}

// sweep carries out deletions, and what has ended goes.
func (r *Replies) sweep(ctx context.Context) {
	r.mu.Lock()
	marks := slices.Collect(maps.Keys(r.gone))
	r.mu.Unlock()
	for _, m := range marks {
		if err := r.carryOut(ctx, m); err != nil {
			break // tomorrow again
		}
	}
	_ = r.note(r.store.expire(r.o.Now())) // told by health
}

// carryOut removes from the store what was deleted of a mark.
func (r *Replies) carryOut(ctx context.Context, m mark) error {
	r.mu.Lock()
	names := maps.Clone(r.gone[m])
	r.mu.Unlock()
	if len(names) == 0 {
		return nil
	}
	if err := r.note(r.store.remove(ctx, m, names, r.o.Now())); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for n := range names {
		delete(r.gone[m], n)
	}
	if len(r.gone[m]) == 0 {
		delete(r.gone, m)
	}
	return nil
}
