package plaintext

import (
	"slices"
	"testing"
)

// What somebody sealed to the unit's key by hand is shown if it is text, and said
// to be none if it is not.
func TestNotATip(t *testing.T) {
	for plain, want := range map[string]struct {
		text    string
		warning error
	}{
		"Kính gửi đồn\r\n\r\n":         {"Kính gửi đồn", ErrNotTip},
		"":                             {"", ErrNotTip},
		"a\xffb":                       {"", ErrNotText},
		"a\x00b":                       {"", ErrNotText},
		"\x00":                         {"", ErrNotText},
		"\xff\xd8\xff\xe0\x00\x10JFIF": {"", ErrNotText},
	} {
		if got := Parse([]byte(plain)); got.Text != want.text || !slices.Equal(got.Warnings, []error{want.warning}) {
			t.Errorf("%q: %q, %v; want %q, %v", plain, got.Text, got.Warnings, want.text, want.warning)
		}
	}
}
