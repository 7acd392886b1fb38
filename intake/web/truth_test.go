package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tipbox/intake"
)

// TestTruth: the page that senders are led to, and that all pages lead to, is the
// same for all, says thanks first, and does not say that a tip was taken.
func TestTruth(t *testing.T) {
	b := newBox(t, nil)
	other := *b.o.Directory.Units()[0]
	other.ID, other.Name, other.Phone, other.Languages = "khac", intake.Names{"vi": "Đồn khác"}, "0200", []string{"en"}
	other.Sites = []*intake.Site{{Code: "khac1", Name: intake.Names{"vi": "Chợ khác"}}}
	two := newBox(t, func(b *box) {
		var err error
		if b.o.Directory, err = intake.NewDirectory(append(b.o.Directory.Units(), &other)); err != nil {
			t.Fatal(err)
		}
	})
	for lang, want := range map[string]string{"vi": "Nếu vừa bấm “Gửi tin”: tin đã vào hòm thư", "en": "your tip is in the box"} {
		for _, coding := range []string{"", "gzip"} {
			w, head := b.get("/k?l="+lang, "Accept-Encoding", coding), b.do(http.MethodHead, "/k?l="+lang, nil, "Accept-Encoding", coding)
			if again := two.get("/K?l="+lang, "Accept-Encoding", coding); again.Body.String() != w.Body.String() {
				t.Errorf("%s: another box's page is another", lang)
			}
			if h := w.Header(); w.Code != http.StatusOK || h.Get("Tipbox-Taken") != "" || h.Get("Content-Encoding") != coding || head.Header().Get("Content-Length") != h.Get("Content-Length") {
				t.Errorf("%s: %d %v, HEAD %v", lang, w.Code, h, head.Header())
			}
		}
		page := b.get("/k?l=" + lang).Body.String()
		main := page[strings.Index(page, "<main"):]
		if at := strings.Index(main, want); at < 0 || at > strings.Index(main, "tip.example.vn") {
			t.Errorf("%s: does not begin with thanks:\n%s", lang, main)
		}
		for _, never := range []string{"Na Cô Sa", "ncs01", "0215", "/t/"} {
			if strings.Contains(page, never) {
				t.Errorf("%s: says %s", lang, never)
			}
		}
	}
	if b.log.Len() != 0 || len(b.spooled()) != 0 {
		t.Errorf("looking left %q and %d tips", b.log, len(b.spooled()))
	}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"form": b.get("/t/ncs01"), "home": b.get("/"), "lost": b.get("/t/none"), "withdrawn": b.get("/t/cu"), "method": b.do("PUT", "/t/ncs01", nil),
	} {
		if !strings.Contains(w.Body.String(), `<form id="k" action="/k" autocomplete="off"><input type="hidden" name="l" value="vi">`) {
			t.Errorf("%s does not lead there", name)
		}
	}
	for name, w := range map[string]*httptest.ResponseRecorder{
		"form given back": b.send("/t/ncs01", b.token("ncs01"), "message="+typed), "text given back": b.send("/t/cu", b.token("cu"), "message="+typed), "lost": b.send("/t/none", "message="+typed),
	} {
		if strings.Contains(w.Body.String(), `"/k`) || w.Code < 400 {
			t.Errorf("%s: %d: leaving would lose what was typed", name, w.Code)
		}
	}
}

// TestTipHasTheLanguageThatWasChosen, and never the one that a phone is set to.
func TestTipHasTheLanguageThatWasChosen(t *testing.T) {
	for _, c := range []struct{ query, accept, shown, want string }{
		{"", "en-GB", "en", ""}, {"", "", "vi", ""}, {"?l=xx", "en", "en", ""},
		{"?l=en", "vi", "en", "en"}, {"?l=VI", "en", "vi", "vi"},
	} {
		b := newBox(t, nil)
		page := b.get("/t/ncs01"+c.query, "Accept-Language", c.accept).Body.String()
		_, action, _ := strings.Cut(page, ` action="`)
		action, _, _ = strings.Cut(action, `"`)
		post := func(message string) *httptest.ResponseRecorder {
			return b.post(action, []string{"token=" + b.key.Mint("ncs01", time.Now()), "mailbox=crime", "message=" + message}, "Accept-Language", c.accept)
		}
		if back := post("").Body.String(); !strings.Contains(back, `<html lang="`+c.shown+`"`) || !strings.Contains(back, ` action="`+action+`"`) {
			t.Errorf("%+v: given back by %s:\n%s", c, action, back)
		}
		if w := post("x"); !taken(w, c.shown) {
			t.Errorf("%+v: %d %v", c, w.Code, w.Header())
		}
		if tip := b.opened(b.unit); tip.Lang != c.want {
			t.Errorf("%+v: the tip says %q", c, tip.Lang)
		}
		home, _, _ := strings.Cut(b.get("/"+c.query, "Accept-Language", c.accept).Body.String(), `id="k"`)
		if strings.Contains(home, `name="l"`) != (c.want != "") {
			t.Errorf("%+v: the home page's box passes on what nobody chose", c)
		}
	}
}
