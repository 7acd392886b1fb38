package served

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake/waittest"
)

// testBox serves the pages of a configuration, and returns both beside where it is.
func testBox(t *testing.T) (cfg *config.Config, pages http.Handler, url string) {
	t.Helper()
	dir := t.TempDir()
	if err := furnish(dir); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse(filepath.Join(dir, "tipbox.toml"), []byte(boxes[0]))
	if err != nil {
		t.Fatal(err)
	}
	pages, done, err := box.Pages(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	s := httptest.NewServer(pages)
	t.Cleanup(s.Close)
	return cfg, pages, s.URL
}

// forgery is a proxy that changes what passes.
func forgery(t *testing.T, to string, change func(*http.Response, []byte) []byte) string {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	p := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.Out.Host = r.In.Host
		r.Out.Header.Del("Accept-Encoding")
	}}
	p.Transport = &http.Transport{} // undoes gzip, as who changes a page must
	p.ModifyResponse = func(r *http.Response) error {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		body = change(r, body)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
		return nil
	}
	s := httptest.NewServer(p)
	t.Cleanup(s.Close)
	return s.URL
}

// run is Verify.Run: what it printed, and whether all was genuine.
func run(t *testing.T, v Verify, cfg *config.Config) (out string, genuine bool) {
	t.Helper()
	var b bytes.Buffer
	err := v.Run(t.Context(), &terminal.Terminal{Out: &b, Err: io.Discard}, cfg)
	return b.String(), err == nil
}

// compare is run with pages that are drawn already.
func compare(t *testing.T, url string, pages http.Handler, paths []string) (out string, genuine bool) {
	t.Helper()
	line := waittest.Client(&http.Transport{})
	genuine = true
	Check(t.Context(), Options{URL: url, Line: line, Pages: paths, Ours: pages}, func(v Verdict) {
		out += v.Path + "\t" + v.Wrong + "\n"
		genuine = genuine && v.Wrong == ""
	})
	return out, genuine
}

// in changes one text of one page.
func in(path, old, with string) func(*http.Response, []byte) []byte {
	return func(r *http.Response, body []byte) []byte {
		if strings.HasPrefix(r.Request.URL.Path, path) {
			return bytes.Replace(body, []byte(old), []byte(with), 1)
		}
		return body
	}
}

// inKeys has tips sealed to somebody else.
func inKeys(r *http.Response, body []byte) []byte {
	if strings.HasSuffix(r.Request.URL.Path, ".json") {
		return bytes.Replace(body, []byte("age1pq1"), []byte("age1pq2"), 1)
	}
	return body
}

// said changes a header of the forms.
func said(name, value string) func(*http.Response, []byte) []byte {
	return func(r *http.Response, body []byte) []byte {
		if strings.HasPrefix(r.Request.URL.Path, "/t/") {
			r.Header.Set(name, value)
		}
		return body
	}
}

// TestPage: the box's own pages are genuine, also through a proxy that zips
// otherwise, and whatever is changed in them is found and named. What a release's
// manifest cannot know, the words and the keys, only the configuration tells.
func TestPage(t *testing.T) {
	cfg, pages, at := testBox(t)
	manifest := filepath.Join(t.TempDir(), "pages.json")
	m, err := Release(t.Context(), "v1")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "action=/b/…") {
		t.Error("the form of a unit with a board is unknown to the manifest")
	}
	if err := os.WriteFile(manifest, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		change func(*http.Response, []byte) []byte
		where  string // what the line that differs has in it; "" where all is genuine
		bare   bool   // the manifest does not tell
	}{
		{"untouched", func(_ *http.Response, b []byte) []byte { return b }, "", false},
		{"another script", in("/s/seal-", "function", "function "), "/s/seal-", false},
		{"a script more", in("/t/", "</body>", `<script src="/s/x.js"></script></body>`), "/t/a\tdiffers", false},
		{"a handler", in("/t/", "<body", `<body onload="x()"`), "/t/a\tdiffers", false},
		{"a question more", in("/t/", "</form>", `<input name="phone"></form>`), "/t/a\tdiffers", false},
		{"sent elsewhere", in("/t/", `action="/t/a"`, `action="https://evil.example/t/a"`), "/t/a\tdiffers", false},
		{"in noscript", in("/t/", "</form>", `<noscript><img src="https://evil.example/a"></noscript></form>`), "/t/a\tdiffers", false},
		{"a looser policy", said("Content-Security-Policy", "default-src *"), "/t/a\tsays Content-Security-Policy", false},
		{"a code that is known", in("/r", "<body", `<body><img src="https://evil.example/a"`), "/r\t", false},
		{"a cookie", said("Set-Cookie", "a=b"), "/t/a\tsays Set-Cookie", true},
		{"a report", said("Nel", "{}"), "/t/a\tsays Nel", true},
		{"other keys", inKeys, "/s/", true},
		{"other words", in("/t/", "Bản A", "Bản B"), "/t/a\tdiffers", true},
		{"officers asked for more", in("/o", "</form>", `<input name="key"></form>`), "/o\tdiffers", false},
		{"the way to a form", in("/k", "</main>", "<p>Ghi tên</p></main>"), "/k\tdiffers", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := forgery(t, at, c.change)
			out, genuine := compare(t, url, pages, PagesOf(cfg))
			if genuine != (c.where == "") || !strings.Contains(out, c.where) {
				t.Errorf("%v\n%s", genuine, out)
			}
			if strings.Count(out, "\n") < 14 {
				t.Errorf("only these were looked at:\n%s", out)
			}
			out, genuine = run(t, Verify{URL: url + "/t/a", From: manifest}, nil)
			if genuine != (c.where == "" || c.bare) {
				t.Errorf("by the manifest: %v\n%s", genuine, out)
			}
		})
	}
}

// TestNoPage: a box that is away, and one of another kind, are told as such.
func TestNoPage(t *testing.T) {
	cfg, pages, at := testBox(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(gone.Close)
	if out, genuine := run(t, Verify{URL: gone.URL}, cfg); genuine || !strings.Contains(out, "answers 404, expected 200") {
		t.Error(out)
	}
	if out, genuine := run(t, Verify{URL: at}, cfg); !genuine {
		t.Error(out)
	}
	gone.Close()
	if out, genuine := compare(t, gone.URL, pages, PagesOf(cfg)); genuine || !strings.Contains(out, "no answer") {
		t.Error(out)
	}
	if _, genuine := run(t, Verify{URL: at, From: "none.json"}, nil); genuine {
		t.Error("without a manifest")
	}
}
