package limit

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	_ "embed" // the scripts
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"tipbox/intake"
	"tipbox/intake/redis"
)

var (
	//go:embed take.lua
	takeLua string
	//go:embed refund.lua
	refundLua string
	//go:embed daykey.lua
	daykeyLua string
	//go:embed record.lua
	recordLua string
)

// shared is the store in a Redis, for all servers that use the same Redis and
// the same secret. Each request is one script, so that servers cannot spend
// the same budget twice, and time is the Redis server's, so that clocks need
// not agree.
type shared struct {
	rules  Rules
	client goredis.UniversalClient
	secret []byte
	now    func() time.Time // for the day only, unless fixed
	fixed  bool             // tests: the scripts, too, go by now

	takeScript, refundScript, daykeyScript, recordScript *goredis.Script

	mu   sync.Mutex
	days map[int64]sharedKey
}

// sharedKey is the key of one day: what Redis keeps of it, and what becomes of
// that with the secret. Neither is enough without the other: a copy of Redis'
// memory names nobody without the secret file, and the secret file names nobody
// once Redis has forgotten the day.
type sharedKey struct {
	proposal string
	key      daykey
}

func newShared(rules Rules, client goredis.UniversalClient, secret []byte, now func() time.Time) *shared {
	return &shared{
		rules: rules, client: client, secret: secret, now: now,
		takeScript: goredis.NewScript(takeLua), refundScript: goredis.NewScript(refundLua),
		daykeyScript: goredis.NewScript(daykeyLua), recordScript: goredis.NewScript(recordLua),
		days: make(map[int64]sharedKey),
	}
}

func (s *shared) take(ctx context.Context, site string, sender netip.Addr) error {
	now := s.now()
	keys, err := s.senderKeys(ctx, now, prefix(sender))
	if err != nil {
		return err
	}
	keys = append([]string{keys[0], siteKey(site), allKey}, keys[1:]...)
	got, err := s.takeScript.Run(ctx, s.client, keys, s.args(now)...).Int64Slice()
	if err != nil {
		return fmt.Errorf("taking from the limits: %w", err)
	}
	limits := [...]struct {
		name string
		rule Rule
	}{{"sender", s.rules.Sender}, {"site", s.rules.Site}, {"all", s.rules.All}}
	switch {
	case len(got) == 2 && got[0] == 0 && got[1] == 0:
		return nil
	case len(got) == 2 && got[0] >= 1 && got[0] <= int64(len(limits)):
		// No TAT that is believed makes for a longer wait than one interval.
		if l := limits[got[0]-1]; got[1] >= 1 && got[1] <= l.rule.interval() {
			return &intake.LimitError{Limit: l.name, RetryAfter: duration(got[1])}
		}
	}
	return fmt.Errorf("taking from the limits: %w", redis.ErrUntrue)
}

func (s *shared) refund(ctx context.Context, site string, sender netip.Addr) error {
	now := s.now()
	keys, err := s.senderKeys(ctx, now, prefix(sender))
	if err != nil {
		return err
	}
	err = s.refundScript.Run(ctx, s.client, []string{keys[0], siteKey(site), allKey}, s.args(now)...).Err()
	if err != nil {
		return fmt.Errorf("refunding the limits: %w", err)
	}
	return nil
}

// args are the arguments of take.lua and refund.lua.
func (s *shared) args(now time.Time) []any {
	clock := ""
	if s.fixed {
		clock = strconv.FormatInt(micros(now), 10)
	}
	args := []any{clock}
	for _, r := range []Rule{s.rules.Sender, s.rules.Site, s.rules.All} {
		args = append(args, r.interval(), r.window())
	}
	return args
}

// senderKeys returns the sender's key and, while it matters, its earlier one.
func (s *shared) senderKeys(ctx context.Context, now time.Time, p netip.Prefix) ([]string, error) {
	today := day(micros(now))
	k, ok, err := s.daykey(ctx, today, true)
	if err != nil {
		return nil, err
	} else if !ok {
		return nil, errors.New("agreeing on the day's key: no key")
	}
	keys := []string{k.sender(p)}
	if overlaps(micros(now), s.rules.Sender) {
		earlier, ok, err := s.daykey(ctx, today-1, false)
		if err != nil {
			return nil, err
		} else if ok {
			keys = append(keys, earlier.sender(p))
		}
	}
	return keys, nil
}

// daykey returns the key of the day, from memory or else from Redis, where one
// is proposed if there is none and propose says so.
func (s *shared) daykey(ctx context.Context, day int64, propose bool) (daykey, bool, error) {
	s.mu.Lock()
	known, ok := s.days[day]
	s.mu.Unlock()
	if ok {
		return known.key, known.proposal != "", nil
	}
	proposal := ""
	if propose {
		fresh := newDaykey()
		proposal = string(fresh[:])
	}
	return s.agree(ctx, day, proposal)
}

// agree proposes a day's key and takes over the one that stands.
func (s *shared) agree(ctx context.Context, day int64, proposal string) (daykey, bool, error) {
	end := (day+1)*daySeconds + int64(duration(s.rules.Sender.window())/time.Second) + 60
	stands, err := s.daykeyScript.Run(ctx, s.client,
		[]string{keyPrefix + "key:" + strconv.FormatInt(day, 10), keyPrefix + "probe"}, proposal, end).Text()
	if err != nil && !errors.Is(err, goredis.Nil) {
		return daykey{}, false, fmt.Errorf("agreeing on the day's key: %w", err)
	}
	if stands != "" && len(stands) != len(daykey{}) {
		return daykey{}, false, fmt.Errorf("agreeing on the day's key: %w", redis.ErrUntrue)
	}
	var known sharedKey
	if stands != "" {
		b, err := hkdf.Key(sha256.New, s.secret, []byte(stands), "tipbox/v1/limit sender", len(daykey{}))
		if err != nil {
			return daykey{}, false, fmt.Errorf("deriving the day's key: %w", err)
		}
		known = sharedKey{proposal: stands, key: daykey(b)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.days[day] = known
	return known.key, stands != "", nil
}

// probe asks Redis for what every request needs of it: scripts, writes, and
// today's key, of which a Redis that was emptied is reminded, so that servers
// do not part ways. It forgets the keys of days gone.
func (s *shared) probe(ctx context.Context) error {
	now := micros(s.now())
	today := day(now)
	s.mu.Lock()
	proposal := s.days[today].proposal
	for d := range s.days {
		if d != today && (d != today-1 || !overlaps(now, s.rules.Sender)) {
			delete(s.days, d)
		}
	}
	s.mu.Unlock()
	if proposal == "" {
		fresh := newDaykey()
		proposal = string(fresh[:])
	}
	_, _, err := s.agree(ctx, today, proposal)
	return err
}

func formKey(form intake.FormMark) string { return "tipbox:form:" + hex.EncodeToString(form[:]) }

func (s *shared) served(ctx context.Context, form intake.FormMark) ([]intake.TipMark, error) {
	members, err := s.client.SMembers(ctx, formKey(form)).Result()
	if err != nil {
		return nil, fmt.Errorf("asking what the form has served: %w", err)
	}
	tips := make([]intake.TipMark, 0, intake.FormTips)
	for _, m := range members {
		if len(members) > intake.FormTips || len(m) != len(intake.TipMark{}) {
			return nil, fmt.Errorf("asking what the form has served: %w", redis.ErrUntrue)
		}
		tips = append(tips, intake.TipMark([]byte(m)))
	}
	if len(tips) == 0 {
		return nil, nil
	}
	return tips, s.note(ctx, form, "") // for Redis has noted that it was asked
}

func (s *shared) record(ctx context.Context, form intake.FormMark, tip intake.TipMark) error {
	return s.note(ctx, form, string(tip[:]))
}

// note remembers the form until a midnight, because a time to live of exactly a
// week tells for a week when the tip was sent; and with it the tip, "" for none.
func (s *shared) note(ctx context.Context, form intake.FormMark, tip string) error {
	end := (day(micros(s.now().Add(intake.FormLife))) + 1) * daySeconds
	err := s.recordScript.Run(ctx, s.client, []string{formKey(form)}, tip, end, intake.FormTips).Err()
	if err != nil {
		return fmt.Errorf("recording what the form has served: %w", err)
	}
	return nil
}
