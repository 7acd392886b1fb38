package web

import (
	"bytes"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"tipbox/intake"
	"tipbox/templates"
)

// maxThanks is how many thank-you pages are kept drawn, of about 3 KB each:
// enough for every site that is busy enough to matter.
const maxThanks = 256

// thanksPages keeps thank-you pages as they go out. They hold nothing of a tip
// and are the same for all who sent one the same way, and drawing and zipping
// one takes half as long as sealing a tip.
type thanksPages struct {
	mu    sync.Mutex
	pages map[thanksKey][]byte
}

// thanksKey is all that a thank-you page depends on.
type thanksKey struct {
	site, lang string
	delivery   intake.Delivery
	chosen     bool
	oversight  bool
	zipped     bool
}

// thanks answers a tip that is safe.
func (a *app) thanks(c echo.Context, s *intake.Site, p templates.Page, delivery intake.Delivery, oversight bool) error {
	key := thanksKey{s.Code, p.Locale.Tag, delivery, p.Chosen, oversight, accepts(c.Request(), "gzip")}
	view := &templates.Thanks{
		Page: p, Delivery: string(delivery), Oversight: oversight, Other: other(s.Unit, p),
		Window: s.Unit.LaterWindow, Again: formPath(s, p), Host: a.BaseURL.Host,
	}
	page := a.thanked.get(key)
	if page == nil {
		drawn, err := a.draw(view, key.zipped)
		if err != nil {
			return err
		}
		page = drawn.Bytes()
		a.thanked.put(key, page)
	}
	return a.send(c, http.StatusOK, view.Lang(), bytes.NewBuffer(page), key.zipped)
}

func (t *thanksPages) get(key thanksKey) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pages[key]
}

func (t *thanksPages) put(key thanksKey, page []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pages == nil || len(t.pages) >= maxThanks {
		t.pages = make(map[thanksKey][]byte)
	}
	t.pages[key] = page
}
