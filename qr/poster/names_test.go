package poster

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"tipbox/intake"
)

// longNames are the longest names that a configuration takes: communes whose
// names are among the country's longest, and sites of 90 characters.
var longNames = []struct{ unit, site string }{
	{"Đồn Biên phòng Cửa khẩu quốc tế Tây Trang, Bộ đội Biên phòng tỉnh Điện Biên", "Điểm trường mầm non và tiểu học bản Huổi Thủng 3, xã Na Cô Sa cũ, nay thuộc xã Quảng Lâm"},
	{"Công an phường Phan Rang - Tháp Chàm, tỉnh Khánh Hòa", "Nhà sinh hoạt cộng đồng khu phố 12, phường Phan Rang - Tháp Chàm, tỉnh Khánh Hòa, gần chợ "},
	{"Công an thị trấn Nông trường Việt Trung, huyện Bố Trạch, tỉnh Quảng Bình", "Trạm y tế thị trấn Nông trường Nghĩa Trung, phòng chờ tầng hai, cạnh quầy phát thuốc, bảng"},
	{"CÔNG AN PHƯỜNG PHAN RANG - THÁP CHÀM", "ĐIỂM TRƯỜNG MẦM NON VÀ TIỂU HỌC BẢN HUỔI THỦNG 3, XÃ NA CÔ SA CŨ, NAY THUỘC XÃ QUẢNG LÂM"},
}

// TestLongNames sets the longest names and codes on every paper, in one and two
// languages, and looks for text that leaves the page, stands in the way of a code or lies
// over other text.
func TestLongNames(t *testing.T) {
	for _, names := range longNames {
		for _, languages := range [][]string{{"vi"}, {"vi", "en"}, {"mww", "en"}} {
			site := sample1(t)
			site.Unit.Name["vi"], site.Name["vi"] = names.unit, names.site
			site.Code, site.Unit.PosterLanguages = "phan-rang-thap-cham-k7q2", languages
			for _, c := range papers {
				o := options(t, c.paper)
				o.Texts["mww"].Draft = "" // as far as its length goes
				o.Link = func(s *intake.Site) string { return "https://tip.example.vn/t/" + s.Code }
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
