package web

import (
	"bytes"
	"context"
	"html"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"tipbox/intake"
	"tipbox/intake/server"
	"tipbox/intake/server/formtest"
)

// TestNothingWrittenIsLost: whatever the answer, all that was written is in it.
func TestNothingWrittenIsLost(t *testing.T) {
	b := newBox(t, nil)
	broken := newBox(t, func(b *box) { b.o.Directory.Site("ncs02").Unit = nil })
	small := newBox(t, func(b *box) {
		b.o.Bodies = server.NewBodies(server.BodyOptions{MaxBody: 1 << 20, Budget: server.NewBudget(1, 1)})
	})
	failing := newBox(t, func(b *box) { b.parts.Spool = failingSpool{func() error { return context.DeadlineExceeded }} })
	full := newBox(t, func(b *box) { b.parts.Spool = failingSpool{func() error { return intake.ErrNoRoom }} })
	narrow := newBox(t, func(b *box) { b.parts.Limits = refusing{b.parts.Limits} })
	tip := []string{"mailbox=crime", "message=" + typed, "place=Cầu treo", "time=tối qua", "to=oversight", "delivery=later"}
	send := func(b *box, target, token string, header ...string) *httptest.ResponseRecorder {
		contentType, body := formtest.Form(t, append([]string{token}, tip...)...)
		return b.do(http.MethodPost, target, bytes.NewReader(body), append(header, "Content-Type", contentType)...)
	}
	photo := func(b *box, size int) *httptest.ResponseRecorder {
		return b.send("/t/ncs01", append([]string{b.token("ncs01")}, append(tip, "photo@a.jpg="+strings.Repeat("x", size))...)...)
	}
	contentType, whole := formtest.Form(t, append([]string{b.token("ncs01")}, tip...)...)
	for name, c := range map[string]struct {
		status int
		w      *httptest.ResponseRecorder
	}{
		"broken off":     {400, b.do(http.MethodPost, "/t/ncs01", bytes.NewReader(whole[:len(whole)-10]), "Content-Type", contentType)},
		"another site's": {403, send(b, "/t/ncs01", b.token("ncs01"), "Sec-Fetch-Site", "cross-site")},
		"no such site":   {404, send(b, "/t/ncs09", b.token("ncs01"))},
		"no such page":   {404, send(b, "/none/such", b.token("ncs01"))},
		"home":           {404, send(b, "/", b.token("ncs01"))},
		"robots.txt":     {404, send(b, "/robots.txt", b.token("ncs01"))},
		"the script":     {404, send(b, "/s/x.js", b.token("ncs01"))},
		"stale":          {409, send(b, "/t/ncs01", b.token("ncs02"))},
		"withdrawn":      {410, send(b, "/t/cu", b.token("cu"))},
		"too large":      {413, photo(small, 2<<20)},
		"not a photo":    {422, photo(b, 1000)},
		"a limit":        {429, send(narrow, "/t/ncs01", narrow.token("ncs01"))},
		"a fault":        {500, send(failing, "/t/ncs01", failing.token("ncs01"))},
		"a broken page":  {500, send(broken, "/t/ncs02", broken.token("ncs02"))},
		"a full disk":    {503, send(full, "/t/ncs01", full.token("ncs01"))},
		"no room at all": {503, photo(small, 1000)},
	} {
		page := c.w.Body.String()
		if c.w.Code != c.status {
			t.Errorf("%s: %d, want %d", name, c.w.Code, c.status)
		}
		for _, written := range []string{typed, "Cầu treo", "tối qua"} {
			if !strings.Contains(page, html.EscapeString(written)) {
				t.Errorf("%s: %q is lost\n%s", name, written, page[max(0, strings.Index(page, "<body>")):])
			}
		}
		if strings.Contains(page, "<form id=\"tip\"") && (!strings.Contains(page, `value="oversight" checked`) || !strings.Contains(page, `value="later" checked`)) && name != "broken off" {
			t.Errorf("%s: what was chosen is lost\n%s", name, page)
		}
	}
}

// TestBrokenForms: what arrived comes back.
func TestBrokenForms(t *testing.T) {
	b := newBox(t, func(b *box) { b.o.Bodies = server.NewBodies(server.BodyOptions{MaxBody: 1 << 20}) })
	contentType, body := formtest.Form(t, b.token("ncs01"), "mailbox=crime", "message="+typed, "place=Chợ")
	for name, c := range map[string]struct {
		contentType string
		body        []byte
		status      int
		kept        bool
	}{
		"cut off":    {contentType, body[:bytes.Index(body, []byte(typed))+len(typed)], 400, true},
		"not a form": {"text/plain", []byte("message=" + typed), 415, false},
		"too large":  {contentType, slices.Concat(body[:len(body)-100], make([]byte, 2<<20)), 413, true},
	} {
		w := b.do(http.MethodPost, "/t/ncs01", bytes.NewReader(c.body), "Content-Type", c.contentType)
		page := w.Body.String()
		if w.Code != c.status || strings.Contains(page, html.EscapeString(typed)) != c.kept || !strings.Contains(page, "Tin chưa gửi được") || !tokenField.MatchString(page) {
			t.Errorf("%s: %d\n%s", name, w.Code, page[strings.Index(page, "<body>"):])
		}
	}
	if n := len(b.spooled()); n != 0 {
		t.Errorf("%d tips were spooled", n)
	}
}

// TestCrossSite: a form on another page is not taken, one on ours always, whatever
// the browser says of itself and whatever Host a proxy passes on. What is not
// taken is shown, to be sent from our own page if whoever reads it wrote it.
func TestCrossSite(t *testing.T) {
	b := newBox(t, nil)
	for name, c := range map[string]struct {
		host   string
		header []string
		status int
	}{
		"an old browser, no Origin":                  {"tip.example.vn", nil, 303},
		"same site":                                  {"tip.example.vn", []string{"Origin", "https://tip.example.vn"}, 303},
		"behind a proxy":                             {"127.0.0.1:8080", []string{"Origin", "https://tip.example.vn"}, 303},
		"behind a proxy, modern":                     {"127.0.0.1:8080", []string{"Origin", "https://tip.example.vn", "Sec-Fetch-Site", "same-origin"}, 303},
		"another site":                               {"tip.example.vn", []string{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"}, 403},
		"another site, old":                          {"tip.example.vn", []string{"Origin", "https://evil.example"}, 403},
		"a sandboxed frame":                          {"tip.example.vn", []string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, 403},
		"a page saved as a file":                     {"tip.example.vn", []string{"Origin", "null", "Sec-Fetch-Site", "cross-site"}, 403},
		"behind a proxy that forbids referrers, old": {"tip.example.vn", []string{"Origin", "null"}, 303},
	} {
		token := b.token("ncs01")
		contentType, body := formtest.Form(t, token, "mailbox=crime", "message="+typed+name, "to=oversight")
		r := httptest.NewRequest(http.MethodPost, "/t/ncs01", bytes.NewReader(body))
		r.Host = c.host
		r.Header.Set("Content-Type", contentType)
		for i := 0; i < len(c.header); i += 2 {
			r.Header.Set(c.header[i], c.header[i+1])
		}
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s: %d, want %d", name, w.Code, c.status)
		}
		page := w.Body.String()
		if c.status != 403 {
			continue
		}
		fresh := tokenField.FindStringSubmatch(page)
		if fresh == nil || "token="+fresh[1] == token || !strings.Contains(page, html.EscapeString(typed)) || !strings.Contains(page, "không phải của hòm thư") {
			t.Errorf("%s:\n%s", name, page)
			continue
		}
		if w := b.send("/t/ncs01", "token="+fresh[1], "mailbox=crime", "message="+typed+name); !taken(w, "vi") {
			t.Errorf("%s, sent from our page: %d", name, w.Code)
		}
	}
}
