package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/server/formtest"
	"tipbox/intake/waittest"
)

// TestHeaders: every answer, good or bad, may only be shown, and leaves nothing
// behind.
func TestHeaders(t *testing.T) {
	b := newBox(t, nil)
	contentType, body := formtest.Form(t, b.token("ncs01"), "mailbox=crime", "message=x")
	style := regexp.MustCompile(`(?s)<style>(.*)</style>`)
	for target, w := range map[string]*httptest.ResponseRecorder{
		"form":       b.get("/t/ncs01"),
		"truth":      b.get("/k"),
		"lost":       b.get("/t/none"),
		"home":       b.get("/"),
		"alert":      b.get("/a/" + strings.Repeat("a", 39)),
		"answered":   b.do("POST", "/a/"+strings.Repeat("a", 39), nil),
		"elsewhere":  b.get("/wp-login.php?x=<y>"),
		"method":     b.do("DELETE", "/t/ncs01", nil),
		"cross-site": b.do("POST", "/t/ncs01", bytes.NewReader(body), "Content-Type", contentType, "Origin", "https://evil.example"),
	} {
		h := w.Header()
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security": "max-age=63072000", "X-Robots-Tag": "noindex",
			"Content-Type": "text/html; charset=utf-8", "Content-Language": "vi",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", target, name, got)
			}
		}
		for _, never := range []string{"Set-Cookie", "Location", "Server", "X-Powered-By"} {
			if h.Get(never) != "" {
				t.Errorf("%s: has %s", target, never)
			}
		}
		csp := h.Get("Content-Security-Policy")
		sum := sha256.Sum256([]byte(style.FindStringSubmatch(w.Body.String())[1]))
		hash := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		for _, want := range []string{"default-src 'none'", "style-src " + hash + ";", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %s lacks %s", target, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script") {
			t.Errorf("%s: policy %s", target, csp)
		}
	}
	loopback := newBox(t, func(b *box) { b.o.BaseURL = &url.URL{Scheme: "http", Host: "127.0.0.1:8080"} })
	if h := loopback.get("/").Header(); h.Get("Strict-Transport-Security") != "" {
		t.Error("HSTS without TLS")
	}
}

// TestOperator: whoever has the secret is told how their own request looks, and is no
// other; to everybody else it is as if they had not asked.
func TestOperator(t *testing.T) {
	b := newBox(t, func(b *box) { b.o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")} }) // httptest's
	ours := b.key.MintOperator(time.Now())
	forwarded := []string{"X-Forwarded-For", "198.51.100.7, 203.0.113.5", intake.OperatorHeader}
	for _, target := range []string{"/t/ncs01", "/none", "/k"} {
		if got := b.get(target, append(forwarded, ours)...).Header().Get(intake.SeenHeader); got != "203.0.113.5 192.0.2.1" {
			t.Errorf("%s: seen %q", target, got)
		}
	}
	asked := b.get("/k")
	for what, token := range map[string]string{
		"none": "", "junk": "x", "a form's": b.key.Mint("ncs01", time.Now()),
		"of another secret": otherKey(t).MintOperator(time.Now()), "an old one": b.key.MintOperator(time.Now().Add(-8 * 24 * time.Hour)),
	} {
		w := b.get("/k", append(forwarded, token)...)
		if !maps.EqualFunc(w.Header(), asked.Header(), slices.Equal) || w.Body.String() != asked.Body.String() {
			t.Errorf("%s: %v", what, w.Header())
		}
	}
	if w := b.send("/t/ncs01", "token="+ours, "mailbox=crime", "message=x"); w.Code != http.StatusConflict {
		t.Errorf("the operator's token serves as a form's: %d", w.Code)
	}
}

func otherKey(t *testing.T) *intake.FormKey {
	t.Helper()
	key, err := intake.NewFormKey(bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestWays: which address is answered how.
func TestWays(t *testing.T) {
	b := newBox(t, nil)
	for _, c := range []struct {
		method, target string
		status         int
		want           string
	}{
		{"GET", "/t/ncs01", 200, `action="/t/ncs01"`},
		{"GET", "/T/NCS01/", 200, `action="/t/ncs01"`},
		{"GET", "/t/ncs01?l=VI", 200, `action="/t/ncs01?l=vi"`},
		{"GET", "/t/ncs01?l=en", 200, `<html lang="en"`},
		{"GET", "/t?code=+NCS01+", 200, `action="/t/ncs01"`},
		{"GET", "/?l=en", 200, `<input type="hidden" name="l" value="en">`},
		{"GET", "/t?code=https://tip.example.vn/t/ncs01&l=en", 200, `action="/t/ncs01?l=en"`},
		{"GET", "/t?code=%22%3E%3Cb%3E", 404, `value="&#34;&gt;&lt;b&gt;"`},
		{"GET", "/t", 200, "Quét mã để gửi tin"},
		{"GET", "/", 200, "Quét mã để gửi tin"},
		{"GET", "/t/%2e%2e%2f", 404, "Không tìm thấy"},
		{"GET", "//evil.example/%5c", 404, `href="/evil.example/%5C?l=en"`},
		{"GET", "/favicon.ico", 404, "Không tìm thấy"},
		{"GET", "/robots.txt", 200, "Disallow: /"},
		{"POST", "/", 404, "Không tìm thấy"},
		{"DELETE", "/", 405, "Trang này chỉ để xem và gửi tin"},
		{"PUT", "/t/ncs01", 405, `href="/t/ncs01"`},
	} {
		w := b.do(c.method, c.target, nil)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s %s: %d, want %d with %s\n%s", c.method, c.target, w.Code, c.status, c.want, w.Body)
		}
	}
	if allow := b.do("PUT", "/t/ncs01", nil).Header().Get("Allow"); !strings.Contains(allow, "POST") {
		t.Errorf("Allow: %q", allow)
	}
}

// TestGetLeavesNothing: however often a link is looked at, by people or preview
// robots, nothing is counted, spent or spooled; HEAD is GET without its body.
func TestGetLeavesNothing(t *testing.T) {
	b := newBox(t, nil)
	get, head := b.get("/t/ncs01"), b.do(http.MethodHead, "/t/ncs01", nil)
	if head.Code != get.Code || head.Header().Get("Content-Length") != get.Header().Get("Content-Length") {
		t.Errorf("HEAD: %d, %v", head.Code, head.Header())
	}
	server := httptest.NewServer(b.handler)
	defer server.Close()
	resp, err := http.Head(server.URL + "/t/ncs01")
	if err != nil || resp.ContentLength <= 0 {
		t.Errorf("HEAD over the wire: %v, %+v", err, resp)
	}
	if b.log.Len() != 0 || len(b.spooled()) != 0 {
		t.Errorf("log %q, %d tips", b.log, len(b.spooled()))
	}
}

// TestLanguages: link, then browser, then the unit's or our first.
func TestLanguages(t *testing.T) {
	b := newBox(t, nil)
	for _, c := range []struct{ query, accept, want string }{
		{"", "", "vi"}, {"", "en-GB", "en"}, {"?l=en", "vi", "en"}, {"?l=mww", "", "vi"}, {"?l=x", "zh", "vi"},
	} {
		w := b.get("/t/ncs01"+c.query, "Accept-Language", c.accept)
		if !strings.Contains(w.Body.String(), `<html lang="`+c.want+`"`) || w.Header().Get("Content-Language") != c.want {
			t.Errorf("%s with %q is not in %s", c.query, c.accept, c.want)
		}
	}
	page := b.get("/t/ncs01").Body.String()
	if !strings.Contains(page, `<a lang="en" hreflang="en" href="/t/ncs01?l=en">English</a>`) || strings.Contains(page, "Hmoob") {
		t.Error("the language switch is wrong")
	}
	own := newBox(t, func(b *box) { b.o.Directory.Units()[0].Languages = []string{"en", "mww"} })
	page = own.get("/t/ncs01?l=vi", "Accept-Language", "vi").Body.String()
	if !strings.Contains(page, `<html lang="en"`) || strings.Contains(page, "<nav") {
		t.Error("a unit's own choice of languages is not kept")
	}
}

// TestZalo: one line more inside Zalo, and none elsewhere.
func TestZalo(t *testing.T) {
	b := newBox(t, nil)
	const ua = "Mozilla/5.0 (Linux; Android 9) Chrome/78.0 Mobile Safari/537.36 Zalo android/12100710"
	if !strings.Contains(b.get("/t/ncs01", "User-Agent", ua).Body.String(), `class="zalo"`) {
		t.Error("no line inside Zalo")
	}
	if strings.Contains(b.get("/t/ncs01", "User-Agent", "Mozilla/5.0 Chrome/78.0").Body.String(), `class="zalo"`) {
		t.Error("Zalo's line elsewhere")
	}
}

func TestSender(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"198.51.100.7:1234", nil, "198.51.100.7"},
		{"[2001:db8::7%eth0]:1234", nil, "2001:db8::7"},
		{"[::ffff:198.51.100.7]:1234", nil, "198.51.100.7"},
		{"198.51.100.7:1234", []string{"203.0.113.9"}, "198.51.100.7"}, // forged
		{"10.0.0.1:1234", nil, "10.0.0.1"},
		{"10.0.0.1:1234", []string{"203.0.113.9"}, "203.0.113.9"},
		{"[::ffff:10.0.0.1]:1234", []string{"203.0.113.9"}, "203.0.113.9"},
		{"10.0.0.1:1234", []string{"192.0.2.66, 203.0.113.9"}, "203.0.113.9"},             // the first is forged
		{"10.0.0.1:1234", []string{"192.0.2.66", "203.0.113.9, 10.0.0.2"}, "203.0.113.9"}, // two headers, two proxies
		{"10.0.0.1:1234", []string{"203.0.113.9:55555"}, "203.0.113.9"},
		{"10.0.0.1:1234", []string{"[2001:db8::9]:443"}, "2001:db8::9"},
		{"10.0.0.1:1234", []string{`"[2001:db8::9]"`}, "2001:db8::9"},
		{"10.0.0.1:1234", []string{"2001:db8::9%eth0"}, "2001:db8::9"},
		{"[fd00::1]:1234", []string{"2001:db8::9"}, "2001:db8::9"},
		{"10.0.0.1:1234", []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		{"10.0.0.1:1234", []string{"203.0.113.9, unknown, 10.0.0.2"}, "10.0.0.2"},
		{"10.0.0.1:1234", []string{"10.9.9.9, 10.0.0.2"}, "10.9.9.9"}, // nobody but proxies
		{"10.0.0.1:1234", []string{""}, "10.0.0.1"},
		{"10.0.0.1:1234", []string{strings.Repeat("1.1.1.1,", 1000) + "203.0.113.9"}, "203.0.113.9"},
		{"@", nil, "invalid IP"}, // a Unix socket
		{"", []string{"203.0.113.9"}, "invalid IP"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		a := &app{Options: Options{TrustedProxies: trusted}}
		if got := a.sender(r).String(); got != c.want {
			t.Errorf("%s, %.80q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

// TestPanickingPage: a fault of ours in showing a page is a page too.
func TestPanickingPage(t *testing.T) {
	b := newBox(t, func(b *box) { b.o.Directory.Site("ncs02").Unit = nil })
	w := b.get("/t/ncs02", "User-Agent", "Canary")
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "Trang bị lỗi") {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	if log := b.log.String(); !strings.Contains(log, "web/tip.go:") || strings.Contains(log, "Canary") || strings.Contains(log, "ncs02") {
		t.Error(log)
	}
}

func unzip(t testing.TB, body io.Reader) string {
	t.Helper()
	z, err := gzip.NewReader(body)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestWeight: the whole answer in the default language, with everything a form
// can have, is at most 10 KB on the wire.
func TestWeight(t *testing.T) {
	b := newBox(t, nil)
	server := httptest.NewServer(b.handler)
	defer server.Close()
	for _, lang := range []string{"vi", "en"} {
		req, _ := http.NewRequest(http.MethodGet, server.URL+"/t/ncs01?l="+lang, nil)
		req.Header.Set("Accept-Encoding", "gzip, deflate, br")
		req.Header.Set("User-Agent", "Zalo")
		resp, err := waittest.Client(nil).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var wire bytes.Buffer
		if err := resp.Write(&wire); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes with headers", lang, wire.Len())
		if wire.Len() > 10_000 || resp.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d bytes, %s", lang, wire.Len(), resp.Header.Get("Content-Encoding"))
		}
	}
	w := b.get("/t/ncs01", "Accept-Encoding", "br;q=1, gzip;q=0")
	if w.Header().Get("Content-Encoding") != "" {
		t.Error("gzip although it is refused")
	}
	w = b.get("/t/ncs01", "Accept-Encoding", "gzip;q=0.5")
	if !strings.HasSuffix(unzip(t, w.Body), "</html>") {
		t.Error("the zipped page is not whole")
	}
}

// BenchmarkSubmit posts a tip of 1 KiB all the way into the spool.
func BenchmarkSubmit(bench *testing.B) {
	b := newBox(bench, nil)
	message := "message=" + strings.Repeat("Bản tin. ", 100)
	bench.ReportAllocs()
	bench.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			token := "token=" + b.key.Mint("ncs01", time.Now())
			if w := b.send("/t/ncs01", token, "mailbox=crime", message); !taken(w, "vi") {
				bench.Error(w.Code)
			}
		}
	})
}
