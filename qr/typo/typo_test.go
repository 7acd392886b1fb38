package typo_test

import (
	"testing"

	"tipbox/qr/typo"
)

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"mail", "mail", 0}, {"", "mail", 4}, {"mail", "", 4},
		{"mail", "mial", 1}, {"mail", "mai", 1}, {"mail", "emails", 2}, {"mail", "nail", 1}, {"típ", "tip", 1},
		{"ab", "ba", 1}, {"ca", "abc", 3}, {"phone", "from", 4},
	} {
		if got := typo.Distance(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
