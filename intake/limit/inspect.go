package limit

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"time"

	"tipbox/intake"
	"tipbox/intake/redis"
)

// Inspect asks a Redis for all that limits and used form tokens need of it, of
// which redis.Persistence and redis.Replicas are parts. It returns what those return, or why the
// Redis cannot be used, with redis.Kind's word for it. It leaves nothing in Redis
// for longer than a second.
func Inspect(ctx context.Context, s redis.Server) error {
	client, err := redis.Dial(s, 3*time.Second)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // nothing was buffered
	store := newShared(Rules{}, client, time.Now)
	if err = store.probe(ctx); err == nil {
		err = store.tryForm(ctx)
	}
	if err == nil {
		err = redis.Persistence(ctx, client)
	}
	if err == nil {
		err = redis.Replicas(ctx, s, client, 3*time.Second)
	}
	var persistent *redis.PersistentError
	if err == nil || errors.As(err, &persistent) || errors.Is(err, redis.ErrPersistenceUnknown) {
		return err
	}
	return fmt.Errorf("redis cannot be used (%s): %w", redis.Kind(err), err)
}

// tryForm does with a form of nobody's what a submission does with its own: a user
// of the Redis may have a right to one command and not to another.
func (s *shared) tryForm(ctx context.Context) error {
	var form intake.FormMark
	_, _ = cryptorand.Read(form[:]) // never fails
	own := cryptorand.Text()
	if _, _, err := s.claim(ctx, form, own); err != nil {
		return err
	}
	if err := s.note(ctx, form, ""); err != nil { // where there is none, nothing is left
		return err
	}
	return s.release(ctx, form, own)
}
