package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tipbox/intake"
	"tipbox/intake/server"
	"tipbox/templates"
)

// home is for whoever typed the host alone.
func (a *app) home(c echo.Context) error {
	return a.answer(c, http.StatusOK, &templates.Note{Kind: templates.Home, Page: a.page(c, nil, "/")})
}

// find shows the form of the site whose code, or whole address, was typed into
// the box of the home page.
func (a *app) find(c echo.Context) error {
	typed := c.QueryParam("code")
	if typed == "" {
		return a.home(c)
	}
	if s := lookUp(a.Directory, typed); s != nil {
		return a.open(c, s)
	}
	return a.answer(c, http.StatusNotFound, &templates.Note{
		Kind: templates.Lost, Code: typed, Page: a.page(c, nil, "/t?code="+url.QueryEscape(typed)),
	})
}

// show answers a poster's link, and whatever address has its code in it.
func (a *app) show(c echo.Context) error {
	s := lookUp(a.Directory, c.Request().URL.Path)
	if s == nil {
		return echo.ErrNotFound
	}
	return a.open(c, s)
}

func (a *app) open(c echo.Context, s *intake.Site) error {
	if s.IsWithdrawn(time.Now()) {
		page := a.page(c, s.Unit, sitePath(s))
		return a.answer(c, http.StatusGone, &templates.Note{Kind: templates.Withdrawn, Page: page, Others: others(s, page.Locale)})
	}
	if s.Unit.Closed {
		return a.answer(c, http.StatusServiceUnavailable, &templates.Note{Kind: templates.Closed, Page: a.page(c, s.Unit, sitePath(s))})
	}
	return a.freshForm(c, s)
}

// mostOthers is how many boxes a withdrawn page leads to: a post has few, and a
// province's list would not be read.
const mostOthers = 5

// others returns boxes of a withdrawn site's unit that are open.
func others(s *intake.Site, l *templates.Locale) (open []templates.Place) {
	for _, other := range s.Unit.Sites {
		if !other.IsWithdrawn(time.Now()) && len(open) < mostOthers {
			open = append(open, templates.Place{Name: other.Name.In(l.Tag), Path: sitePath(other)})
		}
	}
	return open
}

// take takes a tip. Whatever goes wrong, what was typed is given back, to whatever
// address it was sent and from whatever page.
func (a *app) take(c echo.Context) error {
	p := a.Bodies.Read(c.Response(), c.Request())
	defer p.Close()
	c.Set(writtenKey, written(p))
	s := lookUp(a.Directory, c.Request().URL.Path)
	if s == nil {
		return echo.ErrNotFound
	}
	if a.crossSite(c.Request()) {
		return a.giveBack(c, s, p, errCrossSite)
	}
	if s.Unit.Closed {
		return a.giveBack(c, s, p, intake.ErrClosed)
	}
	page := a.page(c, s.Unit, "")
	h := c.Response().Header()
	if p.Sealed != nil && c.Request().Header.Get("Tipbox-Keys") != a.assets.keys[s.Unit] {
		// Sealed to keys that are the unit's no more: the phone seals it anew.
		h.Set("Tipbox-Keys", a.assets.data[s.Unit.ID+" "+page.Locale.Tag])
		return c.NoContent(http.StatusConflict)
	}
	if err := a.submit(c.Request(), s, page, p); err != nil {
		if p.Sealed != nil && errors.Is(err, intake.ErrStaleForm) {
			h.Set("Tipbox-Token", a.Service.Token(s))
		}
		return a.giveBack(c, s, p, err)
	}
	h.Set("Tipbox-Taken", "yes") // what a captive portal answers with does not say so
	if p.Sealed == nil {
		// Browsers keep the body of a form's post beside the page that answers it, on
		// disk, for their next start: not where the answer leads elsewhere.
		return c.Redirect(http.StatusSeeOther, in(truthPath, page.Locale))
	}
	return a.thanks(c, s, page, intake.Delivery(p.Text["delivery"]), p.Text["to"] == string(intake.Oversight))
}

// submit hands the form on. A panic on the way is an error here, so that the
// sender still gets the text back.
func (a *app) submit(r *http.Request, s *intake.Site, page templates.Page, p *server.Posted) (err error) {
	if p.Err != nil {
		return p.Err
	}
	defer a.recovered(&err)
	lang := ""
	if page.Chosen { // else it would tell how the phone is set
		lang = page.Locale.Tag
	}
	var reply intake.ReplyTo
	if code := wanted(p); code != "" && s.Unit.Replies {
		reply = intake.ReplyTo{Code: string(code), At: a.BaseURL.String()}
	}
	_, err = a.Service.Submit(r.Context(), &intake.Submission{
		Site: s, Sender: a.sender(r), Token: p.Text["token"],
		Mailbox: intake.Mailbox(p.Text["mailbox"]), Message: p.Text["message"],
		Place: p.Text["place"], Time: p.Text["time"], Lang: lang, Photos: p.Photos,
		Delivery: intake.Delivery(p.Text["delivery"]), Audience: intake.Audience(p.Text["to"]),
		Reply: reply, Sealed: p.Sealed, Work: p.Text["work"],
	})
	return err
}

// form returns the site's form, without a token.
func (a *app) form(s *intake.Site, p templates.Page) *templates.Form {
	f := &templates.Form{
		Page: p, Site: s.Name.In(p.Locale.Tag), Action: formPath(s, p),
		Address: a.BaseURL.Host + sitePath(s), Window: s.Unit.LaterWindow, Oversight: s.Unit.HasOversight(),
		Other: other(s.Unit, p),
	}
	a.assets.extras(f, s)
	return f
}

// other is who gets the tips about the unit itself, in the page's language.
func other(u *intake.Unit, p templates.Page) *templates.Other {
	if len(u.OversightName) == 0 && u.OversightPhone == "" {
		return nil
	}
	return &templates.Other{Name: u.OversightName.In(p.Locale.Tag), Phone: u.OversightPhone}
}

// page returns what all pages of the unit show, in the language that suits the
// request. The language switch leads to the path; without one there is none.
func (a *app) page(c echo.Context, u *intake.Unit, path string) templates.Page {
	if u == nil {
		u = a.only
	}
	var wish []string
	if u != nil {
		wish = u.Languages
	}
	offered := a.Pages.Offer(wish)
	l, chosen := choose(c, offered)
	p := a.pageIn(u, l, offered, path)
	p.Chosen = chosen
	return p
}

// choose returns the language, out of those offered, that suits the request, and
// whether a link said so, rather than the browser.
func choose(c echo.Context, offered []*templates.Locale) (l *templates.Locale, chosen bool) {
	asked := c.QueryParam("l")
	l = templates.Choose(offered, asked, c.Request().Header.Get("Accept-Language"))
	return l, strings.EqualFold(l.Tag, asked)
}

// pageIn returns the same in a language out of those offered.
func (a *app) pageIn(u *intake.Unit, l *templates.Locale, offered []*templates.Locale, path string) templates.Page {
	p := templates.Page{Locale: l, Truth: truthPath}
	if u != nil && len(u.Board) > 0 {
		p.Board = boardPath(u)
	}
	if a.answers {
		p.Replies = repliesPath
	}
	if u != nil {
		p.Unit, p.Phone = u.Name.In(l.Tag), u.Phone
	}
	for _, o := range offered {
		if path != "" {
			p.Languages = append(p.Languages, templates.Link{Tag: o.Tag, Name: o.Name, Href: in(path, o), Current: o == l})
		}
	}
	return p
}

// sitePath returns the path of a site's page.
func sitePath(s *intake.Site) string { return "/t/" + s.Code }

// formPath returns the path of a site's form, which has the language only where
// the sender chose it: it goes into the tip.
func formPath(s *intake.Site, p templates.Page) string {
	if !p.Chosen {
		return sitePath(s)
	}
	return in(sitePath(s), p.Locale)
}

// in returns the path in the language.
func in(path string, l *templates.Locale) string {
	if strings.Contains(path, "?") {
		return path + "&l=" + l.Tag
	}
	return path + "?l=" + l.Tag
}
