// Package web shows the form to villagers and takes what they send. It answers
// only with pages of package templates, also where something is wrong, and
// writes nothing down: neither who asked, nor for what.
package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tipbox/intake"
	"tipbox/intake/reply"
	"tipbox/intake/server"
	"tipbox/templates"
)

// Options are the parts of the app. Service, Directory, Pages and BaseURL are needed.
type Options struct {
	Service   *intake.Service
	Directory *intake.Directory
	Pages     *templates.Pages
	BaseURL   *url.URL // what posters carry, without a slash at the end
	// TrustedProxies may say in X-Forwarded-For whom they speak for; without any,
	// who holds the connection is the sender.
	TrustedProxies []netip.Prefix
	Replies        *reply.Replies                             // nil: none can be read, nor left
	Wait           func(ctx context.Context, d time.Duration) // evens out how long looking takes; default a timer
	// Acknowledge takes the token of an alert that somebody has seen. It takes as long
	// for any. Default nothing.
	Acknowledge func(token string)
	Bodies      *server.Bodies // default server.NewBodies(server.BodyOptions{})
	Log         *slog.Logger   // default none
}

// app answers requests.
type app struct {
	Options
	only    *intake.Unit // where there is just one: pages without a site name it
	origins *http.CrossOriginProtection
	thanked thanksPages
	assets  *assets
	fresh   freshForms
	truth   truthPages
	answers bool          // some unit does: pages lead to the replies
	opening chan struct{} // who has the server open replies
	waiting chan struct{} // and who waits for that
	// Content-Security-Policy of pages that run nothing, of the form and of what may
	// become one, of the page that posts replies, and of the board.
	policy, formPolicy, outboxPolicy, boardPolicy string
}

// New returns the form's handler, to be served by server.New's.
func New(o Options) (http.Handler, error) {
	if o.Service == nil || o.Directory == nil || o.Pages == nil || o.BaseURL == nil {
		return nil, errors.New("web: service, directory, pages and base URL are needed")
	}
	if o.Bodies == nil {
		o.Bodies = server.NewBodies(server.BodyOptions{})
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Acknowledge == nil {
		o.Acknowledge = func(string) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	a := &app{
		Options: o, origins: http.NewCrossOriginProtection(),
		opening: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), waiting: make(chan struct{}, maxOpening),
	}
	a.answers = o.Replies != nil && slices.ContainsFunc(o.Directory.Units(), func(u *intake.Unit) bool { return u.Replies })
	if units := o.Directory.Units(); len(units) == 1 {
		a.only = units[0]
	}
	var err error
	if a.assets, err = newAssets(o.Directory, o.Pages, o.BaseURL.String()); err != nil {
		return nil, err
	}
	a.policies()
	if err := errors.Join(a.drawFresh(), a.drawTruth()); err != nil {
		return nil, err
	}
	// The address that people see, whatever Host a proxy passes on.
	if err := a.origins.AddTrustedOrigin(o.BaseURL.Scheme + "://" + o.BaseURL.Host); err != nil {
		return nil, err
	}

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard) // echo's errors quote paths
	e.IPExtractor = func(r *http.Request) string { return a.sender(r).String() }
	e.HTTPErrorHandler = a.fail
	e.Pre(a.headers, anyCase, a.noPanic)
	read := []string{http.MethodGet, http.MethodHead}
	e.Match(read, "/", a.home)
	e.Match(read, truthPath, a.showTruth)
	e.Match(read, "/robots.txt", robots)
	e.Match(read, "/s/:file", a.asset)
	e.Match(read, "/t", a.find)
	e.Match(read, "/b/:unit", a.showBoard)
	if a.Replies != nil {
		e.Match(read, repliesPath, a.askCode)
		e.POST(repliesPath, a.look)
		e.Match(read, outboxPath, a.askOutbox)
		e.POST(outboxPath, a.leave)
	}
	e.Match(read, "/a/:token", a.showAlert)
	e.POST("/a/:token", a.takeAlert)
	e.Match(read, "/*", a.show)
	e.POST("/*", a.take)
	return e, nil
}

// anyCase finds the routes for an address as people type it: /T/NCS01/.
func anyCase(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		u.RawPath = ""
		u.Path = "/" + strings.ToLower(strings.Trim(u.Path, "/"))
		return next(c)
	}
}

// crossSite reports whether a form was posted from another site's page.
//
// An Origin that is null does not say so where the browser is too old for
// Sec-Fetch-Site (Chrome before 76, Safari before 16.4): it is what these send from
// our own page, too, where a proxy adds "Referrer-Policy: no-referrer". Then the
// form's token has to do.
func (a *app) crossSite(r *http.Request) bool {
	if r.Header.Get("Origin") == "null" && r.Header.Get("Sec-Fetch-Site") == "" {
		return false
	}
	return a.origins.Check(r) != nil
}

// headers says on every answer what browsers may do with it: nothing but show it.
func (a *app) headers(next echo.HandlerFunc) echo.HandlerFunc {
	fixed := map[string][]string{ // each of one value, so that none has to be made anew
		"Cache-Control":                {"no-store"},
		"Content-Security-Policy":      {a.policy},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"camera=(), geolocation=(), microphone=()"},
		"Referrer-Policy":              {"same-origin"}, // no-referrer makes old browsers post Origin: null
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"}, // browsers without frame-ancestors
		"X-Robots-Tag":                 {"noindex"},
	}
	if a.BaseURL.Scheme == "https" {
		fixed["Strict-Transport-Security"] = []string{"max-age=63072000"}
	}
	return func(c echo.Context) error {
		h := c.Response().Header()
		for name, value := range fixed {
			h[name] = value
		}
		a.tellOperator(c.Request(), h)
		return next(c)
	}
}

// policies says what pages may do (https://www.w3.org/TR/CSP3/): look as they do
// and post forms, here. The form may also run the script that seals, which asks
// us for recipients, shows photos, never makes markup of text, and may be its own
// worker.
func (a *app) policies() {
	const all = "; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	look := "default-src 'none'; style-src " + a.Pages.StyleHash() + "; img-src data:"
	a.policy = look + all
	a.boardPolicy = strings.Replace(a.policy, a.Pages.StyleHash(), a.Pages.ToldHash(), 1)
	a.formPolicy = look + " blob:; script-src 'self' " + a.Pages.EarlyHash() + "; connect-src 'self'; worker-src 'self'" + all +
		"; require-trusted-types-for 'script'; trusted-types tipbox-worker"
	a.outboxPolicy = look + "; script-src 'self'; connect-src 'self'" + all + "; require-trusted-types-for 'script'; trusted-types 'none'"
}

// policyOf is the form's: what it seals with, and has to say, is in it or not.
func (a *app) policyOf(f *templates.Form) string {
	if f.Script == "" {
		return a.policy
	}
	if f.Spoken == "" {
		return a.formPolicy
	}
	return a.formPolicy + "; media-src 'self'"
}

func robots(c echo.Context) error {
	return c.String(http.StatusOK, "User-agent: *\nDisallow: /\n")
}
