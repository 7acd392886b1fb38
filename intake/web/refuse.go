package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"tipbox/intake"
	"tipbox/intake/server"
	"tipbox/templates"
)

var (
	errCrossSite = errors.New("a form on another site's page")
	errPanic     = errors.New("a panic, which is in the log already")
)

// noRoomRetry is what a sender is told to wait while the disk is full: a person
// has to mend that.
const noRoomRetry = 10 * time.Minute

// giveBack shows the form again as it was typed, with what kept it from being
// sent. It keeps its token, so that a tip that got through after all is still
// one tip when it is sent again.
func (a *app) giveBack(c echo.Context, s *intake.Site, p *server.Posted, why error) error {
	text := func(name string) string { return valid(p.Text[name]) }
	if errors.Is(why, intake.ErrWithdrawn) {
		return a.answer(c, http.StatusGone, &templates.Note{
			Kind: templates.Withdrawn, Page: a.keeping(c, s.Unit), Given: written(p),
		})
	}
	f := a.form(s, a.keeping(c, s.Unit))
	f.Token = a.Service.Token(s)
	f.Mailbox, f.Message, f.Place, f.Time = text("mailbox"), text("message"), text("place"), text("time")
	f.Delivery, f.To = text("delivery"), text("to")
	a.offerCode(f, s, wanted(p))
	f.MessageCut = slices.Contains(p.Cut, "message")
	f.PhotosLost = len(p.Photos) > 0 || p.Err != nil
	if token := text("token"); token != "" && !errors.Is(why, intake.ErrStaleForm) && !errors.Is(why, errCrossSite) {
		f.Token = token
	}
	status := a.explain(f, why)
	var limit *intake.LimitError
	if errors.As(why, &limit) { // for the page's script, which shows none of it
		h := c.Response().Header()
		if limit.Work != "" {
			h.Set("Tipbox-Work", limit.Work)
		}
		if limit.Photos {
			h.Set("Tipbox-Text-First", "yes")
		}
	}
	if f.Wait > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int((f.Wait+time.Second-1)/time.Second)))
	}
	return a.answer(c, status, f)
}

// keeping returns what a page shows that gives back what was typed: no language
// switch and no more to read, for these are links, and it would be lost.
func (a *app) keeping(c echo.Context, u *intake.Unit) templates.Page {
	p := a.page(c, u, "")
	p.Truth, p.Replies, p.Board = "", "", ""
	return p
}

// explain puts into the form why it was not sent and returns the answer's status.
func (a *app) explain(f *templates.Form, why error) int {
	var (
		invalid *intake.InvalidError
		limit   *intake.LimitError
		busy    *server.BusyError
	)
	switch {
	case errors.As(why, &invalid):
		for _, p := range invalid.Problems {
			f.Problems = append(f.Problems, templates.Problem{Field: p.Field, Key: string(p.Problem)})
		}
		return http.StatusUnprocessableEntity
	case errors.Is(why, intake.ErrTooLarge):
		f.Problems = []templates.Problem{{Field: "photo", Key: string(intake.PhotoTooLarge)}}
		return http.StatusUnprocessableEntity
	case errors.Is(why, errCrossSite):
		f.Notice = templates.Cross
		return http.StatusForbidden
	case errors.Is(why, intake.ErrStaleForm):
		f.Notice = templates.Stale
		return http.StatusConflict
	case errors.As(why, &limit):
		f.Notice, f.Wait = templates.TooMany, limit.RetryAfter
		if limit.Photos {
			f.Notice = templates.TextFirst
		}
		return http.StatusTooManyRequests
	case errors.As(why, &busy):
		f.Notice, f.Wait = templates.Full, busy.RetryAfter
		return http.StatusServiceUnavailable
	case errors.Is(why, intake.ErrBusy):
		f.Notice, f.Wait = templates.Full, server.BusyRetry
		return http.StatusServiceUnavailable
	case errors.Is(why, intake.ErrNoRoom), errors.Is(why, intake.ErrClosed):
		f.Notice, f.Wait = templates.Full, noRoomRetry
		return http.StatusServiceUnavailable
	case errors.Is(why, server.ErrFormTooLarge):
		f.Notice = templates.Large
		return http.StatusRequestEntityTooLarge
	case errors.Is(why, server.ErrFormKind):
		f.Notice = templates.Broken
		return http.StatusUnsupportedMediaType
	case errors.Is(why, server.ErrFormBroken):
		f.Notice = templates.Broken
		return http.StatusBadRequest
	}
	a.report(why)
	f.Notice = templates.Failed
	return http.StatusInternalServerError
}

// fail is echo's error handler: for everything that has no form to give back. What
// was typed, and has come this far, is shown.
func (a *app) fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	var known *echo.HTTPError
	errors.As(err, &known)
	n, status := &templates.Note{Kind: templates.Fault}, http.StatusInternalServerError
	n.Given, _ = c.Get(writtenKey).(string)
	path := ""
	switch {
	case known != nil && known.Code == http.StatusNotFound:
		n.Kind, status = templates.Lost, http.StatusNotFound
		path = c.Request().URL.EscapedPath()
	case known != nil && known.Code == http.StatusMethodNotAllowed:
		n.Kind, status = templates.Method, http.StatusMethodNotAllowed
	default:
		a.report(err)
	}
	var unit *intake.Unit
	if s := lookUp(a.Directory, c.Request().URL.Path); s != nil {
		unit = s.Unit
		n.Open = sitePath(s)
	}
	n.Page = a.page(c, unit, path)
	if n.Given != "" {
		n.Page = a.keeping(c, unit)
	}
	if err := a.answer(c, status, n); err != nil && !c.Response().Committed {
		_ = c.NoContent(http.StatusInternalServerError)
	}
}

// report logs a fault of ours, in words that are the same for every sender.
func (a *app) report(err error) {
	if errors.Is(err, errPanic) {
		return
	}
	kind := "answering"
	var step *intake.StepError
	if errors.As(err, &step) {
		kind = step.Step
	}
	reason := "unexpected"
	var errno syscall.Errno
	if errors.As(err, &errno) {
		reason = errno.Error()
	}
	a.Log.Error("a request failed", "kind", kind, "reason", reason)
}

// noPanic makes an error of a handler's panic.
func (a *app) noPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer a.recovered(&err)
		return next(c)
	}
}

// recovered is to be deferred: it makes an error of a panic and logs where in
// the code it came from, but never its value or its stack, which may hold
// addresses and text.
func (a *app) recovered(err *error) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
		panic(v)
	}
	a.Log.Error("a handler panicked", "at", server.PanicPlaces())
	*err = errPanic
}

// writtenKey is where a request's context has what was written into its form.
const writtenKey = "written"

// written returns what was typed into a form, for a page where it can only be copied.
func written(p *server.Posted) string {
	var lines []string
	for _, name := range []string{"message", "place", "time"} {
		if text := valid(p.Text[name]); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// valid returns text that can be shown: what is not UTF-8 becomes �.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }
