package web

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"tipbox/intake"
	"tipbox/templates"
)

// truthPath is where it stands how far secrecy goes, and where those are led whose
// tip was taken. It is the same for all units, in all languages of any of them.
const truthPath = "/k"

// truthPages are that page as it goes out, drawn before anyone asks: how fast it
// comes tells nothing, and a tip costs no drawing.
type truthPages struct {
	offered []*templates.Locale
	pages   map[truthKey][]byte
}

type truthKey struct {
	lang   string
	zipped bool
}

func (a *app) drawTruth() error {
	a.truth = truthPages{offered: offeredByAny(a.Pages, a.Directory), pages: make(map[truthKey][]byte)}
	for _, l := range a.truth.offered {
		view := &templates.Truth{Page: a.pageIn(nil, l, a.truth.offered, truthPath), Host: a.BaseURL.Host}
		for _, zipped := range []bool{false, true} {
			page, err := a.draw(view, zipped)
			if err != nil {
				return fmt.Errorf("drawing the page on secrecy: %w", err)
			}
			a.truth.pages[truthKey{l.Tag, zipped}] = page.Bytes()
		}
	}
	return nil
}

// offeredByAny returns the languages of a page that is of no unit.
func offeredByAny(pages *templates.Pages, d *intake.Directory) []*templates.Locale {
	offered := pages.Offer(nil)
	for _, u := range d.Units() {
		for _, l := range pages.Offer(u.Languages) {
			if !slices.Contains(offered, l) {
				offered = append(offered, l)
			}
		}
	}
	return offered
}

// showTruth counts nothing, and does not know whether somebody has sent.
func (a *app) showTruth(c echo.Context) error {
	l, _ := choose(c, a.truth.offered)
	zipped := accepts(c.Request(), "gzip")
	return a.send(c, http.StatusOK, l.Tag, bytes.NewBuffer(a.truth.pages[truthKey{l.Tag, zipped}]), zipped)
}
