package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"html"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tipbox/crypto/receipt"
	"tipbox/intake"
	"tipbox/intake/reply"
	"tipbox/intake/server"
	"tipbox/templates"
)

const (
	repliesPath = "/r"

	// Looking takes a whole multiple of these, whatever was found: the script's way, and
	// the server's, where a tenth of a second goes into deriving.
	lookStep = 100 * time.Millisecond
	openStep = time.Second

	// maxRest is how long a processor is left to others at most after a code was derived: on
	// a machine that is busy with other things that takes long, and costs them little.
	maxRest = 250 * time.Millisecond
	// maxOpening is how many may wait for the server to open their replies.
	maxOpening = 16
	// lookRetry is what is said where too many look, or the store is away.
	lookRetry = 30 * time.Second
)

const (
	// pageSize is the size in bytes of a page that shows replies, whatever they are.
	pageSize = 64 << 10
	// maxShown is how many bytes of it are what officers wrote: eight long replies in
	// Vietnamese take half. Only what is nearly all <, & and quotes becomes longer in
	// HTML; a page of another size would tell who reads it.
	maxShown = 48 << 10
)

// askCode shows where a code is typed. It is the same for all.
func (a *app) askCode(c echo.Context) error {
	v := a.repliesPage(c, repliesPath)
	v.Script, v.Data = a.assets.replies.path, a.assets.replies.data[v.Locale.Tag]
	// The script may put the form in the page's place, to write again.
	c.Response().Header().Set("Content-Security-Policy", a.formPolicy)
	return a.answer(c, http.StatusOK, v)
}

// repliesPage returns the page without what is asked or shown, in a language that any
// unit offers. Its switch leads to the path, or is not there.
func (a *app) repliesPage(c echo.Context, path string) *templates.Replies {
	l, chosen := choose(c, a.truth.offered)
	v := &templates.Replies{Page: a.pageIn(nil, l, a.truth.offered, path), At: a.BaseURL.String(), Host: a.BaseURL.Host}
	v.Chosen, v.Replies = chosen, ""
	return v
}

// look answers the script with what waits for a lookup, or a person's code with the
// replies themselves.
func (a *app) look(c echo.Context) error {
	p := a.Bodies.Read(c.Response(), c.Request())
	defer p.Close()
	start := time.Now()
	if a.crossSite(c.Request()) || p.Err != nil {
		return a.notNow(c, p)
	}
	if strings.Contains(c.Request().Header.Get("Accept"), echo.MIMEOctetStream) {
		return a.slots(c, p, start)
	}
	code, err := receipt.Parse(valid(p.Text["code"]))
	if err != nil {
		v := a.repliesPage(c, "")
		v.Typed, v.Problem = valid(p.Text["code"]), codeProblem(err)
		return a.answer(c, http.StatusUnprocessableEntity, v)
	}
	if s := a.Directory.Site(p.Text["again"]); s != nil && !s.IsWithdrawn(start) {
		f := a.form(s, a.page(c, s.Unit, ""))
		f.Token = a.Service.Token(s)
		a.offerCode(f, s, code)
		return a.answer(c, http.StatusOK, f)
	}
	return a.opened(c, p, code, start)
}

// slots answers a lookup with as many slots as a code has replies at most, of one size
// in any order, random where there is none. What is deleted is named in each request,
// by names of nothing where nothing is to be deleted: so both look the same on the line.
func (a *app) slots(c echo.Context, p *server.Posted, start time.Time) error {
	lookup, err := receipt.ParseLookup(p.Text["lookup"])
	if err != nil {
		return c.NoContent(http.StatusUnprocessableEntity)
	}
	found, err := a.found(c.Request().Context(), lookup, p.Text["delete"])
	a.even(c.Request().Context(), start, lookStep)
	if err != nil {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(lookRetry/time.Second)))
		return c.NoContent(http.StatusServiceUnavailable)
	}
	body := make([]byte, receipt.MaxReplies*receipt.SealedSize)
	_, _ = rand.Read(body) // never fails
	for i, slot := range someSlots(len(found)) {
		copy(body[slot*receipt.SealedSize:], found[i])
	}
	h := c.Response().Header()
	h.Set("Content-Length", strconv.Itoa(len(body)))
	return c.Blob(http.StatusOK, echo.MIMEOctetStream, body)
}

// found deletes what is named, and returns what is left.
func (a *app) found(ctx context.Context, l receipt.Lookup, names string) ([][]byte, error) {
	if err := a.Replies.Forget(ctx, l, reply.ParseNames(names)); err != nil {
		return nil, err
	}
	return a.Replies.Look(ctx, l)
}

// someSlots returns n different slots.
func someSlots(n int) []int {
	all := make([]int, receipt.MaxReplies)
	for i := range all {
		j, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			panic(err) // crypto/rand never fails
		}
		all[i], all[j.Int64()] = all[j.Int64()], i
	}
	return all[:n]
}

// opened answers with the replies to a code, opened in memory, a few codes at a time.
// The page has one size, and takes whole seconds.
func (a *app) opened(c echo.Context, p *server.Posted, code receipt.Code, start time.Time) error {
	ctx := c.Request().Context()
	mine, err := a.derive(ctx, code)
	var sealed [][]byte
	if err == nil {
		sealed, err = a.found(ctx, mine.Lookup, p.Text["delete"])
	}
	if err != nil {
		a.even(ctx, start, openStep)
		return a.notNow(c, p)
	}
	v := a.repliesPage(c, "")
	v.Looked, v.Deleted, v.Code, v.Tag = true, p.Text["delete"] != "", string(code), receipt.ShowTag(mine.Tag)
	a.showReplies(v, mine, sealed)
	var page bytes.Buffer
	if err := a.Pages.Write(&page, v); err != nil {
		return err
	}
	page.WriteString(strings.Repeat("\n", max(0, pageSize-page.Len())))
	a.even(ctx, start, openStep)
	return a.send(c, http.StatusOK, v.Lang(), &page, false)
}

// showReplies puts into the page what the receipt opens.
func (a *app) showReplies(v *templates.Replies, mine *receipt.Receipt, sealed [][]byte) {
	var replies []*receipt.Reply
	var names []string
	for _, b := range sealed {
		r, err := mine.Open(b)
		if err != nil {
			continue // somebody else sealed it, to nobody or to another
		}
		replies, names = append(replies, r), append(names, reply.NameOf(b).String())
	}
	v.Names = strings.Join(names, ".")
	receipt.Sort(replies)
	room := maxShown
	for _, r := range slices.Backward(replies) { // the newest are shown in any case
		if n := len(html.EscapeString(r.Text)); n <= room {
			room -= n
		} else {
			r.Text, room = "…", 0
		}
	}
	for _, r := range replies {
		shown := templates.Reply{Day: day(r.On), Text: plainly(r.Text)}
		if slices.Contains(receipt.Answers, r.Answer) {
			shown.Answer = string(r.Answer)
		}
		v.Shown = append(v.Shown, shown)
		if s := a.Directory.Site(r.Site); s != nil && !s.IsWithdrawn(time.Now()) {
			v.WriteTo = s.Code
		}
	}
}

// day returns a day as people write it, or what is no day as it is.
func day(on string) string {
	t, err := time.Parse(time.DateOnly, on)
	if err != nil {
		return ""
	}
	return t.Format("02/01/2006")
}

// plainly returns text without what would turn around the text after it, in and
// outside of it (https://www.unicode.org/reports/tr9/).
func plainly(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, text)
}

// derive waits for its turn: each takes a tenth of a second of a processor that tips
// need as well, and as long again nobody's is taken, whoever still waits for the answer.
// So codes without end have a quarter of two processors, and half of one.
func (a *app) derive(ctx context.Context, code receipt.Code) (*receipt.Receipt, error) {
	select {
	case a.waiting <- struct{}{}:
		defer func() { <-a.waiting }()
	default:
		return nil, reply.ErrBusy
	}
	select {
	case a.opening <- struct{}{}:
		defer func() { <-a.opening }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	start := time.Now()
	defer func() { a.Wait(context.WithoutCancel(ctx), min(time.Since(start), maxRest)) }()
	return code.Derive(a.BaseURL.String())
}

// notNow gives the code back that was typed.
func (a *app) notNow(c echo.Context, p *server.Posted) error {
	v := a.repliesPage(c, "")
	v.Typed, v.Later = valid(p.Text["code"]), true
	c.Response().Header().Set("Retry-After", strconv.Itoa(int(lookRetry/time.Second)))
	return a.answer(c, http.StatusServiceUnavailable, v)
}

// codeProblem names what is wrong with a code that was typed.
func codeProblem(err error) string {
	var length *receipt.LengthError
	switch {
	case errors.As(err, new(*receipt.LetterError)):
		return "code_letter"
	case errors.As(err, &length) && length.Digits < receipt.Digits:
		return "code_short"
	case errors.As(err, &length):
		return "code_long"
	}
	return "code_check"
}

// even waits until the time since start is a whole multiple of the step.
func (a *app) even(ctx context.Context, start time.Time, step time.Duration) {
	a.Wait(ctx, step-time.Since(start)%step)
}

// wait waits for d, or until nobody waits any more.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// offerCode puts into a form the code that was ticked, or a fresh one, where the unit
// answers.
func (a *app) offerCode(f *templates.Form, s *intake.Site, ticked receipt.Code) {
	if !s.Unit.Replies {
		return
	}
	f.WantsReply = ticked != ""
	if ticked == "" {
		ticked = receipt.NewCode()
	}
	f.Receipt, f.ReceiptRows = string(ticked), ticked.Rows()
}

// wanted returns the code of a form on which a reply is wanted, or "". One that is no
// code was not ours: the tip is taken without it.
func wanted(p *server.Posted) receipt.Code {
	if p.Text["reply"] == "" {
		return ""
	}
	code, _ := receipt.Parse(p.Text["code"])
	return code
}
