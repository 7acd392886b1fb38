package traces

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tipbox/cmd/internal/boxtest"
)

// auditAnswers are all headers that an answer may have, each with a pattern for
// its whole value. There is none that sets anything in a browser.
var auditAnswers = map[string]string{
	"Cache-Control":                "no-store",
	"Content-Security-Policy":      `default-src 'none'; .*form-action 'self'.*`,
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           `.*camera=\(\).*geolocation=\(\).*microphone=\(\).*`,
	"Referrer-Policy":              "same-origin",
	"Strict-Transport-Security":    `max-age=\d{8,}`,
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"X-Robots-Tag":                 "noindex.*",

	"Content-Language": "vi", "Tipbox-Taken": "yes", "Content-Length": `\d+`, "Content-Type": "text/(html|plain); charset=(utf|UTF)-8", "Date": ".*",
	"Connection": ".*", "Allow": ".*", "Vary": ".*", "Server": "nginx", "Retry-After": `\d+`, "Location": `/k\?l=vi`,
}

// auditOptional are headers that not every answer has.
var auditOptional = []string{"Connection", "Allow", "Vary", "Server", "Retry-After", "Content-Language", "Tipbox-Taken", "Location"}

// TestAuditPage holds the headers of every answer, that looking has no effect,
// and that nobody is sent elsewhere, with nginx in front and without.
func TestAuditPage(t *testing.T) {
	t.Parallel()
	addr := boxtest.FreeAddr(t)
	b := newAuditBox(t, "", false, "--listen", addr, "--base-url", "https://tip.example.vn")
	n := startNginx(t, addr)
	b.start()
	d := &auditDay{auditBox: b}
	fronts := []string{b.url(), fronted(n.https)}
	for i, front := range fronts {
		d.front = func() string { return front }
		v := d.villager(sourceV4[0])
		v.URL = front + "/t/ncs01"
		d.mail.Wait(i) // the tips sent so far
		d.waitFor("them to leave the spool", func() bool { return len(d.spooled("new")) == 0 })
		before := d.state()
		var pages []*boxtest.Answer
		for range 20 { // a link preview's robot, a thousand scans
			pages = append(pages, d.raw(v, http.MethodGet, 200, nil, ""), d.raw(v, http.MethodHead, 200, nil, ""))
		}
		for path, status := range map[string]int{"/": 200, "/robots.txt": 200, "/k": 200, "/t/NCS01/": 200, "/t?code=ncs01": 200, "/t/none": 404, "/none": 404} {
			pages = append(pages, d.raw(v.At(path), http.MethodGet, status, nil, ""))
		}
		if after := d.state(); after != before {
			t.Errorf("looking left something behind:\n%s\nbefore:\n%s", after, before)
		}
		pages = append(pages, d.raw(v, http.MethodPut, 405, nil, ""))
		body, kind := auditBody(t, auditForm(d.token(v)))
		for header, value := range map[string]string{"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"} {
			crossed := *v
			crossed.Line = withHeader{v.Line, header, value}
			page := d.raw(&crossed, http.MethodPost, 403, body, kind)
			if !strings.Contains(page.Body, markMessage) {
				t.Errorf("a form from elsewhere (%s) is not given back", header)
			}
			pages = append(pages, page)
		}
		if after := d.state(); after != before {
			t.Errorf("a form from elsewhere was taken:\n%s", after)
		}
		own := *v
		own.Line = withHeader{withHeader{v.Line, "Origin", "https://tip.example.vn"}, "Sec-Fetch-Site", "same-origin"}
		pages = append(pages, d.raw(&own, http.MethodPost, http.StatusSeeOther, body, kind))
		pages = append(pages, d.raw(v, http.MethodPost, 400, body[:100], kind))
		for _, page := range pages {
			auditAnswer(t, page)
		}
	}
	d.mail.Wait(2)

	// Whoever types the address without https:// is sent on, and no browser keeps that.
	v := auditVillager(t, strings.Replace(fronted(n.http), "https:", "http:", 1), sourceV4[0])
	a := d.raw(v, http.MethodGet, http.StatusFound, nil, "")
	if where, kept := a.Header.Get("Location"), a.Header.Get("Cache-Control"); !strings.HasPrefix(where, "https://") || strings.Contains(where, "/t/") || kept != "no-store" {
		t.Errorf("plain HTTP is sent to %q, Cache-Control %q", where, kept)
	}
}

func auditAnswer(t *testing.T, a *boxtest.Answer) {
	t.Helper()
	for name, values := range a.Header {
		want, known := auditAnswers[name]
		if !known || len(values) != 1 || !regexp.MustCompile("^"+want+"$").MatchString(values[0]) {
			t.Errorf("status %d: %s: %q", a.Status, name, values)
		}
	}
	led := a.Status == http.StatusSeeOther // and brings no page
	for name := range auditAnswers {
		if a.Header.Get(name) == "" && (!led || name != "Content-Type") && !slices.Contains(auditOptional, name) {
			t.Errorf("status %d: no %s among %v", a.Status, name, slices.Sorted(maps.Keys(a.Header)))
		}
	}
	if led && (!a.Taken() || a.Body != "") || !led && (a.Status/100 == 3 || a.Header.Get("Location")+a.Header.Get("Tipbox-Taken") != "") {
		t.Errorf("led elsewhere: %v", a)
	}
	// Nothing of the page comes from elsewhere or stays behind.
	if m := regexp.MustCompile(`(?i)(src|href|action)="(https?:)?//[^"]*"|@import|url\(|localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie`).
		FindString(a.Body); m != "" {
		t.Errorf("the page has %q", m)
	}
}

// state is all that a request could have changed, but for the time of day.
func (b *auditBox) state() string {
	b.t.Helper()
	var files place
	log := notRedis(b.run.Said.String())
	b.walk(b.temp, &files, &files)
	for _, dir := range []string{"new", "hold", "tmp"} {
		files.addf("%s %v", dir, b.spooled(dir))
	}
	// Used forms are remembered for days; a sender's key is gone in a minute.
	forms, err := b.redis.Do("KEYS", "tipbox:form:*")
	if err != nil {
		b.t.Fatal(err)
	}
	files.addf("forms %s mails %d", forms, len(b.mail.Mails()))
	return log + string(files.data)
}

// notRedis leaves out what the box says of Redis: it asks it every second by its
// own clock, and on a busy machine may find it slow.
func notRedis(lines string) string {
	var b strings.Builder
	for line := range strings.Lines(lines) {
		if !strings.Contains(line, "redis") {
			b.WriteString(line)
		}
	}
	return b.String()
}
