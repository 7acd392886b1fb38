package poster

import (
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/templates/postertext"
)

var printDate = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// sample1 is the post that the demo shows, with one site.
func sample1(t testing.TB) *intake.Site {
	t.Helper()
	unit := &intake.Unit{
		Replies: true,
		ID:      "na-co-sa", Name: intake.Names{"vi": "Đồn Biên phòng Na Cô Sa", "en": "Na Cô Sa Border Post"},
		Phone: "0215 000 000", Languages: []string{"vi", "en"},
	}
	unit.Sites = []*intake.Site{{
		Code: "ncs01", Unit: unit,
		Name: intake.Names{"vi": "Nhà văn hóa bản Na Cô Sa 1", "en": "Na Cô Sa 1 culture house"},
	}}
	return unit.Sites[0]
}

func options(t testing.TB, paper Paper) Options {
	t.Helper()
	texts, err := postertext.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Paper: paper, Texts: texts, Date: printDate,
		Link: func(s *intake.Site) string { return "https://gopy.bienphongdienbien.vn/t/" + s.Code },
	}
}

// tryDraw draws the site's page.
func tryDraw(t testing.TB, o Options, site *intake.Site) (*Page, error) {
	t.Helper()
	brand, err := BrandOf(site.Unit)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewDrafter(o, map[*intake.Unit]Brand{site.Unit: brand})
	if err != nil {
		t.Fatal(err)
	}
	return d.Draw(site)
}

func drawPage(t testing.TB, paper Paper, site *intake.Site) *Page {
	t.Helper()
	page, err := tryDraw(t, options(t, paper), site)
	if err != nil {
		t.Fatal(err)
	}
	return page
}
