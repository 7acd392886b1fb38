package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestAlertPage: a GET acknowledges nothing, and both answer the same for every
// token; what is no token finds the site that it may name.
func TestAlertPage(t *testing.T) {
	var got []string
	b := newBox(t, func(b *box) { b.o.Acknowledge = func(token string) { got = append(got, token) } })
	one, two := strings.Repeat("a2", 19)+"b", strings.Repeat("z", 39)
	page := b.get("/a/" + one)
	if len(got) != 0 || page.Code != http.StatusOK || !strings.Contains(page.Body.String(), `<form class="field" method="post" action="/a/`+one+`"`) {
		t.Errorf("%d, acknowledged %v\n%s", page.Code, got, page.Body)
	}
	if other := b.get("/a/" + two).Body.String(); strings.ReplaceAll(other, two, one) != page.Body.String() {
		t.Error("another token has another page")
	}
	done := b.do(http.MethodPost, "/A/"+strings.ToUpper(one)+"/", nil, "Origin", "https://ntfy.example.vn", "Sec-Fetch-Site", "cross-site")
	if done.Code != http.StatusOK || !slices.Equal(got, []string{one}) {
		t.Errorf("%d, acknowledged %v", done.Code, got)
	}
	if other := b.do(http.MethodPost, "/a/"+two, nil); other.Code != done.Code || other.Body.String() != done.Body.String() {
		t.Error("another token is answered otherwise")
	}
	for _, w := range []string{page.Body.String(), done.Body.String()} {
		for _, never := range []string{"Na Cô Sa", "ncs01", "TB-", "<script"} {
			if strings.Contains(w, never) {
				t.Errorf("the page has %s", never)
			}
		}
	}
	if w := b.get("/a/ncs01"); !strings.Contains(w.Body.String(), `action="/t/ncs01"`) {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	if w := b.get("/a/" + one + "x"); w.Code != http.StatusNotFound {
		t.Errorf("%d", w.Code)
	}
	if w := b.do(http.MethodPost, "/a/x", nil); w.Code != http.StatusNotFound || len(got) != 2 {
		t.Errorf("%d, %v", w.Code, got)
	}
}
