package box

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"path/filepath"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/pasted"
	"tipbox/intake/redis"
	"tipbox/intake/reply"
	"tipbox/intake/spool"
	"tipbox/intake/tally"
)

// newReplies opens the replies, also where no unit answers yet: one may from the next
// reload on, and what was answered stays to be read.
func newReplies(cfg *config.Config, secrets [][]byte, log *slog.Logger) (*reply.Replies, error) {
	o := reply.Options{
		Dir: filepath.Join(cfg.DataDir, "replies"), Secrets: secrets, Directory: cfg.Directory, Log: log,
		Free: func() int64 {
			free, err := spool.Free(cfg.DataDir)
			if err != nil || free < cfg.Spool.MinFree {
				return 0
			}
			return int64(min(free-cfg.Spool.MinFree, math.MaxInt64))
		},
	}
	var err error
	if o.Redis, err = Store(cfg); err != nil {
		return nil, err
	}
	return reply.New(o)
}

// Store returns the Redis that keeps replies and counts for several servers, nil where
// this server's disk does.
func Store(cfg *config.Config) (*redis.Server, error) {
	if cfg.Redis == nil || cfg.Redis.StoreURL == "" {
		return nil, nil
	}
	password, err := pasted.Password(cfg.Redis.StorePasswordFile)
	if err != nil {
		return nil, terminal.Hint(fmt.Errorf("reading the password of the store: %w", err), cmp.Or(config.MayRead(err), "mend redis.store_password_file"))
	}
	return &redis.Server{URL: cfg.Redis.StoreURL, Password: password, CAFile: cfg.Redis.CAFile}, nil
}

// Counts says where the counts of weeks are.
func Counts(cfg *config.Config) (tally.Options, error) {
	store, err := Store(cfg)
	return tally.Options{Dir: filepath.Join(cfg.DataDir, "counts"), Redis: store}, err
}

func newTally(cfg *config.Config, log *slog.Logger) (*tally.Tally, error) {
	o, err := Counts(cfg)
	if err != nil {
		return nil, err
	}
	o.Log = log
	return tally.New(o)
}
