// Package patrol tells whether the posters that hang out there are ours.
package patrol

import (
	"errors"
	"fmt"
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

// Verify is tipbox verify: what it is given.
type Verify struct {
	Photos []string // and folders of them
	CSV    string   // a table to write, "" for none
	// Missing has the sites named of which no genuine poster was photographed in so
	// many weeks before this one; 0 for none. Then there need be no photos.
	Missing int
	Now     func() time.Time // default time.Now
}

// Run judges every code in every photo.
func (c *Verify) Run(t *terminal.Terminal, cfg *config.Config) error {
	if c.Now == nil {
		c.Now = time.Now
	}
	now := c.Now()
	candidates, err := candidatesIn(c.Photos)
	if err != nil {
		return terminal.Usage(err)
	}
	v := verifier{cfg: cfg, now: now}
	seen := make(map[string]bool) // codes of genuine posters
	rows := [][]string{{"photo", "verdict", "link", "note"}}
	var codes, bad, unreadable int
	strange := false    // a code that was never ours, or is not any more
	var others []string // that hold no picture
	for i, found := range inOrder(candidates, v.look) {
		t.Step("photo", i+1, len(candidates))
		if len(found) == 0 {
			others = append(others, filepath.Base(candidates[i].name))
		}
		for _, f := range found {
			t.Done()
			fmt.Fprintln(t.Out, strings.Join(f.row(), "\t"))
			switch f.verdict {
			case qr.Unreadable:
				unreadable++
			case qr.Genuine:
				codes++
				seen[f.code] = true
			default:
				codes++
				bad++
				strange = strange || f.verdict != qr.Withdrawn // there the note says what to do
			}
			rows = append(rows, table.Inert(f.row()))
		}
	}
	t.Done()
	photos := len(candidates) - len(others)
	if photos == 0 && (c.Missing == 0 || len(c.Photos) > 0) {
		return terminal.Usage(terminal.Hint(errors.New("there are no photos in the folder"), "expected JPEG, PNG, WebP, TIFF or scanned PDF files"))
	}
	if err := noteSeen(cfg, seen, now); err != nil {
		t.Warn("%s: %v", "ảnh nào đã chụp, không ghi lại được / what was photographed is not noted", err)
	}
	var gone []finding
	if c.Missing > 0 {
		if gone, err = missingSites(cfg, c.Missing, now); err != nil {
			return err
		}
		for _, f := range gone {
			fmt.Fprintln(t.Out, strings.Join(f.row(), "\t"))
			rows = append(rows, table.Inert(f.row()))
		}
	}
	if c.CSV != "" {
		if err := table.Replace(c.CSV, ',', rows, "bảng", "table"); err != nil {
			return err
		}
	}
	vi := fmt.Sprintf("%d ảnh, %d mã: %d thật, %d không", photos, codes, codes-bad, bad)
	en := fmt.Sprintf("%s, %s: %d genuine, %d not", terminal.Counted(photos, "photo"), terminal.Counted(codes, "code"), codes-bad, bad)
	if unreadable > 0 {
		vi += fmt.Sprintf("; %d ảnh không đọc được", unreadable)
		en += fmt.Sprintf("; %s unreadable", terminal.Counted(unreadable, "photo"))
	}
	if photos > 0 {
		t.Say("%s / %s", vi, en)
	}
	if c.Missing > 0 {
		t.Say("%d điểm không có ảnh thật nào trong %d tuần / %s without a genuine photo in %s",
			len(gone), c.Missing, terminal.Counted(len(gone), "site"), terminal.Counted(c.Missing, "week"))
	}
	if others != nil {
		t.Say("%d tệp khác không phải ảnh, không xem / %s without a picture, left out: %s",
			len(others), terminal.Counted(len(others), "other file"), strings.Join(first(others, 5), ", "))
	}
	if strange {
		t.Say("foreign, unknown: gỡ xuống, báo đơn vị / take it down, tell the unit")
	}
	if bad+unreadable+len(gone) > 0 {
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
	code    string // of our site, where the poster is genuine
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

// first returns the first n names, with "…" for the others.
func first(names []string, n int) []string {
	if len(names) <= n {
		return names
	}
	return append(slices.Clone(names[:n]), "…")
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
