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
	}
}

func TestLongestTextHasTheSmallestSize(t *testing.T) {
	plain, err := Write(longest(), bound)
	if err != nil {
		t.Fatal(err)
	}
	used := len(bytes.TrimRight(plain, " \n"))
	if len(plain) != Sizes[0] || Sizes[0]-used < replyRoom {
		t.Errorf("%d of %d bytes used: no room for the headers of a receipt", used, len(plain))
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
}
