package tally

import (
	"path/filepath"
	"strings"
	"testing"

	"tipbox/intake/redis"
	"tipbox/intake/redis/redistest"
)

// TestMailed: the page of a week goes to an address once, whoever starts anew; what
// failed is to be mailed again; a week does not speak for another.
func TestMailed(t *testing.T) {
	server := redistest.Start(t)
	for name, o := range map[string]Options{
		"disk":  {Dir: filepath.Join(t.TempDir(), "counts")},
		"redis": {Redis: &redis.Server{URL: server.URL()}},
	} {
		t.Run(name, func(t *testing.T) {
			now := sunday
			a := at(t, o, &now)
			now = now.AddDate(0, 0, 7)
			a.write(t.Context()) // makes the directory
			monday := Monday(now)
			claim := func(c *Tally, weeks int, to string, want bool) {
				t.Helper()
				if got, err := c.Claim(t.Context(), monday.AddDate(0, 0, 7*weeks), to); got != want || err != nil {
					t.Errorf("week %+d to %s: claimed %v, %v", weeks, to, got, err)
				}
			}
			settle := func(c *Tally, weeks int, to string, mailed bool) {
				t.Helper()
				if err := c.Settle(t.Context(), monday.AddDate(0, 0, 7*weeks), to, mailed); err != nil {
					t.Error(err)
				}
			}
			claim(a, 0, "a@example.vn", true)
			b := at(t, o, &now)
			claim(b, 0, "a@example.vn", name == "disk") // there is no other server: this one has started anew
			settle(a, 0, "a@example.vn", false)
			claim(b, 0, "a@example.vn", true)
			settle(b, 0, "a@example.vn", true)
			claim(a, 0, "a@example.vn", false)
			claim(at(t, o, &now), 0, "a@example.vn", false)
			claim(a, 0, "b@example.vn", true)
			settle(a, 0, "b@example.vn", true)
			claim(a, 1, "a@example.vn", true)
			settle(a, 1, "a@example.vn", true)
			claim(a, 1, "a@example.vn", false)
			claim(a, 0, "b@example.vn", false) // a clock that was set back
		})
	}
}

// TestClaimThatFails: what was claimed in part is given back, or nobody would mail the page.
func TestClaimThatFails(t *testing.T) {
	server := redistest.Start(t)
	rights := func(more ...string) {
		t.Helper()
		words := append([]string{"ACL", "SETUSER", "tip", "on", ">mat-khau", "~tipbox:{counts}:*", "+eval", "+evalsha", "+hget", "+hset", "+hdel"}, more...)
		if got, err := server.Do(words...); err != nil || got != "+OK" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	now := sunday
	c := at(t, Options{Redis: &redis.Server{URL: strings.Replace(server.URL(), "redis://", "redis://tip@", 1), Password: "mat-khau"}}, &now)
	rights()
	if ours, err := c.Claim(t.Context(), Monday(now), "a@example.vn"); ours || redis.Kind(err) != redis.Denied {
		t.Fatalf("claimed %v, %v", ours, err)
	}
	rights("+expireat")
	if ours, err := c.Claim(t.Context(), Monday(now), "a@example.vn"); !ours || err != nil {
		t.Errorf("claimed %v, %v", ours, err)
	}
}
