package templates

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"

	"tipbox/templates/locale"
)

func load(t testing.TB, o Options) *Pages {
	t.Helper()
	p, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tags(list []*Locale) (tags []string) {
	for _, l := range list {
		tags = append(tags, l.Tag)
	}
	return tags
}

// edited writes a locale directory with a copy of an embedded locale, changed.
func edited(t *testing.T, from, to string, change func(map[string]any)) string {
	t.Helper()
	data, err := localeFiles.ReadFile("locales/" + from + ".json")
	if err != nil {
		t.Fatal(err)
	}
	texts := make(map[string]any)
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	change(texts)
	if data, err = json.Marshal(texts); err != nil {
		t.Fatal(err)
	}
	return written(t, to, string(data))
}

func written(t *testing.T, tag, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, tag+".json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestLocaleMistakes: each is named with its file and key, and refused.
func TestLocaleMistakes(t *testing.T) {
	set := func(key string, v any) func(map[string]any) { return func(m map[string]any) { m[key] = v } }
	for name, c := range map[string]struct {
		dir  string
		want string
	}{
		"missing key":         {edited(t, "en", "fr", func(m map[string]any) { delete(m, "send") }), "fr.json: send: missing"},
		"unknown key":         {edited(t, "en", "fr", set("sent", "x")), "fr.json: sent: unknown key"},
		"empty":               {edited(t, "en", "fr", set("send", " ")), "fr.json: send: empty"},
		"not a text":          {edited(t, "en", "fr", set("send", 3)), "fr.json: send: expected a string"},
		"too long":            {edited(t, "en", "fr", set("send", strings.Repeat("à", 21))), "fr.json: send: has 21 characters, at most 20 fit the page"},
		"placeholder lost":    {edited(t, "en", "fr", set("later_hint", "x")), "fr.json: later_hint: has the placeholders [], expected [{window}]"},
		"placeholder misread": {edited(t, "en", "fr", set("hours", "{h} h")), "fr.json: hours: has the placeholders [{h}], expected [{n}]"},
		"direction":           {edited(t, "en", "fr", set("dir", "up")), `fr.json: dir: "up": expected ltr or rtl`},
		"name of the file":    {edited(t, "en", "Français", func(map[string]any) {}), `Français.json: "Français" is not a language tag`},
		"syntax":              {written(t, "fr", "{\n\"send\": }"), "fr.json: line 2: not JSON"},
		"two values":          {written(t, "fr", "{} {}"), "fr.json: not a JSON object of texts"},
		"Vietnamese a draft":  {edited(t, "vi", "vi", set("reviewed", false)), "vi.json: a draft"},
	} {
		found := CheckLocales(c.dir, nil)
		said := func(f locale.Finding) bool {
			return f.Fatal && strings.HasPrefix(f.String(), filepath.Join(c.dir, "")+"/"+c.want)
		}
		if !slices.ContainsFunc(found, said) {
			t.Errorf("%s: %v, want %q", name, found, c.want)
		}
		if _, err := Load(Options{LocaleDir: c.dir}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Load returns %v", name, err)
		}
	}
}

// TestAllMistakesAtOnce: whoever translates mends a file in one go.
func TestAllMistakesAtOnce(t *testing.T) {
	dir := edited(t, "en", "fr", func(m map[string]any) {
		delete(m, "send")
		m["box"], m["more"], m["sent"] = "", "{x}", "y"
	})
	_, err := Load(Options{LocaleDir: dir})
	for _, want := range []string{"send: missing", "box: empty", "sent: unknown key"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

// TestDraftsAreNeverOffered: the Mông draft is whole, and said to be a draft.
func TestDraftsAreNeverOffered(t *testing.T) {
	p := load(t, Options{Languages: []string{"mww", "vi", "en"}})
	if got := tags(p.Offer(nil)); !slices.Equal(got, []string{"vi", "en"}) {
		t.Errorf("offered: %v", got)
	}
	if got := tags(p.Offer([]string{"mww"})); !slices.Equal(got, []string{"vi", "en"}) {
		t.Errorf("offered to a unit that asks for drafts only: %v", got)
	}
	found := CheckLocales("", []string{"vi", "en", "mww"})
	if len(found) != 1 || found[0].Fatal || !strings.Contains(found[0].String(), "mww.json: a draft") {
		t.Errorf("findings: %v", found)
	}
	reviewed := edited(t, "mww", "mww", func(m map[string]any) { m["reviewed"] = true })
	p = load(t, Options{Languages: []string{"mww", "vi"}, LocaleDir: reviewed})
	if got := tags(p.Offer(nil)); !slices.Equal(got, []string{"mww", "vi"}) {
		t.Errorf("offered once reviewed: %v", got)
	}
}

// TestCopiesAreDrafts: a copy says that it is reviewed, as what it was made from
// does; it is offered once no sentence in it is another language's.
func TestCopiesAreDrafts(t *testing.T) {
	translate := func(but ...string) func(map[string]any) {
		return func(m map[string]any) {
			for key, v := range m {
				if text, ok := v.(string); ok && utf8.RuneCountInString(text) >= 40 && !slices.Contains(but, key) {
					_, first := utf8.DecodeRuneInString(text)
					m[key] = "Z" + text[first:]
				}
			}
		}
	}
	const notTranslated = "a draft that is never offered: not translated, but word for word as in "
	for name, c := range map[string]struct {
		from, tag string
		change    func(map[string]any)
		want      string // how the finding begins, "" where it is offered
	}{
		"a copy":           {"en", "fr", func(map[string]any) {}, notTranslated + "en: "},
		"one sentence":     {"en", "fr", translate("promise"), notTranslated + "en: promise"},
		"translated":       {"en", "fr", translate(), ""},
		"of Vietnamese":    {"vi", "lo", translate("thanks_no_reply"), notTranslated + "vi: thanks_no_reply"},
		"a region's":       {"vi", "vi-VN", func(map[string]any) {}, ""},
		"in place of ours": {"en", "mww", func(map[string]any) {}, notTranslated + "en: "},
	} {
		dir := edited(t, c.from, c.tag, c.change)
		found := slices.DeleteFunc(CheckLocales(dir, []string{c.tag}), func(f locale.Finding) bool { return f.File != filepath.Join(dir, c.tag+".json") })
		if (c.want != "") != (len(found) == 1 && !found[0].Fatal && strings.HasPrefix(found[0].Text, c.want)) || c.want == "" && len(found) > 0 {
			t.Errorf("%s: %v, want %q", name, found, c.want)
		}
		offered := tags(load(t, Options{Languages: []string{"vi", c.tag}, LocaleDir: dir}).Offer(nil))
		if slices.Contains(offered, c.tag) != (c.want == "") {
			t.Errorf("%s: offered: %v", name, offered)
		}
	}
}

func TestLocaleDir(t *testing.T) {
	dir := edited(t, "vi", "vi", func(m map[string]any) { m["send"] = "Gởi" })
	if l := load(t, Options{LocaleDir: dir}).Offer(nil)[0]; l.Send != "Gởi" {
		t.Errorf("the file in the directory does not replace ours: %q", l.Send)
	}
	if _, err := Load(Options{Languages: []string{"vi", "fr"}}); err == nil || !strings.Contains(err.Error(), "fr.json: is missing") {
		t.Errorf("a language without a locale: %v", err)
	}
	if _, err := Load(Options{LocaleDir: filepath.Join(dir, "none")}); err == nil {
		t.Error("a locale directory that does not exist is not missed")
	}
}

func TestChoose(t *testing.T) {
	p := load(t, Options{})
	both, english := p.Offer([]string{"vi", "en"}), p.Offer([]string{"en", "vi"})
	for _, c := range []struct {
		offered             []*Locale
		asked, accept, want string
	}{
		{both, "", "", "vi"},
		{both, "", "en-US,en;q=0.9,vi;q=0.8", "en"},
		{both, "", "vi-VN,vi;q=0.9,en;q=0.8", "vi"},
		{both, "", "fr-FR,en;q=0.5", "en"},
		{both, "", "zh-CN, lo", "vi"},
		{english, "", "zh-CN", "en"},
		{both, "", "en;q=2,,;;", "vi"},
		{both, "", "*", "vi"},
		{both, "en", "vi", "en"},
		{both, "EN", "vi", "en"},
		{both, "mww", "en", "en"},
		{p.Offer([]string{"vi"}), "en", "en", "vi"},
	} {
		if got := Choose(c.offered, c.asked, c.accept).Tag; got != c.want {
			t.Errorf("?l=%s, Accept-Language %q of %v: %s, want %s", c.asked, c.accept, tags(c.offered), got, c.want)
		}
	}
}

// TestPlainWish holds that the short way leads where the long one does.
func TestPlainWish(t *testing.T) {
	offer := func(tags ...string) (offered []*Locale) {
		for _, tag := range tags {
			offered = append(offered, &Locale{Tag: tag})
		}
		return offered
	}
	short := 0
	for _, offered := range [][]*Locale{
		offer("vi", "en"), offer("en", "en-GB"), offer("en-GB", "en"), offer("en-GB", "vi"), offer("mww", "vi"), offer("hmn-VN", "zh-Hant", "zh"), offer("lo"),
	} {
		for _, accept := range []string{
			"", "*", "vi", "VI-vn", "vi-VN,vi;q=0.9,en;q=0.8", " en-US , vi", "en-GB,en;q=0.9", "en-gb", "en;q=0.1,vi", "en-GB-oed", "zh-TW,zh;q=0.9",
			"zh-Hant-TW", "zh-CN", "hmn", "mww", "hmn-VN", "no-NO", "i-klingon", "lo-LA,th;q=0.5", "fr-FR,vi;q=0.5", "x", "-", "vi-", "vi--VN",
		} {
			got := plainWish(offered, accept)
			if got == nil {
				continue
			}
			short++
			if want := wish(offered, accept); got != want {
				t.Errorf("%q of %v: %s, want %s", accept, tags(offered), got.Tag, want.Tag)
			}
		}
	}
	if short < 10 {
		t.Errorf("the short way was taken %d times", short)
	}
}

func TestDuration(t *testing.T) {
	vi, en := load(t, Options{}).locales["vi"], load(t, Options{}).locales["en"]
	for d, want := range map[time.Duration]string{
		0: "1 minute", time.Second: "1 minute", time.Minute: "1 minute", 61 * time.Second: "2 minutes", 59 * time.Minute: "59 minutes",
		time.Hour: "1 hour", 61 * time.Minute: "61 minutes", 90 * time.Minute: "2 hours", 6 * time.Hour: "6 hours",
	} {
		if got := en.Duration(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	if got := vi.Duration(6 * time.Hour); got != "6 giờ" {
		t.Error(got)
	}
}

// samples returns views that go through all branches of the pages.
func samples(l *Locale) []View {
	bare := Page{Locale: l, Truth: "/k?l=vi"}
	full := Page{Locale: l, Unit: "Đồn", Phone: "0215 000 000", Languages: []Link{
		{Tag: "vi", Name: l.Name, Href: "/?l=vi", Current: true}, {Tag: "en", Name: "English", Href: "/?l=en"},
	}}
	views := []View{
		&Form{Page: bare, Action: "/t/a"},
		&Form{Page: full, Action: "/t/a", Zalo: true, Window: 6 * time.Hour},
		&Form{Page: full, Action: "/t/a", Script: "/s/a.js", Keys: "/s/a.json", Spoken: "/s/a.mp3", Oversight: true, Zalo: true, PhotosLost: true, Problems: []Problem{
			{"mailbox", "mailbox_missing"}, {"message", "message_missing"}, {"place", "detail_too_long"},
			{"time", "detail_too_long"}, {"photo", "photo_heic"}, {"delivery", "delivery_unknown"}, {"to", "audience_unknown"},
		}},
		&Form{Page: full, Action: "/t/a", MessageCut: true, Problems: []Problem{{"message", "text_broken"}, {"message", "sealed_broken"}}},
		&Thanks{Page: full, Delivery: "now", Again: "/t/a"},
		&Thanks{Page: full, Delivery: "urgent", Again: "/t/a"},
		&Thanks{Page: bare, Delivery: "later", Oversight: true, Again: "/t/a", Window: time.Hour},
		&Form{Page: full, Action: "/t/a", Oversight: true, Other: &Other{Name: "Thanh tra", Phone: "0215 111 111"}},
		&Thanks{Page: full, Delivery: "urgent", Oversight: true, Other: &Other{Name: "Thanh tra", Phone: "0215 111 111"}, Again: "/t/a"},
		&Truth{Page: full, Host: "tip.example.vn"},
		&Alert{Action: "/a/a"}, &Alert{Done: true},
	}
	reply := Reply{Day: "29/11/2026", Answer: "more", Text: "Ở đâu?"}
	asked := full
	asked.Replies, asked.Board = "/r?l=vi", "/b/na-co-sa"
	views = append(views,
		&Form{Page: asked, Action: "/t/a", Receipt: "12345678901234567888", ReceiptRows: [2]string{"1234 5678 9012", "3456 7888"}, WantsReply: true},
		&Thanks{Page: asked, Delivery: "now", Again: "/t/a"}, &Truth{Page: asked}, &Note{Page: asked, Kind: Home},
		&Replies{Page: full, At: "https://tip.example.vn", Script: "/s/r.js", Data: "/s/r.json"},
		&Replies{Page: full, Typed: "1", Problem: "code_short"}, &Replies{Page: bare, Typed: "1", Problem: "code_long"},
		&Replies{Page: bare, Typed: "1", Problem: "code_letter"}, &Replies{Page: bare, Typed: "1", Problem: "code_check"},
		&Replies{Page: bare, Typed: "1", Later: true}, &Replies{Page: bare, Looked: true, Code: "1", Host: "h"},
		&Replies{Page: full, Looked: true, Deleted: true, Code: "1", Host: "h"},
		&Replies{Page: asked, Looked: true, Code: "1", Host: "h", Shown: []Reply{reply, {Text: "x"}}, Names: "ab.cd", WriteTo: "ncs01"},
		&Outbox{Page: full, At: "https://tip.example.vn", Script: "/s/o.js", Data: "/s/o.json"},
		&Board{Page: full, Notices: [][]byte{[]byte("# Tin\n\n- một\n- hai")}},
		&Outbox{Page: bare, Posted: true, Taken: 2, Wrong: []string{l.Counted("outbox_full", 1), l.Sentence("outbox_other", "b")}},
	)
	for _, n := range []Notice{Stale, TooMany, TextFirst, Full, Broken, Large, Failed, Cross} {
		views = append(views, &Form{Page: full, Action: "/t/a", Notice: n, Wait: 5 * time.Minute})
	}
	for _, k := range []NoteKind{Home, Lost, Withdrawn, Closed, Method, Fault} {
		views = append(views, &Note{Page: bare, Kind: k}, &Note{Page: full, Kind: k, Open: "/", Given: "x"})
	}
	views = append(views, &Note{Page: full, Kind: Withdrawn, Others: []Place{{"Chợ", "/t/cho"}, {"Trạm y tế", "/t/tram"}}})
	return views
}

// TestPagesAreWhole reads every page in every language as a browser does, drafts
// too: well-formed, each id once, each reference met, nothing left to fill in,
// nothing from elsewhere or told to a spelling checker, text in NFC.
func TestPagesAreWhole(t *testing.T) {
	p := load(t, Options{})
	leftover := regexp.MustCompile(`\{\w+\}|%!|<no value>|ZgotmplZ`)
	for _, tag := range slices.Sorted(maps.Keys(p.locales)) {
		for _, v := range samples(p.locales[tag]) {
			var b strings.Builder
			if err := p.Write(&b, v); err != nil {
				t.Fatal(err)
			}
			page := b.String()
			body := page[strings.Index(page, "</style>"):]
			if m := leftover.FindString(body); m != "" {
				t.Errorf("%s %s shows %q", tag, fmt.Sprintf("%T", v), m)
			}
			if !norm.NFC.IsNormalString(page) {
				t.Errorf("%s %s is not in NFC", tag, fmt.Sprintf("%T", v))
			}
			checkDocument(t, tag+" "+fmt.Sprintf("%T", v), page)
		}
	}
}

func checkDocument(t *testing.T, name, page string) {
	t.Helper()
	ids, refs := map[string]bool{}, []string{}
	var open []string
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%s: left open: %v", name, open)
			}
			for _, ref := range refs {
				if !ids[ref] {
					t.Errorf("%s: nothing has the id %q", name, ref)
				}
			}
			return
		case html.StartTagToken, html.EndTagToken:
			tok := z.Token()
			void := slices.Contains([]string{"meta", "link", "input"}, tok.Data)
			typed := tok.Data == "textarea" || tok.Data == "input" && slices.Contains(tok.Attr, html.Attribute{Key: "type", Val: "text"})
			if typed && kind == html.StartTagToken && !slices.Contains(tok.Attr, html.Attribute{Key: "spellcheck", Val: "false"}) {
				t.Errorf("%s: what is typed into %v may go to a spelling checker", name, tok)
			}
			if typed && kind == html.StartTagToken && !slices.Contains(tok.Attr, html.Attribute{Key: "autocomplete", Val: "off"}) {
				t.Errorf("%s: Firefox writes what is typed into %v to the disk", name, tok)
			}
			if tok.Data == "form" && kind == html.StartTagToken && !slices.Contains(tok.Attr, html.Attribute{Key: "autocomplete", Val: "off"}) {
				t.Errorf("%s: a browser may keep what is typed into %v", name, tok)
			}
			if kind == html.StartTagToken && !void {
				open = append(open, tok.Data)
			}
			if kind == html.EndTagToken {
				if len(open) == 0 || open[len(open)-1] != tok.Data {
					t.Fatalf("%s: </%s> closes %v", name, tok.Data, open)
				}
				open = open[:len(open)-1]
			}
			for _, a := range tok.Attr {
				switch {
				case a.Key == "id":
					if ids[a.Val] {
						t.Errorf("%s: id %q stands twice", name, a.Val)
					}
					ids[a.Val] = true
				case a.Key == "for", a.Key == "aria-describedby":
					refs = append(refs, strings.Fields(a.Val)...)
				case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
					refs = append(refs, a.Val[1:])
				case a.Key == "style", strings.HasPrefix(a.Key, "on"):
					t.Errorf("%s: %s is forbidden by our own policy", name, a.Key)
				case (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.Contains(a.Val, "//"):
					t.Errorf("%s: leads elsewhere: %s", name, a.Val)
				}
			}
		}
	}
}

// TestStyleIsForOldPhones: nothing that Android WebView 67 does not know, but for what
// it may drop without harm (:focus-visible).
func TestStyleIsForOldPhones(t *testing.T) {
	style := string(load(t, Options{}).style)
	for _, too := range []string{":has(", ":is(", ":where(", "clamp(", "min(", "max(", "inset", "aspect-ratio", "gap:", "@layer", "url(", "@import"} {
		if strings.Contains(style, too) {
			t.Errorf("the style has %q", too)
		}
	}
}
