package tally

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"tipbox/intake/durable"
)

// Claim reports whether the page of a week, by its Monday, is still to be mailed to the
// address, and by us. It is claimed until Settle says what became of it: of several
// servers that share a Redis one mails it, and none where that one dies over it; one
// server alone mails it again then.
func (t *Tally) Claim(ctx context.Context, monday time.Time, to string) (ours bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return t.store.claim(ctx, name(monday), to)
}

// Settle notes durably that the page was mailed; or else gives it back to be mailed later.
func (t *Tally) Settle(ctx context.Context, monday time.Time, to string, mailed bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return t.store.settle(ctx, name(monday), to, mailed)
}

// mailed is the file on disk of what was mailed, of one week: the last.
type mailed struct {
	Week string   `json:"week"`
	To   []string `json:"to"`
}

func (d disk) mailedFile() string { return filepath.Join(string(d), "mailed") }

func (d disk) mailed(week string) (*mailed, error) {
	m := &mailed{Week: week}
	b, err := os.ReadFile(d.mailedFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return m, nil
	case err != nil:
		return nil, err
	}
	var last mailed
	if err := json.Unmarshal(b, &last); err == nil && last.Week >= week {
		return &last, nil // a later one: the clock was set back
	}
	return m, nil
}

func (d disk) claim(_ context.Context, week, to string) (bool, error) {
	m, err := d.mailed(week)
	return err == nil && m.Week == week && !slices.Contains(m.To, to), err
}

func (d disk) settle(_ context.Context, week, to string, sent bool) error {
	if !sent {
		return nil
	}
	m, err := d.mailed(week)
	if err != nil || m.Week != week {
		return err
	}
	m.To = append(m.To, to)
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return durable.Replace(d.mailedFile(), append(b, '\n'), 0o600)
}

func (s *redisStore) claim(ctx context.Context, week, to string) (bool, error) {
	monday, err := time.ParseInLocation(time.DateOnly, week, zone)
	if err != nil {
		return false, err
	}
	key, mark := keyPrefix+"mailed:"+week, rand.Text()
	won, err := claimScript.Run(ctx, s.client, []string{key}, to, mark, monday.AddDate(0, 0, 7*4).Unix()).Bool()
	if err != nil {
		// It may have been claimed all the same, and then nobody would mail the page.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		return false, errors.Join(err, releaseScript.Run(ctx, s.client, []string{key}, to, mark).Err())
	}
	return won, nil
}

// claimScript sets a field that nobody has set; releaseScript takes it back where it has
// the mark that it was set to.
var (
	claimScript = goredis.NewScript(`
if redis.call('HGET', KEYS[1], ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('EXPIREAT', KEYS[1], ARGV[3])
return 1
`)
	releaseScript = goredis.NewScript(`
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) end
return 1
`)
)

func (s *redisStore) settle(ctx context.Context, week, to string, sent bool) error {
	if sent {
		return nil // it was claimed for good
	}
	return s.client.HDel(ctx, keyPrefix+"mailed:"+week, to).Err()
}
