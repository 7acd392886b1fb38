package templates

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"tipbox/templates/locale"
)

// hostile is what may stand in any text of a view: typed by a villager, or by
// whoever wrote the configuration and the locales. None is a path of ours.
var hostile = []string{
	`"><script>alert(1)</script>`, `' onfocus=alert(1) autofocus x='`, "` onfocus=alert(1) `", `/>`, `-->`, `]]>`,
	`</textarea>`, `</title>`, `</style>`, `</script>`, `<!--`, `<svg onload=alert(1)>`, `<base href=//elsewhere.example>`,
	"&amp;", "&lt;b&gt;", "&#34;", "&", "\n\nhai dòng\n", "\x00", "a\x00\"b",
	"\xff", "\xed\xa0\x80", "Đ\xe1\xbb", "\xe1\xbb\"><script>", "\u202etxet", "\ufeff", "\u2028",
	"javascript:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>",
	"https://elsewhere.example/t", "//elsewhere.example", `/\elsewhere.example`, "/\t/elsewhere.example", "/t/a\n", "%2F%2F", "t/a", "113;ext=1",
}

var (
	marks = regexp.MustCompile(`qz\d+zq`)
	links = []string{"Href", "Action", "Script", "Keys", "Spoken", "Again", "Open", "Truth", "Replies", "Board", "Data", "Path"}
	// decides are the texts that pages ask about instead of showing them.
	decides = []string{"Notice", "Kind", "Mailbox", "Delivery", "To", "Field", "Key", "Problem", "Answer"}
)

// TestTextStaysText puts each hostile text into every text of every view at once.
// A browser must see the page that it sees with harmless texts, element by
// element and attribute by attribute, with the hostile ones in their places,
// unchanged.
func TestTextStaysText(t *testing.T) {
	p := load(t, Options{})
	shown := tryTexts(t, p, false, hostile)
	for _, v := range []View{&Form{}, &Thanks{}, &Truth{}, &Note{}, &Replies{}, &Outbox{}, &Alert{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(v).Elem()) {
			if f.Type.Kind() == reflect.String && !slices.Contains(decides, f.Name) && !shown[f.Name] {
				t.Errorf("%T shows its %s nowhere: the test tries nothing", v, f.Name)
			}
		}
	}
	tryTexts(t, p, true, []string{strings.Join(hostile, "")})
	said := p.locales[locale.Base].ScriptTexts()
	maps.Copy(said, p.locales[locale.Base].RepliesTexts())
	maps.Copy(said, p.locales[locale.Base].OutboxTexts())
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Locale]()) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if text := p.locales[locale.Base].texts[key]; text != "" && key != "name" && // it comes as a Link's Name
			!shown["Locale."+f.Name] && !shown[key] &&
			!slices.Contains(slices.Collect(maps.Values(said)), text) {
			t.Errorf("no page and no script says %s: %q", key, text)
		}
	}
}

// tryTexts compares each sample with itself without the texts, and returns the
// fields that it saw.
func tryTexts(t *testing.T, p *Pages, deciding bool, texts []string) map[string]bool {
	t.Helper()
	shown := make(map[string]bool)
	for i := range samples(p.locales[locale.Base]) {
		v, names := textsSet(p.locales[locale.Base], i, deciding, func(n int, link bool) string {
			mark := fmt.Sprintf("qz%dzq", n)
			if link {
				mark = "/" + mark
			}
			return mark
		})
		want := seen(t, p, v)
		for _, piece := range want {
			for _, mark := range marks.FindAllString(piece.text, -1) {
				shown[names[mark]] = true
			}
		}
		for _, text := range texts {
			v, _ := textsSet(p.locales[locale.Base], i, deciding, func(int, bool) string { return text })
			compare(t, fmt.Sprintf("%T with %q", v, text), want, seen(t, p, v), text)
		}
	}
	return shown
}

// compare reports the first difference but for the text in the marks' places.
func compare(t *testing.T, name string, want, got []piece, text string) {
	t.Helper()
	text = strings.ReplaceAll(text, "\x00", "\ufffd") // no parser of HTML lets a NUL through
	for i := range min(len(want), len(got)) {
		w, g := want[i], got[i]
		switch {
		case strings.HasPrefix(w.text, "tel:"):
			if regexp.MustCompile(`^tel:[0-9+]*$`).MatchString(g.text) {
				w.text = g.text
			}
		case strings.HasPrefix(w.text, "/qz"):
			w.text = "#"
		case strings.Contains(w.text, "qz"):
			w.text = marks.ReplaceAllLiteralString(w.text, text)
		}
		if w != g {
			t.Errorf("%s: a browser sees %q, want %q", name, g, w)
			return
		}
	}
	if len(want) != len(got) {
		t.Errorf("%s: a browser sees %d pieces, want %d", name, len(got), len(want))
	}
}

// piece is an element, an attribute or a text of a document, in its order.
type piece struct{ what, text string }

// seen is the page as a browser takes it.
func seen(t *testing.T, p *Pages, v View) (pieces []piece) {
	t.Helper()
	var b strings.Builder
	if err := p.Write(&b, v); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		depth := 0
		for range n.Ancestors() {
			depth++
		}
		what := fmt.Sprintf("%d: node of type %d", depth, n.Type)
		if n.Type == html.TextNode {
			pieces = append(pieces, piece{what + " in " + n.Parent.Data, n.Data})
			continue
		}
		pieces = append(pieces, piece{what, n.Data})
		for _, a := range n.Attr {
			pieces = append(pieces, piece{n.Data + " " + a.Key, a.Val})
		}
	}
	return pieces
}

// textsSet returns the sample with every text set, and which text has which
// number. The texts that decide something are set only where deciding says so.
func textsSet(l *Locale, sample int, deciding bool, text func(n int, link bool) string) (View, map[string]string) {
	names := make(map[string]string)
	next := func(name string) string {
		n := len(names)
		names[fmt.Sprintf("qz%dzq", n)] = name
		return text(n, slices.Contains(links, name))
	}
	own := *l
	own.texts = make(map[string]string)
	for _, key := range slices.Sorted(maps.Keys(l.texts)) {
		own.texts[key] = keeping(l.texts[key], next(key))
	}
	v := samples(&own)[sample]
	setTexts(reflect.ValueOf(v), "", func(name, was string) string {
		if slices.Contains(decides, name) && !deciding {
			return was
		}
		return keeping(was, next(name))
	})
	return v, names
}

// keeping puts the placeholders of the text that was there before the new one, so
// that what fills them is tried too.
func keeping(was, text string) string {
	if !strings.Contains(was, "{") {
		return text
	}
	return strings.Join(locale.Placeholders(was), "") + text
}

func setTexts(v reflect.Value, name string, set func(name, was string) string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			setTexts(v.Elem(), name, set)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			if v.Type() == reflect.TypeFor[Locale]() {
				f.Name = "Locale." + f.Name // whose Unit is not the page's
			}
			setTexts(v.Field(i), f.Name, set)
		}
	case reflect.Slice:
		for i := range v.Len() {
			setTexts(v.Index(i), name, set)
		}
	case reflect.String:
		v.SetString(set(name, v.String()))
	}
}
