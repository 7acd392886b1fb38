package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"tipbox/intake"
	"tipbox/intake/config"
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

// verifier judges photos against a configuration.
type verifier struct {
	cfg *config.Config
	now time.Time
}

// photo returns a finding for each code in the photo, at least one. Whatever a
// stranger's print does to the reader, the other photos are judged.
func (v *verifier) photo(name string) (list []finding) {
	unreadable := func(vi, en string) []finding {
		return []finding{{photo: name, verdict: qr.Unreadable, note: vi + " / " + en}}
	}
	defer func() {
		if recover() != nil {
			list = unreadable("không đọc được ảnh này; chụp lại", "the photo cannot be read; photograph again")
		}
	}()
	img, err := readPhoto(name)
	switch {
	case errors.Is(err, image.ErrFormat):
		return unreadable("không phải ảnh JPEG hay PNG; máy iPhone: Cài đặt, Camera, Định dạng, Tương thích nhất",
			"not a JPEG or PNG; on an iPhone: Settings, Camera, Formats, Most Compatible")
	case err != nil:
		return unreadable("không mở được ảnh: "+err.Error(), "the photo cannot be opened")
	}
	codes := qr.Read(img)
	if len(codes) == 0 {
		return unreadable("không đọc được mã nào; chụp lại gần hơn, thẳng, đủ sáng, cả bốn góc của mã",
			"no code could be read; photograph again from nearer, straight on, in good light, all corners of the code in view")
	}
	for _, code := range codes {
		list = append(list, v.judge(name, code.Text))
	}
	// What is wrong comes first: it is what the patrol must see.
	slices.SortStableFunc(list, func(a, b finding) int {
		if (a.verdict == qr.Genuine) != (b.verdict == qr.Genuine) {
			if a.verdict == qr.Genuine {
				return 1
			}
			return -1
		}
		return 0
	})
	return list
}

func readPhoto(name string) (image.Image, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, maxVerifyFile))
	if err != nil {
		return nil, err
	}
	return qr.DecodePhoto(file, maxVerifyPixels)
}

func (v *verifier) judge(photo, text string) finding {
	var site *intake.Site
	j := qr.Judge(text, v.cfg.BaseURL, func(code string) (known, withdrawn bool) {
		site = v.cfg.Directory.Site(code)
		return site != nil, site != nil && site.IsWithdrawn(v.now)
	})
	f := finding{photo: photo, verdict: j.Verdict, link: text}
	switch j.Verdict {
	case qr.Genuine:
		f.note = placeOf(site)
	case qr.Withdrawn:
		f.note = fmt.Sprintf("%s: đã thu hồi từ %s, gỡ xuống / withdrawn, take it down",
			placeOf(site), site.Withdrawn.Format("02/01/2006"))
	case qr.Unknown:
		f.note = fmt.Sprintf("không có điểm nào mã %q / no site has the code", j.Code)
	case qr.Foreign:
		f.note = v.difference(j)
	}
	return f
}

// placeOf names the site, without what only tells a poster where lines may end.
func placeOf(site *intake.Site) string {
	return strings.NewReplacer("\u00a0", " ", "\u200b", "").Replace(site.Unit.Name.In() + ", " + site.Name.In())
}

// difference says how a foreign link differs from ours.
func (v *verifier) difference(j qr.Judgement) string {
	ours := v.cfg.BaseURL.Host
	switch j.Difference {
	case qr.NotALink:
		return "không phải địa chỉ trang web / not a web address"
	case qr.UserInHost:
		return fmt.Sprintf("giả dạng: dẫn đến %s, phần trước dấu @ chỉ để lừa / disguised: leads to the part behind the @", j.Host)
	case qr.LookAlike:
		return fmt.Sprintf("giả dạng: %s viết bằng chữ trông giống %s / look-alike letters", j.Host, ours)
	case qr.NearHost:
		return fmt.Sprintf("giả dạng: %s gần giống %s, khác một hai chữ / a letter or two differ", j.Host, ours)
	case qr.HostAsPrefix:
		return fmt.Sprintf("giả dạng: %s chỉ mượn tên %s / our name inside another's", j.Host, ours)
	case qr.OtherHost:
		return fmt.Sprintf("dẫn đến nơi khác: %s / leads elsewhere", j.Host)
	case qr.OtherScheme:
		return fmt.Sprintf("không phải %s:// / not %[1]s", v.cfg.BaseURL.Scheme)
	case qr.OtherPort:
		return fmt.Sprintf("sai cổng, phải là %s / wrong port", ours)
	case qr.OtherPath:
		return fmt.Sprintf("đúng %s nhưng sai đường dẫn, phải là /t/MÃ / wrong path", ours)
	case qr.Additions:
		return "thêm phần sau dấu ? hoặc #, không phải do ta in / an added query or fragment, not printed by us"
	}
	return string(j.Difference)
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
