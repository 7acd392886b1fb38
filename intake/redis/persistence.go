package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// PersistentError says that a Redis writes to disk.
type PersistentError struct {
	Settings []string // as in redis.conf, e.g. "appendonly yes"
}

// Error names the settings.
func (e *PersistentError) Error() string {
	return "redis writes what it holds to disk: " + strings.Join(e.Settings, ", ")
}

// ErrPersistenceUnknown says that a Redis does not tell whether it writes to
// disk, as managed ones do that hide their configuration.
var ErrPersistenceUnknown = errors.New("redis does not tell whether it writes to disk")

// Persistence returns a *PersistentError where a node writes to disk,
// ErrPersistenceUnknown where none is known to but one does not tell, or what
// went wrong with asking. It looks at a single server, at every node of a Cluster,
// or at a Sentinel's master; for replicas there is Replicas.
func Persistence(ctx context.Context, client redis.UniversalClient) error {
	cluster, ok := client.(*redis.ClusterClient)
	if !ok {
		return nodePersistence(ctx, client)
	}
	var mu sync.Mutex
	var found PersistentError
	var unknown bool
	err := cluster.ForEachShard(ctx, func(ctx context.Context, node *redis.Client) error {
		err := nodePersistence(ctx, node)
		mu.Lock()
		defer mu.Unlock()
		var persistent *PersistentError
		switch {
		case errors.As(err, &persistent):
			found.Settings = append(found.Settings, persistent.Settings...)
		case errors.Is(err, ErrPersistenceUnknown):
			unknown = true
		default:
			return err
		}
		return nil
	})
	slices.Sort(found.Settings)
	found.Settings = slices.Compact(found.Settings)
	switch {
	case len(found.Settings) > 0:
		return &found
	case err != nil:
		return err
	case unknown:
		return ErrPersistenceUnknown
	}
	return nil
}

func nodePersistence(ctx context.Context, node redis.Cmdable) error {
	var found PersistentError
	for name, off := range map[string]string{"save": "", "appendonly": "no"} {
		got, err := node.ConfigGet(ctx, name).Result()
		var refused redis.Error
		switch {
		case errors.As(err, &refused) && Kind(err) != Loading:
			return persistenceByInfo(ctx, node)
		case err != nil:
			return fmt.Errorf("asking for the setting %s: %w", name, err)
		}
		value, told := got[name]
		if !told {
			return persistenceByInfo(ctx, node)
		}
		if value != off {
			found.Settings = append(found.Settings, name+" "+value)
		}
	}
	if len(found.Settings) > 0 {
		slices.Sort(found.Settings)
		return &found
	}
	return nil
}

// persistenceByInfo goes by what was written: that nothing was so far does not
// show that nothing will be.
func persistenceByInfo(ctx context.Context, node redis.Cmdable) error {
	info, err := node.Info(ctx, "persistence").Result()
	var refused redis.Error
	switch {
	case errors.As(err, &refused):
		return ErrPersistenceUnknown
	case err != nil:
		return fmt.Errorf("asking what was written to disk: %w", err)
	}
	var found PersistentError
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case name == "aof_enabled" && value == "1":
			found.Settings = append(found.Settings, "appendonly yes")
		case name == "rdb_saves" && value != "0", name == "rdb_bgsave_in_progress" && value == "1":
			found.Settings = append(found.Settings, "save (it has written a dump)")
		}
	}
	if len(found.Settings) > 0 {
		return &found
	}
	return ErrPersistenceUnknown
}
