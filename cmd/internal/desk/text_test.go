package desk

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/intake"
)

// Anyone can seal a tip whose header is as long as a tip may be. Terminal and
// book have the beginning of it.
func TestLongHeaderFields(t *testing.T) {
	long := strings.Repeat("ă", 1_000_000)
	tip := newOpened(&plaintext.Tip{Unit: long, Site: long, SiteName: long, Mailbox: intake.Mailbox(long), Lang: long, Text: "x"}, open.Source{Name: "a.age"}, [32]byte{})
	var shown strings.Builder
	if err := printTip(&shown, &tip, columns); err != nil {
		t.Fatal(err)
	}
	if entry := fmt.Sprint(tip.entry(time.Now())); len(shown.String()) > 3000 || len(entry) > 3000 {
		t.Errorf("shown in %d bytes, entered in %d", shown.Len(), len(entry))
	}
	if !strings.Contains(shown.String(), "ăă…") {
		t.Error("nothing says that more was there")
	}
}

// Several officers open the same tip into one folder at once: each finds it whole.
func TestFoldersAreShared(t *testing.T) {
	c := Open{Output: filepath.Join(t.TempDir(), "tin")}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 400, 300)), nil); err != nil {
		t.Fatal(err)
	}
	photos := [][]byte{photo.Bytes(), photo.Bytes(), photo.Bytes()}
	for _, ref := range []string{"TB-0000-0001", "TB-0000-0002", "TB-0000-0003", "TB-0000-0004"} {
		var officers sync.WaitGroup
		for range 4 {
			officers.Go(func() {
				tip := opened{Tip: &plaintext.Tip{Mailbox: intake.Report, Text: "x", Photos: photos}, ref: ref, photos: len(photos)}
				if err := c.write(&terminal.Terminal{Err: io.Discard}, &tip); err != nil {
					t.Errorf("%s: %v", ref, err)
				}
			})
		}
		officers.Wait()
		if files, _ := filepath.Glob(filepath.Join(c.Output, ref, "*")); len(files) != 4 {
			t.Errorf("%s has %v", ref, files)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(c.Output, "*.part")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
