package limit

import (
	"context"
	"math/rand/v2"
	"time"

	"tipbox/intake"
)

// The words by which metrics call why a tip was not taken.
const (
	refusedWork   = "work"   // a proof of work was asked for, and given back none that is good
	refusedPhotos = "photos" // its text alone would be taken
	refusedFull   = "full"   // the lane takes nothing of this site
)

// grant is leave to send one tip, with what was spent for it.
type grant struct {
	limits *Limits
	ask    intake.Ask
	lane   intake.Lane
	proven bool
	rank   int
	// entered is whether the lane's account has the tip through this grant.
	entered bool

	sender reserved
	used   allowed // of what is reserved for the sender
	spent  reach   // of the limits that are shared
	store  store   // that was charged
}

// Take decides which lane the tip takes. It returns a *intake.LimitError where
// none does, and then nothing is spent; it fails for no other reason.
//
// Nothing that comes back, nor how long it takes, tells one lane from the other.
func (l *Limits) Take(ctx context.Context, a intake.Ask) (intake.Grant, error) {
	g := &grant{limits: l, ask: a, lane: intake.Front, sender: l.senders.reserve(a.Sender)}
	g.spent, g.store = l.spend(ctx, a.Site, g.sender.allowed)
	if g.spent == inFront {
		g.used.front = true
	} else if refused, why := g.bulk(ctx); refused != nil {
		g.Void(ctx, true)
		l.refused.Inc(why)
		return nil, refused
	}
	l.senders.settle(g.sender, g.used)
	g.sender.allowed = g.used
	l.taken.Inc(string(g.lane))
	return g, nil
}

// bulk finds a way into the bulk lane, the cheapest first.
func (g *grant) bulk(ctx context.Context) (refused *intake.LimitError, why string) {
	l, a := g.limits, g.ask
	w := want{site: a.Site, sender: a.Sender, bytes: a.Size, photo: a.Photos}
	fill, few, rank := l.lane.ask(w)
	g.lane, g.rank = intake.Bulk, rank
	// A sender whose own limit is not reached needs no proof for a text, so that
	// people without script are not shut out. Were it only whoever has sent nothing
	// at all, their neighbours behind the same address could see that they have.
	own := g.sender.front && !a.Photos && (fill <= takesText || fill <= takesFew && few)
	switch {
	case g.spent == inBulk && fill == takesAll:
		g.used.bulk = true
	case own:
		g.used.front = true
	case a.Photos && fill != takesNone:
		return &intake.LimitError{RetryAfter: later(), Photos: true}, refusedPhotos
	case fill >= takesFew:
		return &intake.LimitError{RetryAfter: later()}, refusedFull
	default:
		now := time.Now()
		if l.work.Check(ctx, a.Work, a.Form, now) != nil {
			return &intake.LimitError{RetryAfter: later(), Work: l.work.Challenge(a.Form, now)}, refusedWork
		}
		g.proven = true
	}
	var room bool
	if room, g.entered = l.lane.add(a.ID, w); !room {
		return &intake.LimitError{RetryAfter: later()}, refusedFull
	}
	return nil, ""
}

// later is when to try again: drawn, in whole minutes, and the same whatever
// others have sent.
func later() time.Duration {
	return time.Duration(6+rand.IntN(10)) * time.Minute //nolint:gosec // seeded by the system (ChaCha8)
}

// Mark writes into the envelope how the tip goes.
func (g *grant) Mark(e *intake.Envelope) { e.Lane, e.Work, e.Rank = g.lane, g.proven, g.rank }

// Kept says that the tip is in the spool with so many bytes.
func (g *grant) Kept(bytes int64) {
	if g.entered {
		g.limits.lane.resize(g.ask.ID, bytes)
	}
}

// Void says that the tip did not get into the spool. With refund what was spent
// for it is given back, by the store that was charged.
func (g *grant) Void(ctx context.Context, refund bool) {
	if g.entered {
		g.limits.lane.gone(g.ask.ID)
	}
	if !refund {
		return
	}
	g.limits.senders.settle(g.sender, allowed{})
	if len(g.spent.charged()) == 0 {
		return
	}
	if g.store == store(g.limits.memory) {
		_ = g.limits.memory.refund(ctx, g.ask.Site, g.spent) // never fails
		return
	}
	g.limits.ask(ctx, func(ctx context.Context) error { return g.store.refund(ctx, g.ask.Site, g.spent) })
}

// spend asks the shared limits, and tells which store it was that decided.
func (l *Limits) spend(ctx context.Context, site string, may allowed) (reach, store) {
	var got reach
	if l.askFor(ctx, 2*l.patience, func(ctx context.Context) (err error) {
		got, err = l.redis.take(ctx, site, may)
		return err
	}) {
		return got, l.redis
	}
	got, _ = l.memory.take(ctx, site, may) // never fails
	if l.redis != nil {
		l.fellBack.Add(1)
		l.fallback.Inc()
		if !l.away.Load() { // it was late for this one
			select {
			case l.owes <- struct{}{}:
			default:
			}
		}
	}
	return got, l.memory
}
