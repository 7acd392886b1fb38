package templates

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var makePictures = flag.Bool("pictures", false, "write docs/form.sha256 anew, as make pictures does once docs/form.png is there")

// TestFormPicture: the form that docs/form.png shows is the form of today. The picture
// itself hangs on a machine's letters; what it was made from does not: the form as far
// down as the first screen of a phone goes, and what of the style is about that.
func TestFormPicture(t *testing.T) {
	const name = "../docs/form.sha256"
	p := load(t, Options{})
	vi, en := p.locales["vi"], p.locales["en"]
	page := drawn(t, p, &Form{
		Page: Page{Locale: vi, Unit: "Đồn Biên phòng Na Cô Sa", Phone: "0215 000 000", Languages: []Link{
			{Tag: "vi", Name: vi.Name, Href: "/t/ncs01?l=vi", Current: true}, {Tag: "en", Name: en.Name, Href: "/t/ncs01?l=en"},
		}},
		Site: "Nhà văn hóa bản Na Cô Sa 1", Action: "/t/ncs01?l=vi", Window: 6 * time.Hour,
	})
	_, body, _ := strings.Cut(regexp.MustCompile(`(?s)<script.*?</script>`).ReplaceAllString(page, ""), "</style>")
	first, _, ok := strings.Cut(body, "<details")
	if !ok {
		t.Fatal("nothing is folded away in the form any more")
	}
	shown := first
	for _, rule := range regexp.MustCompile(`([^{}]+)\{[^{}]*\}`).FindAllStringSubmatch(string(p.style), -1) {
		if slices.ContainsFunc(strings.Split(rule[1], ","), func(what string) bool { return named(what, first) }) {
			shown += rule[0]
		}
	}
	sum := fmt.Sprintf("%x\n", sha256.Sum256([]byte(shown)))
	if *makePictures {
		if err := os.WriteFile(name, []byte(sum), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if was, err := os.ReadFile(name); err != nil || string(was) != sum {
		t.Errorf("docs/form.png shows a form that is no more: run make pictures, and look at it (%v)", err)
	}
}

// named reports whether the page has all classes and ids of a selector.
func named(selector, page string) bool {
	for _, m := range regexp.MustCompile(`[.#]([a-z][\w-]*)`).FindAllStringSubmatch(selector, -1) {
		if !regexp.MustCompile(`(class|id)="([^"]* )?` + m[1] + `[ "]`).MatchString(page) {
			return false
		}
	}
	return true
}
