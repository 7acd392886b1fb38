package reply

import (
	"context"
	"errors"
	"slices"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"tipbox/crypto/receipt"
	"tipbox/intake/redis"
)

// patience is how long Redis may take: an officer's page tries again.
const patience = 3 * time.Second

// redisStore keeps a hash for each week in which replies end, with a field a mark:
// its replies one behind the other. So no key belongs to one sender, and its last use
// is that of all.
type redisStore struct{ client goredis.UniversalClient }

// All weeks are in one slot of a Cluster, for the scripts. In each the field "#" has how
// many replies it holds; marks are hexadecimal.
const keyPrefix = "tipbox:{reply}:"

func openRedis(s redis.Server) (*redisStore, error) {
	client, err := redis.Dial(s, patience)
	if err != nil {
		return nil, err
	}
	return &redisStore{client}, nil
}

func keys(now time.Time) []string {
	all := weeks(now)
	for i, w := range all {
		all[i] = keyPrefix + w
	}
	return all
}

func (s *redisStore) get(ctx context.Context, m mark, now time.Time) ([][]byte, error) {
	pipe := s.client.Pipeline()
	var asked []*goredis.StringCmd
	for _, key := range keys(now) {
		asked = append(asked, pipe.HGet(ctx, key, m.String()))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, goredis.Nil) {
		return nil, err
	}
	var all [][]byte
	for _, cmd := range asked {
		value, err := cmd.Bytes()
		switch {
		case errors.Is(err, goredis.Nil):
			continue
		case err != nil:
			return nil, err
		case len(value)%receipt.SealedSize != 0:
			return nil, redis.ErrUntrue
		}
		all = slices.AppendSeq(all, slices.Chunk(value, receipt.SealedSize))
	}
	if len(all) > receipt.MaxReplies {
		return nil, redis.ErrUntrue
	}
	return all, nil
}

// addScript counts the replies of a week in its field "#": marks are hexadecimal. KEYS
// the weeks, the one to write to first; ARGV mark, reply, replies a
// mark may have, replies in all, when the first key ends.
var addScript = goredis.NewScript(`
local size, mine, all = #ARGV[2], 0, 0
for _, key in ipairs(KEYS) do
  local v = redis.call('HGET', key, ARGV[1])
  if v then
    for i = 1, #v, size do
      if string.sub(v, i, i + size - 1) == ARGV[2] then return 'again' end
      mine = mine + 1
    end
  end
  all = all + tonumber(redis.call('HGET', key, '#') or 0)
end
if mine >= tonumber(ARGV[3]) then return 'many' end
if all >= tonumber(ARGV[4]) then return 'full' end
local v = redis.call('HGET', KEYS[1], ARGV[1]) or ''
redis.call('HSET', KEYS[1], ARGV[1], v .. ARGV[2])
redis.call('HINCRBY', KEYS[1], '#', 1)
redis.call('EXPIREAT', KEYS[1], ARGV[5])
return 'new'`)

func (s *redisStore) add(ctx context.Context, m mark, sealed []byte, now time.Time) (bool, error) {
	end, _ := weekEnd(weekOf(now.Add(Life)))
	got, err := addScript.Run(ctx, s.client, keys(now), m.String(), sealed, receipt.MaxReplies, MaxKept, end.Unix()).Text()
	switch {
	case err != nil:
		return false, err
	case got == "many":
		return false, ErrMany
	case got == "full":
		return false, ErrFull
	case got != "new" && got != "again":
		return false, redis.ErrUntrue
	}
	return got == "new", nil
}

// removeScript: KEYS the weeks; ARGV mark, and the replies to forget.
var removeScript = goredis.NewScript(`
local size = #ARGV[2]
for _, key in ipairs(KEYS) do
  local v = redis.call('HGET', key, ARGV[1])
  if v then
    local left, gone = '', 0
    for i = 1, #v, size do
      local one, keep = string.sub(v, i, i + size - 1), true
      for j = 2, #ARGV do
        if one == ARGV[j] then keep = false end
      end
      if keep then left = left .. one else gone = gone + 1 end
    end
    if left == '' then redis.call('HDEL', key, ARGV[1])
    elseif gone > 0 then redis.call('HSET', key, ARGV[1], left) end
    if gone > 0 then redis.call('HINCRBY', key, '#', -gone) end
  end
end
return 'ok'`)

func (s *redisStore) remove(ctx context.Context, m mark, names map[Name]bool, now time.Time) error {
	all, err := s.get(ctx, m, now)
	if err != nil {
		return err
	}
	args := []any{m.String()}
	for _, sealed := range all {
		if names[NameOf(sealed)] {
			args = append(args, sealed)
		}
	}
	if len(args) == 1 {
		return nil
	}
	return removeScript.Run(ctx, s.client, keys(now), args...).Err()
}

// expire is Redis' own: each key has its end.
func (*redisStore) expire(time.Time) error { return nil }

func (s *redisStore) close() error { return s.client.Close() }
