package limit

import (
	"errors"
	"testing"

	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

// TestInspect: what check says is what a submission would meet.
func TestInspect(t *testing.T) {
	for name, c := range map[string]struct {
		settings []string
		want     string // kind
		cannot   bool   // be used at all
	}{
		"well":          {},
		"on disk":       {settings: []string{"--appendonly", "yes"}, want: redis.WritesToDisk},
		"does not tell": {settings: []string{"--rename-command", "CONFIG", ""}, want: redis.Other},
		"a password":    {settings: []string{"--requirepass", "right"}, want: redis.Auth, cannot: true},
		"full":          {settings: []string{"--maxmemory", "1"}, want: redis.OutOfMemory, cannot: true},
		"read-only":     {settings: []string{"--replicaof", "127.0.0.1 1"}, want: redis.ReadOnly, cannot: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := Inspect(t.Context(), redis.Server{URL: redistest.Start(t, c.settings...).URL()})
			if got := redis.Kind(err); got != c.want {
				t.Errorf("got %q (%v), want %q", got, err, c.want)
			}
			var persistent *redis.PersistentError
			if usable := err == nil || errors.As(err, &persistent) || errors.Is(err, redis.ErrPersistenceUnknown); usable == c.cannot {
				t.Errorf("got %v", err)
			}
		})
	}
}
