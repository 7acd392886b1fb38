package web

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/server"
	"tipbox/intake/server/formtest"
)

// TestEveryAnswerIsHeaded: whatever an answer says and is, browsers are told to
// keep nothing of it, to run nothing in it and to tell nobody.
func TestEveryAnswerIsHeaded(t *testing.T) {
	b := sealingBox(t)
	b.o.Bodies = server.NewBodies(server.BodyOptions{MaxBody: 1 << 20})
	b.o.Directory.Site("ncs02").Unit = nil
	var err error
	if b.handler, err = New(b.o); err != nil {
		t.Fatal(err)
	}
	full := newBox(t, func(b *box) { b.parts.Spool = failingSpool{func() error { return intake.ErrNoRoom }} })
	narrow := newBox(t, func(b *box) { b.parts.Limits = refusing{b.parts.Limits} })
	script := scriptTag.FindStringSubmatch(b.get("/t/ncs01").Body.String())
	tip := []string{"mailbox=crime", "message=x"}
	with := func(b *box, more ...string) []string { return append(append(more, b.token("ncs01")), tip...) }
	large, _ := formtest.Form(t)
	answers := map[int][]*httptest.ResponseRecorder{
		200: {b.get("/"), b.get("/t/ncs01"), b.do(http.MethodHead, "/t/ncs01", nil), b.get("/robots.txt"), b.get(script[1]), b.get(script[2]), b.get("/k")},
		204: {b.do(http.MethodOptions, "/t/ncs01", nil)},
		303: {b.send("/t/ncs01", with(b)...)},
		400: {b.do(http.MethodPost, "/t/ncs01", nil, "Content-Type", large)},
		403: {b.do(http.MethodPost, "/t/ncs01", nil, "Sec-Fetch-Site", "cross-site"), b.do(http.MethodPost, "/t/ncs01", nil, "Origin", "https://evil.example")},
		404: {b.get("/t/none"), b.get("/none"), b.get("/s/none.js"), b.get("/t?code=none"), b.do(http.MethodPost, "/t/none", nil), b.do(http.MethodPost, "/", nil)},
		405: {b.do(http.MethodDelete, "/t/ncs01", nil), b.do("PURGE", "/s/x", nil)},
		409: {b.send("/t/ncs01", append(tip, "token=")...), b.send("/t/ncs01", with(b, "sealed@tin.age=x")...)},
		410: {b.get("/t/cu")},
		413: {b.do(http.MethodPost, "/t/ncs01", bytes.NewReader(make([]byte, 2<<20)), "Content-Type", large)},
		415: {b.do(http.MethodPost, "/t/ncs01", nil)},
		422: {b.send("/t/ncs01", b.token("ncs01"))},
		429: {narrow.send("/t/ncs01", with(narrow)...)},
		500: {b.get("/t/ncs02")},
		503: {full.send("/t/ncs01", with(full)...)},
	}
	for status, all := range answers {
		for i, w := range all {
			if w.Code != status {
				t.Errorf("answer %d of %d has the status %d", i, status, w.Code)
			}
			h := w.Header()
			for name, want := range map[string]string{
				"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "X-Robots-Tag": "noindex",
				"Strict-Transport-Security": "max-age=63072000", "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
			} {
				if got := h[name]; !slices.Equal(got, []string{want}) {
					t.Errorf("answer %d of %d: %s is %q", i, status, name, got)
				}
			}
			if csp := h["Content-Security-Policy"]; len(csp) != 1 || !strings.HasPrefix(csp[0], "default-src 'none'; ") || strings.Contains(csp[0], "unsafe") {
				t.Errorf("answer %d of %d: policies %q", i, status, csp)
			}
			for _, never := range []string{"Set-Cookie", "Location", "Refresh", "Link", "Last-Modified", "Etag", "Server"} {
				if h.Get(never) != "" && (never != "Location" || !taken(w, "vi")) {
					t.Errorf("answer %d of %d has %s", i, status, never)
				}
			}
		}
	}
}

// refusing has no room for anyone.
type refusing struct{ intake.Limiter }

func (refusing) Take(context.Context, intake.Ask) (intake.Grant, error) {
	return nil, &intake.LimitError{RetryAfter: time.Minute}
}
