package limit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tipbox/intake/redis"
)

// Inspect asks a Redis for all that limits and used form tokens need of it, of
// which redis.Persistence is a part. It returns what that returns, or why the
// Redis cannot be used, with redis.Kind's word for it. It leaves nothing in Redis
// for longer than a second.
func Inspect(ctx context.Context, s redis.Server) error {
	client, err := redis.Dial(s, 3*time.Second)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // nothing was buffered
	if err = newShared(Rules{}, client, time.Now).probe(ctx); err == nil {
		err = redis.Persistence(ctx, client)
	}
	var persistent *redis.PersistentError
	if err == nil || errors.As(err, &persistent) || errors.Is(err, redis.ErrPersistenceUnknown) {
		return err
	}
	return fmt.Errorf("redis cannot be used (%s): %w", redis.Kind(err), err)
}
