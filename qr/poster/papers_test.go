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
			files, err := Write(context.Background(), dir, PDF, []*intake.Site{site}, o)
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
			for _, want := range []string{"Hòm thư", "Đồn Biên phòng Na Cô Sa", o.Link(site)} {
				if !strings.Contains(norm.NFC.String(text), want) {
					t.Errorf("the text does not hold %q:\n%s", want, text)
				}
			}
		})
	}
}

// TestSameBytes: the same input gives the same file in every format.
func TestSameBytes(t *testing.T) {
	site := sample1(t)
	for _, format := range []Format{PDF, PNG, SVG} {
		var first []byte
		for range 2 {
			files, err := Write(context.Background(), t.TempDir(), format, []*intake.Site{site}, options(t, Share))
			if err != nil {
				t.Fatal(err)
			}
			data, err := os.ReadFile(files[0])
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = data
			} else if !bytes.Equal(first, data) {
				t.Errorf("two %s files differ", format)
			}
		}
	}
}

// longNames are the longest names that a configuration takes: communes whose
// names are among the country's longest, and sites of 90 characters.
var longNames = []struct{ unit, site string }{
	{"Đồn Biên phòng Cửa khẩu quốc tế Tây Trang, Bộ đội Biên phòng tỉnh Điện Biên", "Điểm trường mầm non và tiểu học bản Huổi Thủng 3, xã Na Cô Sa cũ, nay thuộc xã Quảng Lâm"},
	{"Công an phường Phan Rang - Tháp Chàm, tỉnh Khánh Hòa", "Nhà sinh hoạt cộng đồng khu phố 12, phường Phan Rang - Tháp Chàm, tỉnh Khánh Hòa, gần chợ "},
	{"Công an thị trấn Nông trường Việt Trung, huyện Bố Trạch, tỉnh Quảng Bình", "Trạm y tế thị trấn Nông trường Nghĩa Trung, phòng chờ tầng hai, cạnh quầy phát thuốc, bảng"},
	{"CÔNG AN PHƯỜNG PHAN RANG - THÁP CHÀM", "ĐIỂM TRƯỜNG MẦM NON VÀ TIỂU HỌC BẢN HUỔI THỦNG 3, XÃ NA CÔ SA CŨ, NAY THUỘC XÃ QUẢNG LÂM"},
}

// TestLongNames sets the longest names on every paper, in one to three languages,
// and looks for text that leaves the page, stands in the way of a code or lies
// over other text.
func TestLongNames(t *testing.T) {
	for _, names := range longNames {
		for _, languages := range [][]string{{"vi"}, {"vi", "en"}, {"vi", "en", "mww"}} {
			site := sample1(t)
			site.Unit.Name["vi"], site.Name["vi"] = names.unit, names.site
			site.Unit.Languages = languages
			for _, c := range papers {
				o := options(t, c.paper)
				o.Texts["mww"].Reviewed = true // as far as its length goes
				page, err := tryDraw(t, o, site)
				if err != nil {
					t.Errorf("%s in %v: %v", c.paper, languages, err)
					continue
				}
				checkText(t, page, fmt.Sprintf("%s in %v", c.paper, languages))
			}
		}
	}
}

// checkText looks at where every run of text has come to stand.
func checkText(t *testing.T, page *Page, what string) {
	t.Helper()
	seen := func(g *glyphRun) box { // what is inked, near enough
		return box{g.x, g.y - 0.72*g.size, g.run.width * g.size, 0.72 * g.size}
	}
	var runs []*glyphRun
	for _, it := range page.items {
		if g, ok := it.(*glyphRun); ok {
			runs = append(runs, g)
		}
	}
	paper := box{0, 0, page.Width, page.Height}
	for i, g := range runs {
		b := seen(g)
		if b.x < 3 || b.y < 2 || b.x+b.w > paper.w-3 || b.y+b.h > paper.h-3 {
			t.Errorf("%s: %q leaves the page: %+v", what, g.run.text, b)
		}
		for _, s := range page.symbols {
			if b.overlaps(s.box) {
				t.Errorf("%s: %q stands in the code's quiet zone", what, g.run.text)
			}
		}
		for _, o := range runs[:i] {
			if b.overlaps(seen(o)) {
				t.Errorf("%s: %q lies over %q", what, g.run.text, o.run.text)
			}
		}
	}
}

// TestLongLinks: where a link's modules would become too small for cheap cameras
// it is refused, and up to there they are not.
func TestLongLinks(t *testing.T) {
	for _, c := range papers {
		for n := 20; n < 90; n += 7 {
			o := options(t, c.paper)
			o.Link = func(*intake.Site) string { return "https://" + strings.Repeat("a", n) + ".vn/t/ncs01" }
			page, err := tryDraw(t, o, sample1(t))
			if err != nil {
				if n <= 34 { // 49 characters in all: what the longest measured host needs
					t.Errorf("%s, link of %d characters: %v", c.paper, n+19, err)
				}
				continue
			}
			for _, s := range page.symbols {
				if s.module() < minModule {
					t.Errorf("%s, link of %d characters: modules of %.2f mm", c.paper, n+19, s.module())
				}
			}
		}
	}
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

// TestNames sets names in the scripts that the fonts cover.
func TestNames(t *testing.T) {
	for _, name := range []string{
		"Buôn Ako Dhông, xã Čư Êbur",                              // Ê Đê
		"Zos Hmoob Naj Cô Sa", "Nhà văn hoá bản Mông Hmôngz Shuô", // both Mông scripts
		"ດ່ານ\u200bຊາຍແດນ\u200bສາກົນ", "ប៉ុស្តិ៍\u200bនគរបាល\u200bព្រំដែន", "ꪁꪫꪱꪣ ꪼꪕ",
		norm.NFD.String("Đồn Biên phòng Tây Trang"),
	} {
		site := sample1(t)
		site.Name["vi"] = name
		drawPage(t, A4, site)
	}
	site := sample1(t)
	site.Name["vi"] = "Nhà 漢 văn hóa"
	_, err := tryDraw(t, options(t, A4), site)
	var missing *MissingGlyphError
	if !errors.As(err, &missing) || missing.Rune != '漢' || missing.Text != site.Name["vi"] {
		t.Errorf("a character without a glyph: %v", err)
	}
	site.Name["vi"] = strings.Repeat("W", 400)
	var fit *FitError
	if _, err := tryDraw(t, options(t, A4), site); !errors.As(err, &fit) || fit.Text != site.Name["vi"] {
		t.Errorf("a name without a place to break: %v", err)
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
	unit := sample1(b).Unit
	var sites []*intake.Site
	for i := range n {
		sites = append(sites, &intake.Site{Code: fmt.Sprintf("ncs%04d", i), Unit: unit, Name: intake.Names{"vi": fmt.Sprintf("Nhà văn hóa bản %d", i)}})
	}
	o := options(b, A4)
	dir := b.TempDir()
	var size int64
	for b.Loop() {
		files, err := Write(context.Background(), dir, PDF, sites, o)
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
