package plaintext

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"tipbox/intake"
)

const bound = "BOUNDARYBOUNDARYBOUNDARYXY"

func textTip(message string) *intake.Tip {
	return &intake.Tip{
		ID: "TB-7F3K-9QMX", Unit: "na-co-sa", Site: "ncs01", SiteName: "Nhà văn hóa bản Na Cô Sa 1",
		Mailbox: intake.Crime, Lang: "vi", Message: message,
	}
}

// longest returns the tip with the longest of everything but photos.
func longest() *intake.Tip {
	return &intake.Tip{
		ID: "TB-ZZZZ-ZZZZ", Unit: strings.Repeat("u", 40), Site: strings.Repeat("s", 24),
		SiteName: strings.Repeat("ệ", 120), Mailbox: intake.Report, Urgent: true, Lang: "zh-Hant-TW",
		Message: strings.Repeat("ệ\n", intake.MaxMessageBytes/5),
		Place:   strings.Repeat("x", intake.MaxDetailBytes),
		Time:    strings.Repeat("y", intake.MaxDetailBytes),
		Reply: intake.ReplyTo{
			Recipient: "age1" + strings.Repeat("q", 58), Lookup: strings.Repeat("f", 32), Tag: "ZZZZZZ",
			At: "https://" + strings.Repeat("h", intake.MaxReplyAt-len("https://")),
		},
	}
}

func TestLongestTextHasTheSmallestSize(t *testing.T) {
	plain, err := Write(longest(), bound)
	if err != nil {
		t.Fatal(err)
	}
	used := len(bytes.TrimRight(plain, " \n"))
	if len(plain) != Sizes[0] {
		t.Errorf("%d of %d bytes used", used, len(plain))
	}
}

func TestPhotoRoom(t *testing.T) {
	if PhotoRoom(0) != 0 {
		t.Error("no photos have room")
	}
	for n := 1; n <= intake.MaxPhotos; n++ {
		tip := longest()
		for range n {
			tip.Photos = append(tip.Photos, make([]byte, PhotoRoom(n)))
		}
		if plain, err := Write(tip, bound); err != nil || len(plain) != MaxSize {
			t.Errorf("%d photos of the room given: %d bytes, %v", n, len(plain), err)
		}
		if used := n * PhotoRoom(n); used < MaxSize*72/100 {
			t.Errorf("%d photos have %d bytes in all", n, used)
		}
		tip.Photos[0] = make([]byte, MaxSize)
		if _, err := Write(tip, bound); !errors.Is(err, intake.ErrTooLarge) {
			t.Errorf("a photo too large: %v", err)
		}
	}
}

func TestPhotosHaveTheSizeClasses(t *testing.T) {
	seen := map[int]bool{}
	for size := 1000; size < 3_000_000; size += 97_001 {
		tip := textTip("Ảnh đây.")
		tip.Photos = [][]byte{make([]byte, size)}
		plain, err := Write(tip, bound)
		if err != nil {
			t.Fatal(err)
		}
		seen[len(plain)] = true
	}
	for _, size := range Sizes {
		delete(seen, size)
	}
	if len(seen) > 0 {
		t.Errorf("sizes that are no class: %v", seen)
	}
}

func TestHostileHeaders(t *testing.T) {
	tip := textTip("x")
	tip.Lang = "vi\r\nTipbox-Urgent: yes"
	plain, err := Write(tip, bound)
	if err != nil || !bytes.Contains(plain, []byte("Tipbox-Lang: und\r\n")) || bytes.Contains(plain, []byte("yes")) {
		t.Errorf("%v: %q", err, plain[:600])
	}
	tip.Unit = "a\r\nb"
	if _, err := Write(tip, bound); err == nil {
		t.Error("a unit with a line end was taken")
	}
	for _, reply := range []intake.ReplyTo{
		{Code: "1\r\nTipbox-Urgent: yes"}, {Tag: "K7Q 2PX"}, {At: "https://a\r\nx"}, {At: "https://a/b"}, {At: "https://" + strings.Repeat("a", intake.MaxReplyAt)},
	} {
		tip := textTip("x")
		tip.Reply = reply
		if _, err := Write(tip, bound); err == nil {
			t.Errorf("%+v was taken", reply)
		}
	}
}

// A tip that fills its class to the last byte has that class and is not padded.
func TestExactFit(t *testing.T) {
	rest, err := message(textTip(""), nil, bound)
	if err != nil {
		t.Fatal(err)
	}
	fits := Sizes[0] - len(rest)
	for n, size := range map[int]int{fits - 1: Sizes[0], fits: Sizes[0], fits + 1: Sizes[1]} {
		tip := textTip(strings.Repeat("a", n))
		plain, err := Write(tip, bound)
		if err != nil || len(plain) != size || !bytes.HasSuffix(plain, []byte("\n")) {
			t.Errorf("%d bytes: %d, %v, want %d", n, len(plain), err, size)
		}
		if got := Parse(plain); got.Text != tip.Message || len(got.Warnings) > 0 {
			t.Errorf("%d bytes: read back %d, %v", n, len(got.Text), got.Warnings)
		}
	}
}

// The payload of a tip has one of six lengths, and no other is taken for one.
func TestPayloadSize(t *testing.T) {
	// By hand: a nonce of 16, and a tag of 16 for each 64 KiB or part of it, of
	// which there is at least one.
	for n, want := range map[int]int{
		0: 16 + 16, 1: 16 + 1 + 16, 16 << 10: 16 + 16384 + 16,
		64 << 10: 16 + 65536 + 16, 64<<10 + 1: 16 + 65537 + 32, 4 << 20: 16 + 4194304 + 64*16,
	} {
		if got := PayloadSize(n); got != want {
			t.Errorf("%d bytes: %d, want %d", n, got, want)
		}
	}
	for _, size := range Sizes {
		if n := PayloadSize(size); !HasSize(n) || HasSize(n-1) || HasSize(n+1) {
			t.Errorf("the payload of %d bytes", size)
		}
	}
}

// A site's name of just the length that has room stays, and a longer one is cut
// between two characters.
func TestLongSiteNames(t *testing.T) {
	for name, want := range map[string]string{
		strings.Repeat("ệ", maxNameBytes/3):        strings.Repeat("ệ", maxNameBytes/3),
		strings.Repeat("ệ", maxNameBytes/3) + "a":  strings.Repeat("ệ", maxNameBytes/3) + "…",
		"ab" + strings.Repeat("ệ", maxNameBytes/3): "ab" + strings.Repeat("ệ", maxNameBytes/3-1) + "…",
	} {
		tip := textTip("x")
		tip.SiteName = name
		plain, err := Write(tip, bound)
		if err != nil {
			t.Fatal(err)
		}
		if got := Parse(plain).SiteName; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
