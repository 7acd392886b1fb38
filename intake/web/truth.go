package web

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

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
	a.truth = truthPages{offered: a.Pages.Offer(nil), pages: make(map[truthKey][]byte)}
	for _, u := range a.Directory.Units() {
		for _, l := range a.Pages.Offer(u.Languages) {
			if !slices.Contains(a.truth.offered, l) {
				a.truth.offered = append(a.truth.offered, l)
			}
		}
	}
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

// showTruth counts nothing, and does not know whether somebody has sent.
func (a *app) showTruth(c echo.Context) error {
	l, _ := choose(c, a.truth.offered)
	zipped := accepts(c.Request(), "gzip")
	return a.send(c, http.StatusOK, l.Tag, bytes.NewBuffer(a.truth.pages[truthKey{l.Tag, zipped}]), zipped)
}
