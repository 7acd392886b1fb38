// Package patrol tells whether the posters that hang out there are ours.
package patrol

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"

	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/table"
	"tipbox/cmd/internal/terminal"
	"tipbox/qr"
)

// maxVerifyPixels is the largest photo that is decoded: phones with 108
// megapixels store 12 unless told otherwise.
const maxVerifyPixels = 120_000_000

// maxVerifyFile is more than such a photo takes, even as a PNG.
const maxVerifyFile = 1 << 29

// Verify is tipbox verify: what it is given.
type Verify struct {
	Photos []string // and folders of them
	CSV    string   // a table to write, "" for none
}

// Run judges every code in every photo.
func (c *Verify) Run(t *terminal.Terminal, cfg *config.Config) error {
	photos, err := photosIn(c.Photos)
	if err != nil {
		return terminal.Usage(err)
	}
	v := verifier{cfg: cfg, now: time.Now()}
	rows := [][]string{{"photo", "verdict", "link", "note"}}
	var codes, bad, unreadable int
	strange := false // a code that was never ours, or is not any more
	for i, found := range inOrder(photos, v.photo) {
		t.Step("photo", i+1, len(photos))
		for _, f := range found {
			t.Done()
			fmt.Fprintln(t.Out, strings.Join(f.row(), "\t"))
			switch f.verdict {
			case qr.Unreadable:
				unreadable++
			case qr.Genuine:
				codes++
			default:
				codes++
				bad++
				strange = strange || f.verdict != qr.Withdrawn // there the note says what to do
			}
			rows = append(rows, table.Inert(f.row()))
		}
	}
	t.Done()
	if c.CSV != "" {
		if err := table.Replace(c.CSV, ',', rows, "bảng", "table"); err != nil {
			return err
		}
	}
	vi := fmt.Sprintf("%d ảnh, %d mã: %d thật, %d không", len(photos), codes, codes-bad, bad)
	en := fmt.Sprintf("%s, %s: %d genuine, %d not", terminal.Counted(len(photos), "photo"), terminal.Counted(codes, "code"), codes-bad, bad)
	if unreadable > 0 {
		vi += fmt.Sprintf("; %d ảnh không đọc được", unreadable)
		en += fmt.Sprintf("; %s unreadable", terminal.Counted(unreadable, "photo"))
	}
	t.Say("%s / %s", vi, en)
	if strange {
		t.Say("foreign, unknown: gỡ xuống, báo đơn vị / take it down, tell the unit")
	}
	if bad+unreadable > 0 {
		return terminal.ErrSilent
	}
	return nil
}

// finding is one line of the result.
type finding struct {
	photo   string
	verdict qr.Verdict
	link    string
	note    string
}

// row returns the finding's columns without anything that could act on a
// terminal: the link is a stranger's text.
func (f finding) row() []string {
	clean := func(s string) string {
		return strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) || unicode.Is(unicode.Bidi_Control, r) {
				return '�'
			}
			return r
		}, s)
	}
	return []string{clean(f.photo), string(f.verdict), clean(f.link), clean(f.note)}
}

// photosIn returns the photos named and those in the folders named.
func photosIn(paths []string) ([]string, error) {
	var photos []string
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("looking for photos: %w", err)
		}
		if !info.IsDir() {
			photos = append(photos, p)
			continue
		}
		entries, err := os.ReadDir(p)
		if err != nil {
			return nil, fmt.Errorf("looking for photos: %w", err)
		}
		for _, e := range entries {
			// HEIC is not read, but must not be passed over in silence.
			if ext := strings.ToLower(filepath.Ext(e.Name())); slices.Contains([]string{".jpg", ".jpeg", ".png", ".heic", ".heif"}, ext) {
				photos = append(photos, filepath.Join(p, e.Name()))
			}
		}
	}
	if len(photos) == 0 {
		return nil, terminal.Hint(errors.New("there are no photos in the folder"), "expected files ending in .jpg, .jpeg or .png")
	}
	return photos, nil
}

// inOrder applies work to all items on all processors and yields the results in
// the items' order as they come.
func inOrder[In, Out any](items []In, work func(In) Out) func(yield func(int, Out) bool) {
	return func(yield func(int, Out) bool) {
		queue := make(chan chan Out, max(runtime.GOMAXPROCS(0)-1, 0))
		stop := make(chan struct{})
		defer close(stop)
		go func() {
			defer close(queue)
			for _, item := range items {
				result := make(chan Out, 1)
				select {
				case queue <- result:
					go func() { result <- work(item) }()
				case <-stop:
					return
				}
			}
		}()
		i := 0
		for result := range queue {
			if !yield(i, <-result) {
				return
			}
			i++
		}
	}
}
