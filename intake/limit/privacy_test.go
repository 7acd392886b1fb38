package limit

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	goredis "github.com/redis/go-redis/v9"

	"tipbox/intake"
	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

// contents returns each key of a Redis with its value and time to live.
func contents(t *testing.T, client goredis.UniversalClient) map[string]string {
	t.Helper()
	ctx := t.Context()
	keys, err := client.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, k := range keys {
		dump, err := client.Dump(ctx, k).Result()
		if err == goredis.Nil { //nolint:errorlint // ended meanwhile
			continue
		}
		ttl, ttlErr := client.PTTL(ctx, k).Result()
		if err != nil || ttlErr != nil {
			t.Fatal(err, ttlErr)
		}
		if ttl == -1 { // as Redis says it; -2 is for a key that ended meanwhile
			t.Errorf("%s does not end", k)
		}
		all[k] = dump + " " + ttl.String()
	}
	return all
}

// TestNothingOfTheSender searches Redis, the log and the metrics, after
// successes, refusals and a crash of Redis, for the sender's address in every
// writing.
func TestNothingOfTheSender(t *testing.T) {
	server := redistest.Start(t)
	rules := designRules
	rules.Sender.Burst = 2
	l := start(t, rules, server.URL(), ample)
	client := l.redis.client
	senders := []netip.Addr{villager, netip.MustParseAddr("2001:db8:77:99::abcd"), netip.MustParseAddr("::ffff:198.51.100.23")}
	everything := func() string {
		var b strings.Builder
		for k, v := range contents(t, client) {
			fmt.Fprintf(&b, "%s %s\n", k, v)
		}
		page := httptest.NewRecorder()
		promhttp.HandlerFor(l.reg, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/", nil))
		return b.String() + page.Body.String() + l.log.String()
	}
	form := intake.FormMark{1}
	l.reachesRedis(t, server, "a") // as the villager
	for _, s := range senders {
		for range 3 {
			_, _ = l.Take(t.Context(), ask("a", s, false))
		}
		_, _, done := l.Claim(t.Context(), form, intake.TipMark{byte(s.BitLen())})
		done(true)
	}
	found := everything()
	server.Kill()
	_, _ = l.Take(t.Context(), text("a"))
	l.wantKind(t, "refused-dial", "dropped")
	found += l.log.String()

	for _, must := range []string{keyPrefix + "site:a", "tipbox_redis_up 1", "redis is not used"} {
		if !strings.Contains(found, must) {
			t.Fatalf("%q is not where the sender is looked for: %s", must, found)
		}
	}
	if strings.Contains(found, "tipbox_limit_taken_total") {
		t.Errorf("a count of today is shown: %s", found)
	}
	for _, s := range senders {
		p := networks(s)[0].prefix
		raw := s.AsSlice()
		for _, canary := range []string{
			s.String(), s.Unmap().String(), p.String(), p.Addr().StringExpanded(), s.StringExpanded(),
			string(raw), hex.EncodeToString(raw), hex.EncodeToString(s.Unmap().AsSlice()[:4]), string(s.Unmap().AsSlice()),
		} {
			if bytes.Contains([]byte(found), []byte(canary)) {
				t.Errorf("%q of the sender is there", canary)
			}
		}
	}
}

// TestKeysEnd holds that each key in Redis ends with its window, and that what
// is kept for a week does not tell the hour, by its end or by its last use.
func TestKeysEnd(t *testing.T) {
	server := redistest.Start(t)
	client, err := redis.Dial(redis.Server{URL: server.URL()}, ample)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	s := newShared(designRules, client, time.Now)
	begun := time.Now()
	if _, err := s.take(t.Context(), "a", both); err != nil {
		t.Fatal(err)
	}
	if err := s.record(t.Context(), intake.FormMark{1}, intake.TipMark{1}); err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"used", "asked after"} {
		idle, err := client.ObjectIdleTime(t.Context(), formKey(intake.FormMark{1})).Result()
		if err != nil {
			t.Fatal(err)
		}
		if last := time.Now().Add(-idle); last.Sub(last.Round(24*time.Hour)).Abs() > time.Minute {
			t.Errorf("Redis tells that the form was %s at %v", what, last)
		}
		if _, tips, err := s.claim(t.Context(), intake.FormMark{1}, "own"); len(tips) != 1 || err != nil {
			t.Fatal(tips, err)
		}
	}
	for key := range contents(t, client) {
		end, err := client.PExpireTime(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		ends := time.UnixMilli(end.Milliseconds())
		longest := map[string]time.Duration{
			"site": 15 * time.Second, "all": 600 * time.Millisecond, "probe": time.Second,
		}
		if strings.HasPrefix(key, "tipbox:claim:") {
			if left := time.Until(ends); left > claimLife {
				t.Errorf("a claim ends in %v", left)
			}
			continue
		}
		if strings.HasPrefix(key, "tipbox:form:") {
			if ends.UnixMilli()%86400_000 != 0 || ends.Sub(begun) < intake.FormLife || time.Until(ends) > intake.FormLife+24*time.Hour {
				t.Errorf("a form is forgotten at %v", ends)
			}
			continue
		}
		which, _, _ := strings.Cut(strings.TrimPrefix(key, keyPrefix), ":")
		if left := time.Until(ends); left > longest[which] {
			t.Errorf("%s ends in %v, want at most %v", key, left, longest[which])
		}
	}
}
