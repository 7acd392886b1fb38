package receipt

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"filippo.io/age"
)

var update = flag.Bool("update", false, "write testdata anew")

type vectors struct {
	Codes   []codeVector    `json:"codes"`
	Typed   []typedVector   `json:"typed"`
	Derived []derivedVector `json:"derived"`
	Replies []replyVector   `json:"replies"`
}

type codeVector struct {
	Number string    `json:"number"`
	Code   Code      `json:"code"`
	Rows   [2]string `json:"rows"`
}

type typedVector struct {
	Typed string `json:"typed"`
	Code  Code   `json:"code,omitempty"`
	Error string `json:"error,omitempty"` // letter, short, long or check
}

type derivedVector struct {
	Code      Code   `json:"code"`
	BaseURL   string `json:"base_url"`
	Master    string `json:"master"` // in hexadecimal, as lookup and seed are
	Lookup    string `json:"lookup"`
	Seed      string `json:"seed"`
	Tag       string `json:"tag"`
	Shown     string `json:"shown"`
	Identity  string `json:"identity"`
	Recipient string `json:"recipient"`
}

// replyVector has what was sealed once, with the stock library: sealing draws.
type replyVector struct {
	Name      string `json:"name"`
	Code      Code   `json:"code"`
	BaseURL   string `json:"base_url"`
	Reply     Reply  `json:"reply"`
	Message   string `json:"message"` // without its padding
	Sealed    []byte `json:"sealed"`
	plaintext []byte
}

const (
	box        = "https://tip.example.vn"
	vectorFile = "testdata/vectors.json"
)

func made(t *testing.T) vectors {
	t.Helper()
	var v vectors
	for _, number := range []string{"000000000000000000", "000000000000000001", "123456789012345678", "999999999999999999", "000000000000000026", "314159265358979323"} {
		code := complete(number)
		v.Codes = append(v.Codes, codeVector{number, code, code.Rows()})
	}
	c := string(complete("123456789012345678"))
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, c)
	for _, typed := range []string{
		c, c[:4] + " " + c[4:8] + " " + c[8:12] + "\r\n" + c[12:16] + " " + c[16:], c[:4] + "-" + c[4:10] + "–" + c[10:] + ".",
		wide, "\u200b\ufeff " + c[:10] + "\u00a0" + c[10:] + "\u202e", c[:10] + "\u2212" + c[10:],
		"", " ", c[:19], c + "7", c[:10] + "O" + c[10:19], "mã: " + c, c[:19] + "l", c[:18] + "00", "2" + c[1:], c[:3] + c[4:5] + c[3:4] + c[5:], "٣" + c[1:],
	} {
		code, err := Parse(typed)
		tv := typedVector{Typed: typed, Code: code}
		var length *LengthError
		switch {
		case errors.As(err, new(*LetterError)):
			tv.Error = "letter"
		case errors.As(err, &length) && length.Digits < Digits:
			tv.Error = "short"
		case errors.As(err, &length):
			tv.Error = "long"
		case errors.Is(err, ErrCheck):
			tv.Error = "check"
		case err != nil:
			t.Fatal(err)
		}
		v.Typed = append(v.Typed, tv)
	}
	for _, d := range []derivedVector{
		{Code: complete("123456789012345678"), BaseURL: box}, {Code: complete("123456789012345678"), BaseURL: "http://127.0.0.1:8080"},
		{Code: complete("000000000000000000"), BaseURL: box},
	} {
		r, err := d.Code.Derive(d.BaseURL)
		if err != nil {
			t.Fatal(err)
		}
		master, err := d.Code.master(d.BaseURL)
		if err != nil {
			t.Fatal(err)
		}
		d.Master, d.Seed = hex.EncodeToString(master), hex.EncodeToString(expand(master, "seed", keySize))
		d.Lookup, d.Tag, d.Shown = r.Lookup.String(), r.Tag, ShowTag(r.Tag)
		d.Identity, d.Recipient = r.identity.String(), r.Recipient()
		v.Derived = append(v.Derived, d)
	}
	for _, r := range []replyVector{
		{Name: "a stock answer", Reply: Reply{Answer: Received}},
		{Name: "a text", Reply: Reply{Text: "Cảm ơn bà con. Xin kể thêm:\n1. Ở đâu?\n2. Khi nào?", Number: 3}},
		{Name: "both, letters composed", Reply: Reply{Answer: Cannot, Text: "Vie\u0323\u0302c na\u0300y thuo\u0323\u0302c Ủy ban xã.", Number: 12}},
		{Name: "what a page could trip over", Reply: Reply{Text: "<script>alert(1)</script>\u202e &amp; https://example.com/\n--\n.\nTipbox-Site: khac"}},
		{Name: "the longest text", Reply: Reply{Answer: More, Text: strings.Repeat("ữ", 1000)}},
	} {
		r.Code, r.BaseURL = complete("123456789012345678"), box
		r.Reply.Unit, r.Reply.Site, r.Reply.On = "na-co-sa", "ncs01", "2026-11-29"
		plain, err := r.Reply.Plaintext()
		if err != nil || len(plain) != plainSize {
			t.Fatalf("%s: %d bytes, %v", r.Name, len(plain), err)
		}
		r.plaintext = plain
		r.Message = strings.TrimRight(string(plain), " \n") + "\n"
		v.Replies = append(v.Replies, r)
	}
	return v
}

// TestVectors holds what the code leads to, byte for byte: codes on paper, and the
// page's script, depend on it.
func TestVectors(t *testing.T) {
	now := made(t)
	var want vectors
	file, err := os.ReadFile(vectorFile)
	if err == nil {
		err = json.Unmarshal(file, &want)
	}
	if err != nil && !*update {
		t.Fatal(err)
	}
	for i := range now.Replies {
		r := &now.Replies[i]
		if *update {
			r.Sealed = sealedByAge(t, r)
		} else if i < len(want.Replies) {
			r.Sealed = want.Replies[i].Sealed
		}
		mine, err := r.Code.Derive(r.BaseURL)
		if err != nil {
			t.Fatal(err)
		}
		got, err := mine.Open(r.Sealed)
		if err != nil || got.Answer != r.Reply.Answer || got.Number != r.Reply.Number || len(r.Sealed) != SealedSize {
			t.Errorf("%s: opened %+v, %v", r.Name, got, err)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(now); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(vectorFile, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(b.Bytes(), file) {
		t.Errorf("a code no longer leads where %s says: codes that senders keep would be lost", vectorFile)
	}
}

func sealedByAge(t *testing.T, r *replyVector) []byte {
	t.Helper()
	mine, err := r.Code.Derive(r.BaseURL)
	if err != nil {
		t.Fatal(err)
	}
	to, err := age.ParseX25519Recipient(mine.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(r.plaintext); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
