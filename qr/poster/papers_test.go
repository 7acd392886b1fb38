package poster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"tipbox/intake"
)

// papers lists every paper, its size in millimetres and how many codes it has.
var papers = []struct {
	paper Paper
	w, h  float64
	codes int
}{
	{A4, 210, 297, 1}, {A3, 297, 420, 1}, {A5, 148, 210, 1}, {Stickers, 210, 297, 8}, {Slip, 210, 297, 2}, {Share, 108, 135, 1},
}

// TestPapers prints every paper as PDF and lets poppler and zbar, which know
// nothing of us, read it.
func TestPapers(t *testing.T) {
	for _, program := range []string{"pdftoppm", "pdftotext", "pdfinfo", "zbarimg"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is needed (Debian: poppler-utils, zbar-tools): %v", program, err)
		}
	}
	site := sample1(t)
	for _, c := range papers {
		t.Run(string(c.paper), func(t *testing.T) {
			o := options(t, c.paper)
			dir := t.TempDir()
			printed, err := Write(context.Background(), dir, PDF, []*intake.Site{site}, o)
			files := Files(printed)
			if err != nil {
				t.Fatal(err)
			}
			pdf := files[0]
			info := strings.Join(lines(t, "pdfinfo", pdf), "\n")
			if want := fmt.Sprintf("Page size:       %.6g x %.6g pts", math.Round(c.w*pointsPerMM*100)/100, math.Round(c.h*pointsPerMM*100)/100); !strings.Contains(info, want) {
				t.Errorf("no %q in\n%s", want, info)
			}
			if host, err := os.Hostname(); err == nil && host != "" && strings.Contains(info, host) || strings.Contains(info, dir) {
				t.Errorf("the file tells of this machine:\n%s", info)
			}
			picture := filepath.Join(dir, "page")
			lines(t, "pdftoppm", "-r", "150", "-png", "-singlefile", pdf, picture)
			read := lines(t, "zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", picture+".png")
			want := slices.Repeat([]string{o.Link(site)}, c.codes)
			if !slices.Equal(read, want) {
				t.Errorf("zbar reads %q", read)
			}
			text := strings.ReplaceAll(strings.Join(lines(t, "pdftotext", "-raw", pdf, "-"), " "), "\u00a0", " ")
			for _, want := range []string{"Đồn Biên phòng Na Cô Sa", strings.TrimPrefix(o.Link(site), "https://")} {
				if !strings.Contains(norm.NFC.String(text), want) {
					t.Errorf("the text does not hold %q:\n%s", want, text)
				}
			}
		})
	}
}

// TestSameBytes: the same sites give the same files on every paper in every format.
func TestSameBytes(t *testing.T) {
	sites := threeSites(t)
	for _, c := range papers {
		for format, count := range map[Format]int{PDF: 1, PNG: 3, SVG: 3} {
			if c.paper == Share && format != PDF {
				count *= 2 // with the message to paste
			}
			if format == PNG && c.paper != Share { // a minute's work at 300 dpi
				sameCoarse(t, c.paper, sites)
				continue
			}
			first, again := t.TempDir(), t.TempDir()
			files := writeAll(t, first, format, sites, c.paper)
			if len(files) != count {
				t.Errorf("%s, %s: %d files, want %d", c.paper, format, len(files), count)
			}
			writeAll(t, again, format, sites, c.paper)
			for _, file := range files {
				name := filepath.Base(file)
				one, err := os.ReadFile(file)
				two, err2 := os.ReadFile(filepath.Join(again, name))
				if err := errors.Join(err, err2); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(one, two) {
					t.Errorf("%s differs from one run to the next", name)
				}
			}
		}
	}
}

// sameCoarse compares the sites' PNGs of two drafters in a coarser grid.
func sameCoarse(t *testing.T, paper Paper, sites []*intake.Site) {
	t.Helper()
	if testing.Short() {
		return
	}
	for _, site := range sites {
		var one, two bytes.Buffer
		for _, b := range []*bytes.Buffer{&one, &two} {
			page := drawPage(t, paper, site)
			page.dpi = 100
			if err := page.writePNG(b); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Errorf("%s: two PNGs of site %s differ", paper, site.Code)
		}
	}
}

func writeAll(t *testing.T, dir string, format Format, sites []*intake.Site, paper Paper) []string {
	t.Helper()
	printed, err := Write(context.Background(), dir, format, sites, options(t, paper))
	files := Files(printed)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestPageSize: what the posters of a unit have in common is in the file once.
func TestPageSize(t *testing.T) {
	const n, most = 40, 60_000 // bytes a page
	files := writeAll(t, t.TempDir(), PDF, manySites(t, n), A4)
	info, err := os.Stat(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if info.Size()/n >= most {
		t.Errorf("%d bytes a page, expected less than %d", info.Size()/n, most)
	}
}

// manySites are sites of one unit.
func manySites(t testing.TB, n int) (sites []*intake.Site) {
	t.Helper()
	unit := sample1(t).Unit
	for i := range n {
		sites = append(sites, &intake.Site{Code: fmt.Sprintf("ncs%04d", i), Unit: unit, Name: intake.Names{"vi": fmt.Sprintf("Nhà văn hóa bản %d", i)}})
	}
	return sites
}

// TestRuler: 50 mm are 50 mm on every paper that has the ruler.
func TestRuler(t *testing.T) {
	for _, paper := range []Paper{A4, A3, A5} {
		found := false
		for _, it := range drawPage(t, paper, sample1(t)).items {
			if s, ok := it.(*shape); ok && len(s.path) == 52*5 {
				found = true
				// From the middle of the first mark to the middle of the last; marks are 0.2 mm wide.
				if w := s.path.bounds().w; math.Abs(w-50.2) > 0.01 {
					t.Errorf("%s: the ruler is %.2f mm long", paper, w-0.2)
				}
			}
		}
		if !found {
			t.Errorf("%s has no ruler", paper)
		}
	}
}

// TestCheck spoils pages and expects them to be refused.
func TestCheck(t *testing.T) {
	spoil := func(b func(code placed) box, c Color) error {
		page := drawPage(t, A4, sample1(t))
		page.items = append(page.items, &shape{rectangle(b(page.symbols[0])), c})
		return page.check()
	}
	var scan *ScanError
	if err := spoil(func(p placed) box { return p.inset(p.w / 3.2) }, white); !errors.As(err, &scan) {
		t.Errorf("a code with a hole: %v", err)
	}
	if err := spoil(func(p placed) box { return box{p.x, p.y, p.w / 3, p.h / 3} }, white); !errors.As(err, &scan) {
		t.Errorf("a code without a corner: %v", err)
	}
	if err := spoil(func(p placed) box { return box{p.x + p.w/2, p.y + 1, 2, 2} }, Color{255, 0, 0}); err == nil {
		t.Error("a spot in the quiet zone is let through")
	}
	page := drawPage(t, A4, sample1(t))
	other := drawPage(t, A4, &intake.Site{Code: "x9", Name: intake.Names{"vi": "Khác"}, Unit: sample1(t).Unit})
	page.symbols[0].symbol = other.symbols[0].symbol
	if err := page.check(); !errors.As(err, &scan) || scan.Read == "" {
		t.Errorf("another site's code: %v", err)
	}
}

// TestWriteUnscannable: a page whose code cannot be read is no file in any format.
func TestWriteUnscannable(t *testing.T) {
	paper := white
	defer func() { white = paper }()
	white = Color{} // below the modules too
	for _, c := range papers {
		for _, format := range []Format{PDF, PNG, SVG} {
			dir := t.TempDir()
			var scan *ScanError
			if files, err := Write(context.Background(), dir, format, []*intake.Site{sample1(t)}, options(t, c.paper)); !errors.As(err, &scan) || len(files) > 0 {
				t.Errorf("%s, %s: %v, %v", c.paper, format, files, err)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("%s, %s: left behind: %v, %v", c.paper, format, left, err)
			}
		}
	}
	white = paper
	// A PNG is read once more, in its own grid.
	page := drawPage(t, Share, sample1(t))
	page.items = append(page.items, &shape{rectangle(page.symbols[0].inset(page.symbols[0].w / 3.2)), white})
	var scan *ScanError
	var out bytes.Buffer
	if err := page.writePNG(&out); !errors.As(err, &scan) || out.Len() > 0 {
		t.Errorf("a spoiled picture: %d bytes, %v", out.Len(), err)
	}
}

// TestWriteFails leaves no file behind.
func TestWriteFails(t *testing.T) {
	dir := t.TempDir()
	good, bad := sample1(t), sample1(t)
	bad.Name["vi"] = "漢"
	if files, err := Write(context.Background(), dir, PDF, []*intake.Site{good, bad}, options(t, A4)); err == nil || len(files) > 0 {
		t.Errorf("%v, %v", files, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Write(ctx, dir, PDF, []*intake.Site{good}, options(t, A4)); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// BenchmarkPages counts A4 pages a second, drawn, checked and written to one PDF.
func BenchmarkPages(b *testing.B) {
	const n = 200
	sites := manySites(b, n)
	o := options(b, A4)
	dir := b.TempDir()
	var size int64
	for b.Loop() {
		printed, err := Write(context.Background(), dir, PDF, sites, o)
		files := Files(printed)
		if err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(files[0])
		if err != nil {
			b.Fatal(err)
		}
		size = info.Size()
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "pages/s")
	b.ReportMetric(float64(size)/n, "bytes/page")
}

// TestManyPages: a unit's pages are parted into files that a small machine can hold,
// each unit's apart, however the sites come.
func TestManyPages(t *testing.T) {
	t.Parallel()
	w := &writer{dir: t.TempDir(), format: PDF, o: options(t, Stickers)}
	units := []*intake.Unit{{ID: "a"}, {ID: "b"}}
	var sites []*intake.Site
	for n := range 2*maxPages + 2 {
		sites = append(sites, &intake.Site{Code: fmt.Sprint("s", n), Unit: units[n%2]})
	}
	page := &Page{Width: 210, Height: 297, Title: "x", Heading: "y", Lang: "vi"}
	for _, s := range byUnit(sites) {
		if err := w.add(s, page); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.finish(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range Files(w.printed) {
		names = append(names, filepath.Base(f))
	}
	if want := []string{"poster-stickers-a.pdf", "poster-stickers-a-2.pdf", "poster-stickers-b.pdf", "poster-stickers-b-2.pdf"}; !slices.Equal(names, want) {
		t.Errorf("%v", names)
	}
	if last := w.printed[len(w.printed)-1]; len(w.printed) != len(sites) || last.Page != 1 || last.Site.Code != "s101" {
		t.Errorf("%d pages, the last %+v", len(w.printed), last)
	}
}
