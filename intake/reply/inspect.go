package reply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tipbox/intake/redis"
)

// What Inspect finds wrong with a Redis that works.
var (
	// ErrForgets: what it holds is gone after a restart.
	ErrForgets = errors.New("the store writes nothing to disk: replies would be gone after a restart")
	// ErrStamps: its append-only file says when each command came.
	ErrStamps = errors.New("the store writes down when each reply came and was deleted")
)

// Inspect asks a Redis for all that replies need of it. It returns ErrForgets,
// ErrStamps, redis.ErrPersistenceUnknown, or why the Redis cannot be used, with
// redis.Kind's word for it. It leaves no reply there.
func Inspect(ctx context.Context, s redis.Server) error {
	store, err := openRedis(s)
	if err != nil {
		return err
	}
	defer store.close() //nolint:errcheck // nothing was buffered
	now, m := time.Now(), mark(random(len(mark{})))
	nothing := random(8) // a user may have a right to one command and not to another
	_, err = store.add(ctx, m, nothing, now)
	if err == nil {
		err = removeScript.Run(ctx, store.client, keys(now), m.String(), nothing).Err()
	}
	if err == nil {
		_, err = store.get(ctx, m, now)
	}
	if err != nil {
		return fmt.Errorf("the store cannot be used (%s): %w", redis.Kind(err), err)
	}
	stamps, _ := store.client.ConfigGet(ctx, "aof-timestamp-enabled").Result() // unknown before Redis 7
	switch err := redis.Persistence(ctx, store.client); {
	case err == nil:
		return ErrForgets
	case !errors.As(err, new(*redis.PersistentError)):
		return err
	case stamps["aof-timestamp-enabled"] == "yes":
		return ErrStamps
	}
	return nil
}
