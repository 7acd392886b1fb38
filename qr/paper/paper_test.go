package paper

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/intake/waittest"
	"tipbox/qr/scan"
)

// identity returns as many bytes as a locked identity could have.
func identity(seed uint64, size int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed)})
	b := make([]byte, size)
	_, _ = r.Read(b)
	return b
}

// print renders a sheet as a printer and a scanner of so many dpi do.
func print(t *testing.T, locked []byte, dpi string) (pdf string, pages []*image.Gray) {
	t.Helper()
	var b bytes.Buffer
	s := Sheet{
		Locked: locked, Label: "Đại úy Giàng A Páo, Đồn Biên phòng Na Cô Sa", Kind: "post-quantum",
		Fingerprint: "2461 6968 3637 3242 5585 9764", Day: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	}
	if err := s.WritePDF(&b); err != nil {
		t.Fatal(err)
	}
	pdf = filepath.Join(t.TempDir(), "to.pdf")
	if err := os.WriteFile(pdf, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "pdftoppm", "-r", dpi, "-gray", "-png", pdf, strings.TrimSuffix(pdf, ".pdf"))
	names, err := filepath.Glob(filepath.Join(filepath.Dir(pdf), "*.png"))
	if err != nil || names == nil {
		t.Fatalf("no page: %v", err)
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		gray := image.NewGray(img.Bounds())
		draw.Draw(gray, gray.Rect, img, image.Point{}, draw.Src)
		pages = append(pages, gray)
	}
	return pdf, pages
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is not on this machine: make deps installs it", program)
	}
	out, err := waittest.Command(t, path, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", program, err)
	}
	return string(out)
}

// TestRescue does what the foot of the sheet says, word by word, without tipbox
// and age: the file that age would be given is the locked identity. The sizes need
// every number of = signs.
func TestRescue(t *testing.T) {
	t.Parallel()
	numbered := regexp.MustCompile(`^ *\d\d/\d\d [A-Z2-7 ]+$`)
	for _, size := range []int{40, 329, 330, 331, 332, 333, MaxSize} {
		want := identity(2, size)
		pdf, _ := print(t, want, "20")
		text := run(t, "pdftotext", "-layout", pdf, "-")
		var sheet strings.Builder
		for line := range strings.Lines(text) {
			// The letters stand apart; a group and the check are 4 of them.
			if numbered.MatchString(strings.TrimRight(line, "\n")) {
				letters := strings.ReplaceAll(strings.TrimSpace(line)[len("01/17"):], " ", "")
				fmt.Fprintln(&sheet, letters[:len(letters)-checkSize])
			}
		}
		shell := regexp.MustCompile(`s=\$\(.*>key\.age`).FindString(text)
		if shell == "" {
			t.Fatalf("no steps on the sheet:\n%s", text)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "sheet.txt"), []byte(sheet.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := waittest.Command(t, "sh", "-c", shell)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%d bytes: %v: %s", size, err, out)
		}
		if got, err := os.ReadFile(filepath.Join(dir, "key.age")); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: the steps give %d bytes, %v", size, len(got), err)
		}
	}
}

// TestScan: all sizes of identity come back from the rendered sheet, by our own
// reader and, code by code, by zbar.
func TestScan(t *testing.T) {
	t.Parallel()
	for _, size := range []int{330, 40, MaxSize} {
		want := identity(1, size)
		pdf, pages := print(t, want, "150")
		var r Reading
		for _, page := range slices.Backward(pages) {
			if err := r.AddPhoto(page); err != nil && (page == pages[0] || !errors.Is(err, ErrNoCode)) {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
		if got, err := r.Locked(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes: %v", size, err)
		}

		lines, err := split(want)
		if err != nil {
			t.Fatal(err)
		}
		read := run(t, "zbarimg", "--quiet", "--raw", filepath.Join(filepath.Dir(pdf), "to-1.png"))
		for _, c := range codes(len(lines)) {
			if !strings.Contains(read, c.text(lines)+"\n") {
				t.Errorf("%d bytes: zbar does not read the code of lines %d to %d", size, c.first, c.last)
			}
		}

		// What stands there as text is what restores.
		r = Reading{}
		if err := r.AddText(run(t, "pdftotext", "-layout", pdf, "-")); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if got, err := r.Locked(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, as text: %v", size, err)
		}
	}
	if err := (&Sheet{Locked: identity(1, MaxSize+1)}).WritePDF(&bytes.Buffer{}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
}

// TestPhoto: a dim, noisy, slightly turned photo, upside down, as a JPEG.
func TestPhoto(t *testing.T) {
	t.Parallel()
	want := identity(2, 330)
	_, pages := print(t, want, "200")
	if len(pages) != 1 {
		t.Fatalf("a key of tipbox's own takes %d pages", len(pages))
	}
	photo := spoil(pages[0])
	var b bytes.Buffer
	if err := jpeg.Encode(&b, photo, &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	restored := func(file []byte) ([]byte, error) {
		var r Reading
		if err := r.AddFile(file); err != nil {
			return nil, err
		}
		return r.Locked()
	}
	if got, err := restored(b.Bytes()); err != nil || !bytes.Equal(got, want) {
		t.Errorf("a photo: %v", err)
	}
	// An office scanner wraps the same JPEG in a PDF.
	scanned := slices.Concat([]byte("%PDF-1.4\n1 0 obj\n<</Filter /DCTDecode>>\nstream\n"), b.Bytes(), []byte("\nendstream\nendobj\n"))
	if got, err := restored(scanned); err != nil || !bytes.Equal(got, want) {
		t.Errorf("a scan in a PDF: %v", err)
	}

	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"our own PDF":   {[]byte("%PDF-1.3\nvector\n"), scan.ErrEmptyPDF},
		"a program":     {[]byte("MZ"), scan.ErrNotPicture},
		"nothing of it": {b.Bytes()[:200], scan.ErrDamaged},
		"a wall":        {[]byte("P5"), scan.ErrNotPicture},
	} {
		if err := new(Reading).AddFile(c.file); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := new(Reading).AddPhoto(image.NewGray(image.Rect(0, 0, 300, 300))); !errors.Is(err, ErrNoCode) {
		t.Errorf("an empty page: %v", err)
	}
}

// spoil turns a page by 184 degrees and makes it dim and noisy.
func spoil(page *image.Gray) *image.Gray {
	b := page.Rect
	out := image.NewGray(b)
	r := rand.New(rand.NewPCG(1, 2))
	const sin, cos = 0.0698, 0.9976
	cx, cy := float64(b.Dx())/2, float64(b.Dy())/2
	for y := range b.Dy() {
		for x := range b.Dx() {
			dx, dy := cx-float64(x), cy-float64(y)
			from := page.GrayAt(int(cx+cos*dx-sin*dy), int(cy+sin*dx+cos*dy)).Y
			shade := 0.45 + 0.4*float64(x)/float64(b.Dx())
			out.SetGray(x, y, color.Gray{uint8(min(255, float64(from)*shade+float64(r.IntN(30))))})
		}
	}
	return out
}
