package desk

import (
	"io"
	"testing"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/plaintext"
	"tipbox/intake"
)

// TestReplyStays: where a sender is answered goes along only where that was said.
func TestReplyStays(t *testing.T) {
	tip := &plaintext.Tip{Unit: "na-co-sa", Site: "ncs01", Mailbox: "crime", Text: "x", Reply: intake.ReplyTo{Code: "12345678901234567888", At: "https://tip.example.vn"}}
	for _, along := range []bool{false, true} {
		out, err := (&Pass{Reply: along}).redacted(&terminal.Terminal{Err: io.Discard}, tip, "TB-1111-AAAA")
		if err != nil || (out.Reply == tip.Reply) != along || (out.Reply == intake.ReplyTo{}) == along {
			t.Errorf("%v: %+v, %v", along, out, err)
		}
	}
}

// TestMask masks words wherever they stand, and tells how often.
func TestMask(t *testing.T) {
	for _, v := range []struct {
		text, words, want string
		n                 int
	}{
		{"Anh Sính, anh SÍNH.", "sính", "Anh " + masked + ", anh " + masked + ".", 2},
		{"Vàng A\n Sính", " Vàng  A Sính ", masked, 1},
		{"Vàng\u00a0A \u2003Sính", "Vàng A Sính", masked, 1},
		{"a.b aXb", "a.b", masked + " aXb", 1},
		{"Si\u0301nh", "Sính", "Si\u0301nh", 0}, // what is masked is in NFC
		{"x", "  ", "x", 0},
		{"x", "(", "x", 0},
	} {
		if got, n := mask(v.text, v.words); got != v.want || n != v.n {
			t.Errorf("%q in %q: %q, %d", v.words, v.text, got, n)
		}
	}
}
