package poster

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"tipbox/intake"
)

// TestLines breaks names where a reader would, "|" being a line's end.
func TestLines(t *testing.T) {
	typist, err := newTypesetter()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want  string
		width float64 // em
		cost  float64
	}{
		{"Đồn Biên phòng|Na Cô Sa", 9.5, fewest},
		{"Đồn Biên phòng Cửa khẩu quốc tế Tây Trang,|Bộ đội Biên phòng tỉnh Điện Biên", 25, fewest},
		{"ĐỒN BIÊN PHÒNG|NA CÔ SA", 12.5, fewest},
		{"Nhà văn hóa|bản Na Cô Sa 1", 9, fewest},
		{"Trạm y tế thị trấn Nông trường|Nghĩa Trung, phòng chờ", 18, fewest},
		{"Công an phường|Phan Rang - Tháp Chàm,|tỉnh Khánh Hòa", 13, fewest},
		{"Đồn\u00a0Biên phòng|Na Cô Sa", 9.5, fewest},
		{norm.NFD.String("Đồn Biên phòng|Na Cô Sa"), 9.5, fewest},
		{"Trường nội\u00a0trú|xã Na Hỳ", 9, fewest}, // a no-break space of the operator's own
		{"Chợ\u00a0phiên Si\u00a0Pa\u00a0Phìn", 13, fewest},
		// Where a name must be taken apart, and where there is room for a line more.
		{"Công an xã Quảng|Phú Lâm Thượng", 9.6, fewest},
		{"Công an|xã Quảng Phú|Lâm Thượng", 8, fewest},
		{"Ủy ban nhân dân|xã Mường Toong", 10, roomy},
		{"Đồn Biên phòng Cửa khẩu|quốc tế Tây Trang", 14.8, roomy},
	} {
		lines, _, err := typist.lines(strings.ReplaceAll(c.want, "|", " "), true, c.width, c.cost)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range lines {
			got = append(got, l.text)
		}
		if g := strings.Join(got, "|"); g != norm.NFC.String(c.want) {
			t.Errorf("at %g em: %q, want %q", c.width, g, c.want)
		}
	}
}

// TestNamesStayWhole: on every paper the names of real units end no line inside a
// name or a compound, and no unit's name is smaller than a hand's length reads.
func TestNamesStayWhole(t *testing.T) {
	for _, names := range []struct{ unit, site string }{
		{"Đồn Biên phòng Na Cô Sa", "Nhà văn hóa bản Na Cô Sa 1"},
		{"Đồn Biên phòng Cửa khẩu quốc tế Tây Trang", "Trạm y tế xã Na Ư"},
		longNames[0], longNames[1],
	} {
		for _, c := range papers {
			site := sample1(t)
			site.Unit.Name, site.Name = intake.Names{"vi": names.unit}, intake.Names{"vi": names.site}
			page := drawPage(t, c.paper, site)
			var runs []*glyphRun
			for _, it := range page.items {
				if g, ok := it.(*glyphRun); ok {
					runs = append(runs, g)
				}
			}
			for i, g := range runs {
				unit := strings.Contains(names.unit, g.run.text)
				if !unit && !strings.Contains(names.site, g.run.text) {
					continue
				}
				if unit && g.size < 2.5 {
					t.Errorf("%s: %q is %.1f mm high", c.paper, g.run.text, g.size)
				}
				if i+1 < len(runs) && strings.Contains(names.unit+"|"+names.site, g.run.text+" "+runs[i+1].run.text) &&
					bond(g.run.text, runs[i+1].run.text) == apartCost {
					t.Errorf("%s: the line ends inside a name: %q", c.paper, g.run.text+" | "+runs[i+1].run.text)
				}
			}
		}
	}
}
