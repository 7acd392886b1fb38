package poster

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"tipbox/intake"
	"tipbox/templates/postertext"
)

// What has to stand on a sheet, whoever rearranges it.
var (
	wordsOfAll  = []string{"Hòm thư của bà con", "Đồn Biên phòng Na Cô Sa", "https://gopy.bienphongdienbien.vn/t/ncs01"}
	wordsOfNone = []string{"Không hỏi tên", "Không hỏi số điện thoại", "Không cần đăng nhập"}
	wordsOfBox  = []string{"Góp ý, kiến nghị", "Phản ánh an ninh, trật tự, môi trường", "Tố giác tội phạm"}
	wordsOfStep = []string{"Quét mã", "Viết vài dòng", "Bấm Gửi"}
	wordsOf113  = []string{"Nguy hiểm đến tính mạng: gọi ngay 113"}
	wordsOfSite = []string{"Mã tờ này: ncs01 · In ngày 23/11/2026"}
	wordsOfType = []string{"Không quét được? Gõ địa chỉ này vào trình duyệt của điện thoại:"}
	wordsOfCare = []string{
		"Nhà văn hóa bản Na Cô Sa 1",
		"Chuyện khó nói, sợ có người thấy? Chụp ảnh tờ này, lúc khác, ở nơi khác hãy gửi.",
		"Trước khi quét, sờ tay lên mã: có miếng dán đè lên thì đừng quét, hãy báo cho đơn vị.",
		"Điện thoại đơn vị: 0215 000 000", "Gửi rồi, giữ mã? Xem trả lời ở gopy.bienphongdienbien.vn/r",
		"Thước 5 cm. Đo không đúng 5 cm thì in lại ở cỡ 100 %.",
	}
	wordsOfHow = []string{
		"bằng máy ảnh của điện thoại; không được thì dùng Zalo", "chuyện gì, ở đâu; có ảnh thì gửi kèm",
		"tin được khóa kín, chỉ cán bộ nhận tin mở được",
		"Danger to life: call 113 now", "Na Cô Sa Border Post", // the second language
	}
	wordsOfWall = slices.Concat(wordsOfAll, wordsOfNone, wordsOfBox, wordsOfStep, wordsOf113, wordsOfSite, wordsOfType, wordsOfCare)
)

var wordsOn = map[Paper][]string{
	A4:       slices.Concat(wordsOfWall, wordsOfHow),
	A3:       slices.Concat(wordsOfWall, wordsOfHow),
	A5:       slices.Concat(wordsOfWall, []string{"No name asked", "Scan the code"}),
	Stickers: slices.Concat(wordsOfAll, wordsOfNone, []string{"ncs01 · 23/11/2026"}),
	Share:    slices.Concat(wordsOfAll, wordsOfNone, wordsOfBox, wordsOfStep, wordsOf113, wordsOfSite, wordsOfType),
	Slip: slices.Concat(wordsOfAll, wordsOfBox, wordsOf113, wordsOfSite, []string{
		"Nhà văn hóa bản Na Cô Sa 1", "Gửi vào hòm thư nào? Đánh dấu một ô:", "Chuyện gì?", "Ở đâu?", "Khi nào?",
		"Không cần ghi tên. Gấp lại, bỏ vào hòm thư gỗ của đơn vị.", "Hoặc nhờ người thân quét mã này gửi giúp.",
		"Gửi rồi, giữ mã? Xem trả lời ở gopy.bienphongdienbien.vn/r",
	}),
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

// TestArrowsStandEvenly: on the picture to share, the steps' words are equally far
// from one another's.
func TestArrowsStandEvenly(t *testing.T) {
	var at [3]box
	for _, it := range drawPage(t, Share, sample1(t)).items {
		if g, ok := it.(*glyphRun); ok {
			if i := slices.Index(wordsOfStep, strings.ReplaceAll(g.run.text, "\u00a0", " ")); i >= 0 {
				at[i] = box{g.x, g.y, g.run.width * g.size, 0}
			}
		}
	}
	first, second := at[1].x-at[0].x-at[0].w, at[2].x-at[1].x-at[1].w
	if first < 10 || max(first, second)-min(first, second) > 0.2 {
		t.Errorf("%.1f mm and %.1f mm between the steps", first, second)
	}
}

// TestNoDotAlone: where a slip's label in three languages takes two lines, what
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
	site.Unit.Languages = []string{"vi", "en", "mww"}
	page, err := tryDraw(t, o, site)
	if err != nil {
		t.Fatal(err)
	}
	texts := runTexts(page)
	if !slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(s, "Khij\u00a0ib\u00a0qho") }) {
		t.Fatalf("the slip lacks the third language: %q", texts)
	}
	for _, text := range texts {
		if strings.Trim(text, "\u00a0 ·") != text {
			t.Errorf("a line %q", text)
		}
	}
}
