package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tipbox/intake"
)

// pasted are ways in which the code of ncs01 comes out of letters, chats and thumbs.
var pasted = []string{
	"NCS01", " ncs01 ", "ncs01.", "ncs01,", "ncs01;", "ncs01:", "ncs01!", "ncs01?", "ncs01…", "ncs01...", "(ncs01)", "ncs01)", "[ncs01]", "<ncs01>", "{ncs01}", "ncs01).",
	`"ncs01"`, "'ncs01'", "“ncs01”", "‘ncs01’", "«ncs01»", "「ncs01」", "ncs01、", "ncs01。", "*ncs01*", "_ncs01_", "`ncs01`", "~ncs01~", "ncs01|", `ncs01\`, "ncs01\"", "#ncs01", "ncs01#",
	"ncs01-", "-ncs01", "ncs01–", "— ncs01", "ncs01_", "ncs01=", "ncs01&", "ncs01+", "ncs01@",
	"ncs01\u200b", "\ufeffncs01", "n\u00adcs01", "ncs\u206001", "ncs01\u200e", "\u202ancs01\u202c", "ncs01\u00a0", "\u3000ncs01", "ncs01\ufe0f", "ncs01\u0301", "ncs01\x00", "ncs01\x7f", "ncs01\xff", "ncs01\ufffd",
	"ｎｃｓ０１", "ＮＣＳ０１．", "ncs0１", "ncs01\t", "ncs01\r\n", "ncs 01", "n c s 01", "ncs\n01", "ncs-01", "ncs.01",
	"ncs01%20", "ncs01%2E", "ncs01%E2%80%8B", "ncs01%C2%A0", "ncs01%22", "ncs01%252E", "ncs01%3Fl%3Dvi", "ncs01%", "ncs01%2", "%6e%63%73%30%31",
	"mã ncs01", "Mã: NCS01 nhé", "ncs01 (Nhà văn hóa)", "ncs01ạ", "gửi vào ncs01, cảm ơn", "ncs01&nbsp;", "ncs01<br>", "ncs01👍",
}

// TestLookUp: what sticks to a code or a link is forgiven.
func TestLookUp(t *testing.T) {
	d := newBox(t, nil).o.Directory
	const link = "https://tip.example.vn/t/"
	all := append([]string{
		link + "ncs01/", link + "ncs01?l=vi", link + "ncs01?fbclid=abc&utm_source=zalo", link + "ncs01#:~:text=x", link + "ncs01&l=vi", link + "ncs01/?l=vi)",
		"tip.example.vn/t/ncs01", "HTTPS://TIP.EXAMPLE.VN/T/NCS01", "Xem " + link + "ncs01 nhé bà con", "(" + link + "ncs01)", "<" + link + "ncs01>",
		url.QueryEscape(link + "ncs01"), "https://zalo.me/jump?u=" + url.QueryEscape(link+"ncs01?l=vi"), "ｈｔｔｐｓ：／／tip.example.vn／ｔ／ncs01",
		link + "ncs\n01", link + "ncs01 " + link + "ncs01", "https://tip.example.vn/t?code=ncs01", "/t/ncs01 hay ncs02?",
	}, pasted...)
	for _, p := range pasted {
		all = append(all, link+p)
	}
	for _, text := range all {
		if s := lookUp(d, text); s == nil || s.Code != "ncs01" {
			t.Errorf("%q means %v", text, s)
		}
	}
	for _, text := range []string{"", "/", "-", "%", "ncs", "ncs1", "ncs011", "xncs01", "ncs01x", "ncs01-xem", "ncs01 hay ncs02", link, link + "ncs09", "Na Cô Sa", strings.Repeat("x ", 10_000)} {
		if s := lookUp(d, text); s != nil {
			t.Errorf("%q means %s", text, s.Code)
		}
	}
}

// TestLookUpDashes: a code with a dash is found whatever a word processor made of
// it, and before one that it begins with.
func TestLookUpDashes(t *testing.T) {
	d, err := intake.NewDirectory([]*intake.Unit{{ID: "u", Sites: []*intake.Site{{Code: "ncs01"}, {Code: "ncs01-k7q2"}, {Code: "cho-1"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"ncs01-k7q2.": "ncs01-k7q2", "ncs01–k7q2": "ncs01-k7q2", "ncs01\u2011k7q2": "ncs01-k7q2", "/t/ncs01": "ncs01",
		"cho 1": "cho-1", "cho1": "", "cho — 1": "cho-1", "chợ-1": "",
	} {
		got := ""
		if s := lookUp(d, text); s != nil {
			got = s.Code
		}
		if got != want {
			t.Errorf("%q means %q, want %q", text, got, want)
		}
	}
}

// TestPasted: by the link's path and by the home page's box the form comes, and
// what is posted to such an address is taken.
func TestPasted(t *testing.T) {
	b := newBox(t, nil)
	for _, text := range pasted {
		for _, target := range []string{"/t/" + url.PathEscape(text), "/t?code=" + url.QueryEscape(text), "/" + url.PathEscape(text)} {
			if w := b.get(target); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `action="/t/ncs01"`) {
				t.Errorf("%s: %d", target, w.Code)
			}
		}
	}
	for _, target := range []string{"/t/ncs01./", "/T/NCS01%22", "/t/ncs01/x", "/ncs01"} {
		if w := b.send(target, b.token("ncs01"), "mailbox=crime", "message="+typed); !taken(w, "vi") {
			t.Errorf("posted to %s: %d", target, w.Code)
		}
	}
}
