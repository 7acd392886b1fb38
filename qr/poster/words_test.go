package poster

import (
	"bytes"
	"context"
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
	"tipbox/qr"
	"tipbox/templates/postertext"
)

// What has to stand on a sheet, whoever rearranges it.
var (
	wordsOfAll  = []string{"Đồn Biên phòng Na Cô Sa", "gopy.bienphongdienbien.vn/t/ncs01"}
	wordsOfCall = []string{"Quét mã, báo tin kín"}
	wordsOfNone = []string{"Thấy chuyện thì báo: không hỏi tên, không hỏi số điện thoại, không ghi lại ai gửi."}
	wordsOfBox  = []string{"Góp ý, kiến nghị", "An ninh, trật tự, môi trường", "Tố giác tội phạm"}
	wordsOf113  = []string{"Nguy hiểm đến tính mạng: gọi ngay 113"}
	wordsOfUnit = []string{"Gọi đơn vị: 0215 000 000"}
	wordsOfFake = []string{"Sờ tay lên mã: có miếng dán đè lên thì đừng quét, hãy báo đơn vị."}
	wordsOfSite = []string{"Nhà văn hóa bản Na Cô Sa 1"}
	wordsOfTurn = []string{"Mã tờ này: ncs01 · In ngày 23/11/2026"}
	wordsOfWall = slices.Concat(wordsOfAll, wordsOfCall, wordsOfNone, wordsOfBox, wordsOf113, wordsOfUnit, wordsOfFake, wordsOfSite, wordsOfTurn, []string{
		"Xem trả lời: gopy.bienphongdienbien.vn/r",
		"1. Quét mã", "2. Viết, gửi", "3. Cán bộ mở",
		"Không quét được? Mở trình duyệt của điện thoại, gõ:",
		"Sợ có người thấy? Chụp ảnh tờ này, về nhà gõ địa chỉ rồi gửi.",
		"Thước 5 cm. Đo không đúng 5 cm thì in lại ở cỡ 100 %.",
	})
	wordsOfHow = []string{"bằng máy ảnh điện thoại, hoặc Zalo", "chuyện gì, ở đâu; tin được khóa kín", "chỉ cán bộ nhận tin mở được"}
)

var wordsOn = map[Paper][]string{
	A4:       slices.Concat(wordsOfWall, wordsOfHow),
	A3:       slices.Concat(wordsOfWall, wordsOfHow),
	A5:       wordsOfWall,
	Stickers: slices.Concat(wordsOfAll, wordsOfCall, wordsOfBox, wordsOf113, wordsOfFake, []string{"ncs01 · 23/11/2026"}),
	Share: slices.Concat(wordsOfAll, wordsOfNone, wordsOfBox, wordsOf113, wordsOfUnit, []string{
		"Hòm thư của bà con", "Nhấn giữ vào mã, rồi chọn quét mã", "Zalo, Facebook biết ai mở. Chuyện cần kín: mở trình duyệt, gõ:",
	}),
	Slip: slices.Concat(wordsOfAll, wordsOfBox, wordsOf113, wordsOfUnit, wordsOfSite, wordsOfTurn, []string{
		"Hòm thư của bà con", "Chuyện thuộc loại nào? Đánh dấu một ô:", "Chuyện gì?", "Ở đâu?", "Khi nào?",
		"Đừng ghi tên. Viết chữ in, hoặc nhờ người khác viết. Gấp lại, bỏ vào hòm thư gỗ của đơn vị.",
		"Hoặc nhờ người thân quét mã này gửi giúp.", "Xem trả lời: gopy.bienphongdienbien.vn/r",
	}),
}

// TestNoForeignWords: nothing stands in a language that the unit has not chosen for
// its posters, nor is there what people would type in vain.
func TestNoForeignWords(t *testing.T) {
	texts, err := postertext.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range papers {
		all := strings.Join(runTexts(drawPage(t, c.paper, sample1(t))), " ")
		for _, never := range []string{"https://", "Border Post", "call 113", texts["en"].StepScan} {
			if strings.Contains(all, never) {
				t.Errorf("%s says %q: %s", c.paper, never, all)
			}
		}
		if dated := strings.Contains(all, "23/11/2026"); dated == (c.paper == Share) {
			t.Errorf("%s: with a print date: %v", c.paper, dated)
		}
	}
}

// TestTwoLanguages: the first is set large, a second under what decides something.
func TestTwoLanguages(t *testing.T) {
	site := sample1(t)
	site.Unit.PosterLanguages = []string{"en", "vi"}
	all := strings.ReplaceAll(strings.Join(runTexts(drawPage(t, A4, site)), " "), "\u00a0", " ")
	for _, want := range []string{"Scan the code, tell us unseen", "Quét mã, báo tin kín", "Na Cô Sa Border Post", "Đồn Biên phòng Na Cô Sa",
		"Reporting a crime", "Tố giác tội phạm", "Danger to life: call 113 now", "gọi ngay 113"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing: %s", want, all)
		}
	}
}

// TestThreeLevels: the call carries across a road, with capitals of 18 mm on an A4,
// and but for the small print of whoever prints there are two more sizes of type.
func TestThreeLevels(t *testing.T) {
	sizes := make(map[string]bool)
	for _, it := range drawPage(t, A4, sample1(t)).items {
		g, ok := it.(*glyphRun)
		if !ok || g.size < 3.3 {
			continue
		}
		sizes[fmt.Sprintf("%.1f", g.size)] = true
		if strings.HasPrefix(g.run.text, "Quét\u00a0mã,") && g.size*capHeight < 18 {
			t.Errorf("the call's capitals are %.1f mm high", g.size*capHeight)
		}
	}
	if len(sizes) != 3 {
		t.Errorf("sizes of type: %v", sizes)
	}
}

// TestCodeSize: on an A4 the code itself is at least 90 mm wide, for people are told
// to photograph it, and on a sticker there is as much air to its left as above and
// to its right.
func TestCodeSize(t *testing.T) {
	if s := drawPage(t, A4, sample1(t)).symbols[0]; s.w-2*qr.QuietZone*s.module() < 90 {
		t.Errorf("the code is %.1f mm wide", s.w-2*qr.QuietZone*s.module())
	}
	page := drawPage(t, Stickers, sample1(t))
	s := page.symbols[0]
	right := page.Width
	for _, it := range page.items {
		if b := it.bounds(); b.x > s.x+s.w-0.1 && b.overlaps(box{0, s.y, stickerWidth, s.h}) {
			right = min(right, b.x-s.x-s.w)
		}
	}
	if math.Abs(s.x-s.y) > 0.01 || math.Abs(right-s.x) > 0.15 {
		t.Errorf("left of the code %.2f mm, above %.2f, to its right %.2f", s.x, s.y, right)
	}
}

// TestPaste: beside a picture to share lies the message with the whole link.
func TestPaste(t *testing.T) {
	site, o := sample1(t), options(t, Share)
	printed, err := Write(context.Background(), t.TempDir(), PNG, []*intake.Site{site}, o)
	if err != nil || len(Files(printed)) != 2 {
		t.Fatal(Files(printed), err)
	}
	text, err := os.ReadFile(printed[0].Text)
	if want := "Thấy chuyện cần báo? Báo tin kín cho Đồn Biên phòng Na Cô Sa, không hỏi tên: " + o.Link(site) + "\n"; err != nil || string(text) != want {
		t.Errorf("%q, %v", text, err)
	}
}

// TestWords: every paper says what it must, as often as it has codes: in the PDF
// as poppler reads it, and in the layout that PNG and SVG are made of too.
func TestWords(t *testing.T) {
	site := sample1(t)
	for _, c := range papers {
		printed, err := Write(context.Background(), t.TempDir(), PDF, []*intake.Site{site}, options(t, c.paper))
		files := Files(printed)
		if err != nil {
			t.Fatal(err)
		}
		page := drawPage(t, c.paper, site)
		for where, text := range map[string]string{
			"PDF":    strings.Join(lines(t, "pdftotext", "-raw", files[0], "-"), " "),
			"layout": strings.Join(runTexts(page), " "),
		} {
			text = norm.NFC.String(strings.ReplaceAll(text, "\u00a0", " "))
			for _, want := range wordsOn[c.paper] {
				if n := strings.Count(text, want); n < c.codes {
					t.Errorf("%s, %s: %q stands there %d times, not %d", c.paper, where, want, n, c.codes)
				}
			}
		}
		checkPictures(t, c.paper, page)
	}
}

func runTexts(page *Page) (list []string) {
	for _, it := range page.items {
		if g, ok := it.(*glyphRun); ok {
			list = append(list, g.run.text)
		}
	}
	return list
}

// checkPictures: the SVG has each glyph of the layout, and the PNG ink of each
// run's colour where the run stands.
func checkPictures(t *testing.T, paper Paper, page *Page) {
	t.Helper()
	const scale = 12 // pixels in a millimetre
	img := page.render(box{0, 0, page.Width, page.Height}, scale)
	glyphs := 0
	for _, it := range page.items {
		g, ok := it.(*glyphRun)
		if !ok {
			continue
		}
		for _, one := range g.run.glyphs {
			if len(one.outline) > 0 {
				glyphs++
			}
		}
		inked := false
		for b, y := pixels(g.bounds(), scale), 0; y < b.Dy() && !inked; y++ {
			for x := range b.Dx() {
				at := img.RGBAAt(b.Min.X+x, b.Min.Y+y)
				inked = inked || Color{at.R, at.G, at.B} == g.color
			}
		}
		if !inked {
			t.Errorf("%s: the PNG lacks %q", paper, g.run.text)
		}
	}
	var svg bytes.Buffer
	if err := page.writeSVG(&svg); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(svg.String(), "<use "); n != glyphs {
		t.Errorf("%s: the SVG has %d of %d glyphs", paper, n, glyphs)
	}
}

// TestBookmarks: a PDF of several sites has a page and a bookmark for each.
func TestBookmarks(t *testing.T) {
	if _, err := exec.LookPath("pdftohtml"); err != nil {
		t.Fatalf("pdftohtml is needed (Debian: poppler-utils): %v", err)
	}
	sites := threeSites(t)
	for _, c := range papers {
		printed, err := Write(context.Background(), t.TempDir(), PDF, sites, options(t, c.paper))
		files := Files(printed)
		if err != nil {
			t.Fatal(err)
		}
		out := strings.Join(lines(t, "pdftohtml", "-xml", "-i", "-stdout", files[0]), "\n")
		if n := strings.Count(out, "<page "); n != len(sites) {
			t.Errorf("%s: %d pages for %d sites", c.paper, n, len(sites))
		}
		const want = "<outline>\n" +
			`<item page="1">ncs01 · Nhà văn hóa bản Na Cô Sa 1</item>` + "\n" +
			`<item page="2">ncs02 · Trạm y tế xã</item>` + "\n" +
			`<item page="3">ncs03 · Chợ Nậm Pồ</item>` + "\n</outline>"
		if !strings.Contains(norm.NFC.String(out), want) {
			_, outline, _ := strings.Cut(out, "<outline>")
			t.Errorf("%s: the bookmarks are\n%s", c.paper, outline)
		}
	}
}

// threeSites are sample1's site and two more of its unit.
func threeSites(t testing.TB) []*intake.Site {
	t.Helper()
	first := sample1(t)
	return []*intake.Site{
		first,
		{Code: "ncs02", Unit: first.Unit, Name: intake.Names{"vi": "Trạm y tế xã"}},
		{Code: "ncs03", Unit: first.Unit, Name: intake.Names{"vi": "Chợ Nậm Pồ"}},
	}
}

// TestAirAbovePhone: the unit's telephone does not touch the line above.
func TestAirAbovePhone(t *testing.T) {
	for _, paper := range []Paper{A4, A5} {
		var above, phone *glyphRun
		for _, it := range drawPage(t, paper, sample1(t)).items {
			if g, ok := it.(*glyphRun); ok {
				if strings.Contains(g.run.text, "0215") {
					phone = g
					break
				}
				above = g
			}
		}
		if phone == nil || phone.y-above.y < 1.35*phone.size {
			t.Errorf("%s: the telephone's line is missing or too near", paper)
		}
	}
}

// TestNoDotAlone: where a slip's label in two languages takes two lines, what
// parts the languages does not stand at a line's end.
func TestNoDotAlone(t *testing.T) {
	draft, err := os.ReadFile("../../templates/postertext/mww.json")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir() // as if a speaker had read it
	reviewed := bytes.Replace(draft, []byte(`"reviewed": false`), []byte(`"reviewed": true`), 1)
	if err := os.WriteFile(filepath.Join(dir, "mww.json"), reviewed, 0o600); err != nil {
		t.Fatal(err)
	}
	o, site := options(t, Slip), sample1(t)
	if o.Texts, err = postertext.Load(dir); err != nil {
		t.Fatal(err)
	}
	site.Unit.PosterLanguages = []string{"vi", "mww"}
	page, err := tryDraw(t, o, site)
	if err != nil {
		t.Fatal(err)
	}
	texts := runTexts(page)
	if !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "Khij\u00a0ib\u00a0qho") }) {
		t.Fatalf("the slip lacks the second language: %q", texts)
	}
	for _, text := range texts {
		if strings.Trim(text, "\u00a0 ·") != text {
			t.Errorf("a line %q", text)
		}
	}
}
