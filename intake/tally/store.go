package tally

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"tipbox/intake/durable"
	"tipbox/intake/redis"
)

// disk is the directory of weeks, DIR/MONDAY.json. It holds only what may be shown:
// nothing is ever added to it.
type disk string

const ending = ".json"

func (d disk) put(_ context.Context, week string, w *written) error {
	path := filepath.Join(string(d), week+ending)
	if _, err := os.Stat(path); err == nil {
		return nil // the clock was set back: what stands there was counted first
	}
	shown := &written{V: w.V, Whole: w.Whole, Units: make(map[string]Counts)}
	for unit, c := range w.Units {
		if c = c.hidden(); c != (Counts{}) {
			shown.Units[unit] = c
		}
	}
	b, err := json.Marshal(shown)
	if err == nil {
		err = os.MkdirAll(string(d), 0o700)
	}
	if err == nil {
		err = durable.Replace(path, append(b, '\n'), 0o600)
	}
	return err
}

func (d disk) get(_ context.Context, week string) ([]*written, error) {
	b, err := os.ReadFile(filepath.Join(string(d), week+ending))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	w, err := parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s%s: %w", week, ending, err)
	}
	return []*written{w}, nil
}

func (d disk) expire(before string) error {
	files, err := os.ReadDir(string(d))
	for _, f := range files {
		week, ours := strings.CutSuffix(f.Name(), ending)
		if _, wrong := time.Parse(time.DateOnly, week); ours && wrong == nil && week < before {
			err = errors.Join(err, os.Remove(filepath.Join(string(d), f.Name())))
		}
	}
	return err
}

func (d disk) close() error { return nil }

// redisStore keeps a hash a week, with a field that each server draws for what it has
// counted: to write it twice is to write it once, and nothing names the server.
type redisStore struct{ client goredis.UniversalClient }

const keyPrefix = "tipbox:{counts}:"

// putScript sets a field and the hash's end, in one step: a user of Redis that may run
// scripts need not be given transactions, too.
var putScript = goredis.NewScript(`
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIREAT', KEYS[1], ARGV[3])
return 1
`)

func (s *redisStore) put(ctx context.Context, week string, w *written) error {
	monday, err := time.ParseInLocation(time.DateOnly, week, zone)
	if err != nil {
		return err
	}
	b, err := json.Marshal(w)
	if err != nil {
		return err
	}
	return putScript.Run(ctx, s.client, []string{keyPrefix + week}, w.field, b, monday.AddDate(0, 0, 7*(Keep+1)).Unix()).Err()
}

func (s *redisStore) get(ctx context.Context, week string) ([]*written, error) {
	fields, err := s.client.HGetAll(ctx, keyPrefix+week).Result()
	if err != nil {
		return nil, err
	}
	var parts []*written
	for _, value := range fields {
		w, err := parse([]byte(value))
		if err != nil {
			return nil, err
		}
		parts = append(parts, w)
	}
	return parts, nil
}

// expire is Redis' own: each key has its end.
func (*redisStore) expire(string) error { return nil }

func (s *redisStore) close() error { return s.client.Close() }

// Inspect asks a Redis for the rights that counts need. It leaves nothing there.
func Inspect(ctx context.Context, s redis.Server) error {
	client, err := redis.Dial(s, patience)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // nothing was buffered
	// A week that is long over: what is written of it has ended already.
	const week, to = "1970-01-05", "check"
	store := &redisStore{client}
	err = store.put(ctx, week, &written{field: rand.Text()})
	if err == nil {
		_, err = store.get(ctx, week)
	}
	if err == nil {
		_, err = store.claim(ctx, week, to)
	}
	if err == nil {
		err = store.settle(ctx, week, to, false)
	}
	if err != nil {
		return fmt.Errorf("the counts cannot be kept there (%s): %w", redis.Kind(err), err)
	}
	return nil
}
