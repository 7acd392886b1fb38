package web

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"tipbox/crypto/receipt"
	"tipbox/intake/reply"
	"tipbox/templates"
)

const (
	outboxPath = "/o"
	// leaveRetry is what an officer's page waits while the store is away.
	leaveRetry = time.Minute
)

// askOutbox shows where a file of replies is chosen.
func (a *app) askOutbox(c echo.Context) error {
	c.Response().Header().Set("Content-Security-Policy", a.outboxPolicy)
	return a.answer(c, http.StatusOK, a.outboxPage(c, outboxPath))
}

func (a *app) outboxPage(c echo.Context, path string) *templates.Outbox {
	l, _ := choose(c, a.truth.offered)
	v := &templates.Outbox{Page: a.pageIn(nil, l, a.truth.offered, path), At: a.BaseURL.String()}
	v.Script, v.Data = a.assets.outbox.path, a.assets.outbox.data[l.Tag]
	return v
}

// leave takes one sealed reply, or without script a file of them.
func (a *app) leave(c echo.Context) error {
	p := a.Bodies.Read(c.Response(), c.Request())
	defer p.Close()
	h := c.Response().Header()
	if a.crossSite(c.Request()) {
		return c.NoContent(http.StatusForbidden)
	}
	if p.Err != nil {
		h.Set("Retry-After", strconv.Itoa(int(leaveRetry/time.Second)))
		return c.NoContent(http.StatusServiceUnavailable)
	}
	if _, one := p.Text["lookup"]; !one {
		return a.leaveAll(c, p.Sealed)
	}
	lookup, err := receipt.ParseLookup(p.Text["lookup"])
	if err != nil {
		return c.NoContent(http.StatusUnprocessableEntity)
	}
	status := http.StatusNoContent
	switch err := a.Replies.Post(c.Request().Context(), p.Text["pass"], lookup, p.Sealed); {
	case err == nil:
	case errors.Is(err, reply.ErrPass):
		status = http.StatusForbidden
	case errors.Is(err, reply.ErrShape):
		status = http.StatusUnprocessableEntity
	case errors.Is(err, reply.ErrMany):
		status = http.StatusConflict
	case errors.Is(err, reply.ErrFull):
		status = http.StatusInsufficientStorage
	default:
		status = http.StatusServiceUnavailable
		h.Set("Retry-After", strconv.Itoa(int(leaveRetry/time.Second)))
	}
	return c.NoContent(status)
}

// leaveAll takes a whole file, and says what became of its replies.
func (a *app) leaveAll(c echo.Context, b []byte) error {
	v := a.outboxPage(c, "")
	v.Posted = true
	// Nobody who reads this goes on by script: the file lies in the box already.
	v.Script = ""
	l := v.Locale
	file, err := receipt.ParseOutbox(b)
	if err != nil {
		v.Wrong = []string{l.Counted("outbox_none", 0)}
		return a.answer(c, http.StatusUnprocessableEntity, v)
	}
	if file.BaseURL != a.BaseURL.String() {
		v.Wrong = []string{l.Sentence("outbox_other", file.BaseURL+outboxPath)}
		return a.answer(c, http.StatusUnprocessableEntity, v)
	}
	why := make(map[string]int)
	for _, r := range file.Replies {
		lookup, err := receipt.ParseLookup(r.Lookup)
		if err != nil {
			why["broken"]++
			continue
		}
		switch err := a.Replies.Post(c.Request().Context(), file.Pass, lookup, r.Sealed); {
		case err == nil:
			v.Taken++
		case errors.Is(err, reply.ErrPass):
			why["pass"]++
		case errors.Is(err, reply.ErrShape):
			why["broken"]++
		case errors.Is(err, reply.ErrMany):
			why["full"]++
		case errors.Is(err, reply.ErrFull):
			why["room"]++
		default:
			why["away"]++
		}
	}
	for _, reason := range []string{"pass", "full", "broken", "room", "away"} {
		if why[reason] > 0 {
			v.Wrong = append(v.Wrong, l.Counted("outbox_"+reason, why[reason]))
		}
	}
	return a.answer(c, http.StatusOK, v)
}
