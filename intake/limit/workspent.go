package limit

import (
	"context"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

const (
	// spentLife is how long a proof must be remembered: as long as a challenge can
	// still be good on a server whose clock is behind.
	spentLife = WorkLife + workSkew
	// maxSpent bounds each half of spentHere, to about 4 MB. To have a proof
	// forgotten before its time takes 400 solved ones a second.
	maxSpent = 1 << 17
)

// Spend does what Spent says, for all servers that share the Redis; while it is
// away, for this process. A proof that was spent here is not asked about again,
// so that one that Redis has lost is not good a second time.
func (l *Limits) Spend(ctx context.Context, proof ProofMark) bool {
	first := l.spent.Spend(ctx, proof)
	if first {
		l.ask(ctx, func(ctx context.Context) error {
			shared, err := spendShared(ctx, l.redis.client, proof)
			if err == nil {
				first = shared
			}
			return err
		})
	}
	return first
}

// spentHere is a Spent in this process.
type spentHere struct {
	max int
	now func() time.Time

	mu sync.Mutex
	// A proof is in fresh for up to spentLife and then in stale for as long again.
	fresh, stale map[ProofMark]struct{}
	turn         time.Time // when stale is forgotten and fresh becomes stale
}

func newSpentHere(now func() time.Time) *spentHere { return &spentHere{max: maxSpent, now: now} }

// Spend satisfies Spent.
func (s *spentHere) Spend(_ context.Context, proof ProofMark) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	switch {
	case !now.Before(s.turn.Add(spentLife)): // both halves are over
		s.fresh, s.stale = nil, nil
		fallthrough
	case !now.Before(s.turn), len(s.fresh) >= s.max:
		s.fresh, s.stale = make(map[ProofMark]struct{}), s.fresh
		s.turn = now.Add(spentLife)
	}
	_, known := s.fresh[proof]
	if !known {
		_, known = s.stale[proof]
	}
	s.fresh[proof] = struct{}{}
	return !known
}

// spendShared is Spent.Spend for all servers that share the Redis, in one step.
func spendShared(ctx context.Context, client goredis.UniversalClient, proof ProofMark) (first bool, err error) {
	first, err = client.SetNX(ctx, "tipbox:work:"+hex.EncodeToString(proof[:]), "", spentLife).Result()
	if err != nil {
		return false, fmt.Errorf("spending a proof of work: %w", err)
	}
	return first, nil
}
