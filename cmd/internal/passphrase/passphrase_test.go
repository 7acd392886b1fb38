package passphrase

import (
	"encoding/json"
	"os"
	"testing"
)

// TestWorth: what the desk says of a passphrase, the command says too.
func TestWorth(t *testing.T) {
	b, err := os.ReadFile("testdata/worth.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Passphrase, Why string
		Level           Level
	}
	if err := json.Unmarshal(b, &cases); err != nil || len(cases) < 45 {
		t.Fatal(err, len(cases))
	}
	for _, c := range cases {
		if level, why := Worth(c.Passphrase); level != c.Level || why != c.Why {
			t.Errorf("%q: %s %s, want %s %s", c.Passphrase, level, why, c.Level, c.Why)
		}
	}
	if n := len(ours()); n != 2048 {
		t.Errorf("%d words are drawn from", n)
	}
}
