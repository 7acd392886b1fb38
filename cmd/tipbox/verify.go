package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"tipbox/qr"
)

// maxVerifyPixels is the largest photo that is decoded: phones with 108
// megapixels store 12 unless told otherwise.
const maxVerifyPixels = 120_000_000

// maxVerifyFile is more than such a photo takes, even as a PNG.
const maxVerifyFile = 1 << 29

type verifyCmd struct {
	config string
	csv    string
	photos []string
}

func newVerifyCommand(t *terminal) *cobra.Command {
	var c verifyCmd
	cmd := &cobra.Command{
		Use:   "verify PHOTO...",
		Short: "Tell whether posters in photos are ours",
		Long: `Tell whether posters in photos are ours. A line is printed for each code, and
for a photo without one: photo, verdict, link, and what to know about it. The
verdict is genuine, foreign, unknown, withdrawn or unreadable; the exit status
is 1 unless all are genuine.

Arguments:
  PHOTO...   JPEG or PNG photos of posters, or folders of them`,
		Example: `  tipbox verify --csv tuan-tra.csv anh-tuan-tra`,
		Args:    arguments("PHOTO..."),
		RunE: func(_ *cobra.Command, args []string) error {
			c.photos = args
			return c.run(t)
		},
	}
	configFlag(cmd.Flags(), &c.config)
	cmd.Flags().StringVar(&c.csv, "csv", "", "also write the lines to `FILE.csv`, a table that opens in Excel")
	return cmd
}

// run judges every code in every photo.
func (c *verifyCmd) run(t *terminal) error {
	cfg, err := loadConfig(c.config)
	if err != nil {
		return err
	}
	photos, err := photosIn(c.photos)
	if err != nil {
		return usage(err)
	}
	v := verifier{cfg: cfg, now: time.Now()}
	var all []finding
	var codes, bad, unreadable int
	strange := false // a code that was never ours, or is not any more
	for i, found := range inOrder(photos, v.photo) {
		t.step("photo", i+1, len(photos))
		for _, f := range found {
			t.done()
			fmt.Fprintln(t.out, strings.Join(f.row(), "\t"))
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
			all = append(all, f)
		}
	}
	t.done()
	if c.csv != "" {
		if err := writeFindings(c.csv, all); err != nil {
			return err
		}
	}
	vi := fmt.Sprintf("%d ảnh, %d mã: %d thật, %d không", len(photos), codes, codes-bad, bad)
	en := fmt.Sprintf("%s, %s: %d genuine, %d not", counted(len(photos), "photo"), counted(codes, "code"), codes-bad, bad)
	if unreadable > 0 {
		vi += fmt.Sprintf("; %d ảnh không đọc được", unreadable)
		en += fmt.Sprintf("; %s unreadable", counted(unreadable, "photo"))
	}
	t.say("%s / %s", vi, en)
	if strange {
		t.say("foreign, unknown: gỡ xuống, báo đơn vị / take it down, tell the unit")
	}
	if bad+unreadable > 0 {
		return errSilent
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
		return nil, hint(errors.New("there are no photos in the folder"), "expected files ending in .jpg, .jpeg or .png")
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

// writeFindings writes the table, all of it or nothing, with a byte order mark, by
// which Excel knows UTF-8.
func writeFindings(name string, list []finding) error {
	var b bytes.Buffer
	b.WriteString(bom)
	w := csv.NewWriter(&b)
	rows := [][]string{{"photo", "verdict", "link", "note"}}
	for _, one := range list {
		row := one.row()
		for i, cell := range row {
			row[i] = inert(cell)
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	if err := replaceFile(name, b.Bytes(), 0o600); err != nil {
		return hint(fmt.Errorf("writing the table: %w", err),
			"đóng bảng trong Excel rồi chạy lại", "close the table in Excel and run this again")
	}
	return nil
}
