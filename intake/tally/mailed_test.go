package tally

import (
	"path/filepath"
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
