package receipt_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"tipbox/crypto/receipt"
)

func TestNewCode(t *testing.T) {
	seen := make(map[receipt.Code]bool)
	for range 200 {
		code := receipt.NewCode()
		if again, err := receipt.Parse(string(code)); err != nil || again != code || seen[code] {
			t.Fatalf("%s: %v, drawn before: %t", code, err, seen[code])
		}
		seen[code] = true
	}
}

// TestCheckDigits changes every digit, and swaps every two neighbours.
func TestCheckDigits(t *testing.T) {
	wrong := func(typed []byte, what string) {
		if _, err := receipt.Parse(string(typed)); !errors.Is(err, receipt.ErrCheck) {
			t.Errorf("%s passes: %v", what, err)
		}
	}
	for range 20 {
		code := []byte(receipt.NewCode())
		for i := range code {
			for d := byte('0'); d <= '9'; d++ {
				if d != code[i] {
					changed := bytes.Clone(code)
					changed[i] = d
					wrong(changed, string(code)+" as "+string(changed))
				}
			}
			if i > 0 && code[i] != code[i-1] {
				swapped := bytes.Clone(code)
				swapped[i], swapped[i-1] = code[i-1], code[i]
				wrong(swapped, string(code)+" as "+string(swapped))
			}
		}
	}
}

// TestIsAnAgeIdentity holds our Bech32 to age's: what is sealed to the recipient
// with the stock library is opened by the code, and nobody else's code opens it.
func TestIsAnAgeIdentity(t *testing.T) {
	code, other := receipt.NewCode(), receipt.NewCode()
	mine, err := code.Derive("https://tip.example.vn")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := code.Derive("https://other.example.vn")
	if err != nil {
		t.Fatal(err)
	}
	strangers, err := other.Derive("https://tip.example.vn")
	if err != nil {
		t.Fatal(err)
	}
	reply := receipt.Reply{Unit: "na-co-sa", Site: "ncs01", Answer: receipt.More, On: "2026-11-29", Number: 2, Text: "Ở đâu?\nKhi nào?"}
	sealed, err := reply.Seal(mine.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := mine.Open(sealed); err != nil || *got != reply {
		t.Errorf("opened %+v, %v", got, err)
	}
	for _, r := range []*receipt.Receipt{elsewhere, strangers} {
		if _, err := r.Open(sealed); !errors.Is(err, receipt.ErrOpen) {
			t.Errorf("another receipt: %v", err)
		}
		if r.Lookup == mine.Lookup || r.Tag == mine.Tag {
			t.Error("another receipt has the same lookup or tag")
		}
	}
}

func TestSealed(t *testing.T) {
	mine, err := receipt.NewCode().Derive("https://tip.example.vn")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "một dòng", strings.Repeat("ệ", 1000), strings.Repeat("\n", 40) + "<b>\u202eđảo</b> https://kẻ-lừa.example"} {
		reply := receipt.Reply{Unit: "u", Site: "s", Answer: receipt.Done, On: "2026-11-29", Text: text}
		sealed, err := reply.Seal(mine.Recipient())
		if err != nil || len(sealed) != receipt.SealedSize || !receipt.IsSealed(sealed) {
			t.Errorf("%.20q: %d bytes, %v", text, len(sealed), err)
		}
		got, err := mine.Open(sealed)
		if err != nil || got.Text != strings.TrimSpace(text) {
			t.Errorf("%.20q came back as %+v, %v", text, got, err)
		}
	}
	for what, b := range map[string][]byte{
		"nothing": nil, "noise": bytes.Repeat([]byte{7}, receipt.SealedSize), "two recipients": toTwo(t, 3800), "too short": toOne(t, 3000),
	} {
		if receipt.IsSealed(b) {
			t.Errorf("%s passes for a sealed reply", what)
		}
	}
}

func toOne(t *testing.T, n int) []byte { return sealTo(t, n, 1) }
func toTwo(t *testing.T, n int) []byte { return sealTo(t, n, 2) }

func sealTo(t *testing.T, n, recipients int) []byte {
	t.Helper()
	var to []age.Recipient
	for range recipients {
		id, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		to = append(to, id.Recipient())
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(make([]byte, n))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if more := receipt.SealedSize - out.Len(); recipients > 1 && more != 0 {
		return append(out.Bytes(), make([]byte, max(0, more))...)[:receipt.SealedSize]
	}
	return out.Bytes()
}

func TestBadReplies(t *testing.T) {
	good := receipt.Reply{Unit: "u", Site: "s", On: "2026-11-29", Text: "x"}
	var tooLong *receipt.TextLengthError
	for what, change := range map[string]func(*receipt.Reply) func(error) bool{
		"20,000 characters": func(r *receipt.Reply) func(error) bool {
			r.Text = strings.Repeat("ữ", 20_000)
			return func(err error) bool { return errors.As(err, &tooLong) && tooLong.Bytes == 60_000 }
		},
		"nothing": func(r *receipt.Reply) func(error) bool {
			r.Text = " \n "
			return func(err error) bool { return errors.Is(err, receipt.ErrEmpty) }
		},
		"a header in the answer": func(r *receipt.Reply) func(error) bool {
			r.Answer = "done\r\nTipbox-Site: x"
			return func(err error) bool { return err != nil }
		},
		"a moment for a day": func(r *receipt.Reply) func(error) bool {
			r.On = "2026-11-29T10:00:00Z"
			return func(err error) bool { return err != nil }
		},
	} {
		r := good
		right := change(&r)
		if _, err := r.Plaintext(); !right(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := good.Seal("age1nobody"); err == nil {
		t.Error("sealed to nobody")
	}
	for _, plain := range []string{"", "chào", "Tipbox-Reply: 0\r\n\r\nx", "Tipbox-Version: 1\r\n\r\nx"} {
		if _, err := receipt.ParseReply([]byte(plain)); !errors.Is(err, receipt.ErrNotReply) {
			t.Errorf("%q: %v", plain, err)
		}
	}
	if r, err := receipt.ParseReply([]byte("Tipbox-Reply: 2\r\nTipbox-Answer: new-kind\r\n\r\nx")); err != nil || r.Text != "x" || r.Answer != "new-kind" {
		t.Errorf("a newer reply: %+v, %v", r, err)
	}
}

func TestLookup(t *testing.T) {
	r, err := receipt.NewCode().Derive("https://tip.example.vn")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := receipt.ParseLookup(r.Lookup.String()); err != nil || again != r.Lookup {
		t.Errorf("%v, %v", again, err)
	}
	for _, bad := range []string{"", "zz", strings.Repeat("z", 32), strings.Repeat("0", 33)} {
		if _, err := receipt.ParseLookup(bad); err == nil {
			t.Errorf("%q passes for a lookup", bad)
		}
	}
	if shown := receipt.ShowTag("K7Q2PX"); shown != "K7Q-2PX" {
		t.Errorf("shown as %s", shown)
	}
}
