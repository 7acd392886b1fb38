package limit

import (
	"context"
	_ "embed" // the scripts
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"tipbox/intake/redis"
)

var (
	//go:embed take.lua
	takeLua string
	//go:embed charge.lua
	chargeLua string
	//go:embed refund.lua
	refundLua string
	//go:embed record.lua
	recordLua string
	//go:embed release.lua
	releaseLua string
	//go:embed probe.lua
	probeLua string
)

// shared is the store in a Redis, for all servers that use the same Redis. Each
// request is one script, so that servers cannot spend the same budget twice, and
// time is the Redis server's, so that clocks need not agree.
type shared struct {
	rules  Rules
	client goredis.UniversalClient
	now    func() time.Time // for the day only, unless fixed
	fixed  bool             // tests: the scripts, too, go by now
	draw   func() draw
	// granted is told after each answer where the limits of a site are, with times from
	// then on.
	granted func(site string, ahead [sharedEdges]edge)

	takeScript, chargeScript, refundScript, recordScript, releaseScript, probeScript *goredis.Script
}

func newShared(rules Rules, client goredis.UniversalClient, now func() time.Time) *shared {
	return &shared{
		rules: rules, client: client, now: now, draw: newDraw, granted: func(string, [sharedEdges]edge) {},
		takeScript: goredis.NewScript(takeLua), chargeScript: goredis.NewScript(chargeLua), refundScript: goredis.NewScript(refundLua),
		recordScript: goredis.NewScript(recordLua), releaseScript: goredis.NewScript(releaseLua), probeScript: goredis.NewScript(probeLua),
	}
}

func (s *shared) take(ctx context.Context, site string, may allowed) (reach, error) {
	args := []any{s.clock(), flag(may.front), flag(may.bulk)}
	rules := s.rules.shared()
	for _, r := range rules {
		d := s.draw()
		args = append(args, r.interval(), r.window(), d.factor, d.closed)
	}
	keys := sharedKeys(site)
	got, err := s.takeScript.Run(ctx, s.client, keys[:], args...).Int64Slice()
	if err != nil {
		return 0, fmt.Errorf("taking from the limits: %w", err)
	}
	var ahead [sharedEdges]edge
	if len(got) != 1+3*len(ahead) || !may.reaches(reach(got[0])) {
		return 0, fmt.Errorf("taking from the limits: %w", redis.ErrUntrue)
	}
	for i, r := range rules {
		e := edge{got[1+3*i], latch{got[2+3*i], got[3+3*i]}}
		if e.tat < 0 || e.until < 0 || r.believed(0, e) != e {
			return 0, fmt.Errorf("taking from the limits: %w", redis.ErrUntrue)
		}
		ahead[i] = e
	}
	s.granted(site, ahead)
	return reach(got[0]), nil
}

// chargedAtOnce is how many keys a script is given.
const chargedAtOnce = 100

// charge spends what was granted without Redis.
func (s *shared) charge(ctx context.Context, owed map[string]debt) error {
	rules := s.rules.shared()
	for keys := range slices.Chunk(slices.Collect(maps.Keys(owed)), chargedAtOnce) {
		args := []any{s.clock()}
		for _, key := range keys {
			r := rules[owed[key].kind]
			args = append(args, owed[key].tat, r.interval(), r.window())
		}
		if err := s.chargeScript.Run(ctx, s.client, keys, args...).Err(); err != nil {
			return fmt.Errorf("charging the limits: %w", err)
		}
	}
	return nil
}

func (s *shared) refund(ctx context.Context, site string, spent reach) error {
	rules, keys := s.rules.shared(), sharedKeys(site)
	args, give := []any{s.clock()}, []string(nil)
	for _, i := range spent.charged() {
		give = append(give, keys[i])
		args = append(args, rules[i].interval(), rules[i].window())
	}
	if err := s.refundScript.Run(ctx, s.client, give, args...).Err(); err != nil {
		return fmt.Errorf("refunding the limits: %w", err)
	}
	return nil
}

// clock is the scripts' now: "" for the Redis server's own.
func (s *shared) clock() string {
	if s.fixed {
		return strconv.FormatInt(micros(s.now()), 10)
	}
	return ""
}

func flag(set bool) string {
	if set {
		return "1"
	}
	return ""
}

// probe asks Redis for what every request needs of it: scripts and writes.
func (s *shared) probe(ctx context.Context) error {
	if err := s.probeScript.Run(ctx, s.client, []string{keyPrefix + "probe"}).Err(); err != nil {
		return fmt.Errorf("probing: %w", err)
	}
	return nil
}
