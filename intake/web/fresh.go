package web

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"fmt"
	"html"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"tipbox/crypto/receipt"
	"tipbox/intake"
	"tipbox/templates"
)

// freshForms are the forms on which nothing is written yet, drawn before anyone
// asks. A form is the same for all sites of a unit but for the site's code and
// name, and for all visitors but for the token and whether they chose the
// language: these are gaps. So all of them
// are there from the beginning, whatever the number of sites, and how fast a page
// comes does not tell whether somebody has looked at it before.
type freshForms struct {
	offered map[*intake.Unit][]*templates.Locale
	forms   map[freshKey]freshForm
}

type freshKey struct {
	unit *intake.Unit
	lang string
	zalo bool
}

type freshForm struct {
	page   *spliced
	policy string // Content-Security-Policy
}

// drawFresh draws the forms of all units.
func (a *app) drawFresh() error {
	a.fresh = freshForms{make(map[*intake.Unit][]*templates.Locale), make(map[freshKey]freshForm)}
	cutter := &splicer{level: flate.BestCompression, seen: make(map[string]piece)}
	for _, u := range a.Directory.Units() {
		offered := a.Pages.Offer(u.Languages)
		a.fresh.offered[u] = offered
		for _, l := range offered {
			code, name, vi, query, token := mark(), mark(), mark(), mark(), mark()
			receipt, row1, row2 := receiptMarks()
			token += strings.Repeat("x", len(a.Service.Token(&intake.Site{}))-len(token))
			site := &intake.Site{Unit: u, Code: code, Name: intake.Names{"vi": vi}}
			if l.Tag != "vi" {
				site.Name[l.Tag] = name
			}
			for _, zalo := range []bool{false, true} {
				f := a.form(site, a.pageIn(u, l, offered, sitePath(site)))
				f.Token, f.Zalo, f.Action = token, zalo, f.Action+query
				if u.Replies {
					f.Receipt, f.ReceiptRows = receipt, [2]string{row1, row2}
				}
				var page bytes.Buffer
				if err := a.Pages.Write(&page, f); err != nil {
					return fmt.Errorf("drawing the form of %s: %w", u.ID, err)
				}
				s, err := cutter.splice(page.Bytes(), gap{code, false}, gap{name, false}, gap{vi, false}, gap{query, false}, gap{token, true},
					gap{receipt, true}, gap{row1, true}, gap{row2, true})
				if err != nil {
					return err
				}
				a.fresh.forms[freshKey{u, l.Tag, zalo}] = freshForm{s, a.policyOf(f)}
			}
		}
	}
	return nil
}

// mark returns letters that are in no page and that nothing has to escape.
func mark() string { return strings.ToLower(rand.Text()) }

// receiptMarks returns marks as long as a code and its rows.
func receiptMarks() (code, row1, row2 string) {
	rows := receipt.Code(strings.Repeat("0", receipt.Digits)).Rows()
	return mark()[:receipt.Digits], mark()[:len(rows[0])], mark()[:len(rows[1])]
}

// escape writes text as package templates does.
func escape(text string) string {
	return html.EscapeString(strings.ReplaceAll(text, "\x00", "\uFFFD"))
}

// freshForm answers with an empty form of the site.
func (a *app) freshForm(c echo.Context, s *intake.Site) error {
	r := c.Request()
	l, chosen := choose(c, a.fresh.offered[s.Unit])
	query := ""
	if chosen {
		query = in("", l)
	}
	f := a.fresh.forms[freshKey{s.Unit, l.Tag, strings.Contains(r.UserAgent(), "Zalo")}]
	zipped := accepts(r, "gzip")
	code := receipt.NewCode() // from no key: nobody else knows it
	rows := code.Rows()
	page := f.page.fill(zipped, s.Code, escape(s.Name.In(l.Tag)), escape(s.Name.In("vi")), query, a.Service.Token(s),
		string(code), rows[0], rows[1])
	c.Response().Header().Set("Content-Security-Policy", f.policy)
	return a.send(c, http.StatusOK, l.Tag, page, zipped)
}
