package open_test

import (
	"errors"
	"testing"

	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/receipt"
	"tipbox/intake"
)

// TestAnswerable: with script and without, the same way leads to the same sender.
func TestAnswerable(t *testing.T) {
	const at = "https://tip.example.vn"
	code := receipt.NewCode()
	mine, err := code.Derive(at)
	if err != nil {
		t.Fatal(err)
	}
	derived := intake.ReplyTo{Recipient: mine.Recipient(), Lookup: mine.Lookup.String(), Tag: mine.Tag, At: at}
	want := open.ReplyTo{Recipient: mine.Recipient(), Lookup: mine.Lookup, Tag: mine.Tag, At: at}
	for _, r := range []intake.ReplyTo{derived, {Code: string(code), At: at}} {
		if got, err := open.Answerable(&plaintext.Tip{Reply: r}); err != nil || *got != want {
			t.Errorf("%+v: %+v, %v", r, got, err)
		}
	}
	for _, r := range []intake.ReplyTo{{}, {Code: string(code)}, {At: at}} {
		if _, err := open.Answerable(&plaintext.Tip{Reply: r}); !errors.Is(err, open.ErrNoReply) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	for _, change := range []func(*intake.ReplyTo){
		func(r *intake.ReplyTo) { r.Recipient += "x" }, func(r *intake.ReplyTo) { r.Lookup = "z" }, func(r *intake.ReplyTo) { *r = intake.ReplyTo{Code: "1", At: at} },
	} {
		r := derived
		change(&r)
		if _, err := open.Answerable(&plaintext.Tip{Reply: r}); err == nil || errors.Is(err, open.ErrNoReply) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}
