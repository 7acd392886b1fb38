package postertext

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestEmbedded(t *testing.T) {
	set, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"vi", "en"} {
		if set[tag] == nil || set[tag].Draft != "" {
			t.Errorf("%s is not offered", tag)
		}
	}
	for tag, text := range set {
		if all := fmt.Sprintf("%+v", text); !norm.NFC.IsNormalString(all) || strings.Contains(all, "~") {
			t.Errorf("%s.json: not NFC, or still with a ~: %s", tag, all)
		}
	}
	// The phone's own camera comes before Zalo, which knows the account.
	how := set["vi"].StepScanHow
	if camera, zalo := strings.Index(how, "máy\u00a0ảnh"), strings.Index(how, "Zalo"); camera < 0 || zalo < camera {
		t.Errorf("step_scan_how: %q", how)
	}
}

func TestIn(t *testing.T) {
	vi, en, draft := &Text{Lang: "vi"}, &Text{Lang: "en"}, &Text{Lang: "mww", Draft: "unread"}
	set := Set{"vi": vi, "en": en, "mww": draft}
	if got := set.Drafts(); !slices.Equal(got, []string{"mww"}) {
		t.Errorf("drafts: %v", got)
	}
	if !set.Has("en-GB") || !set.Has("mww") || set.Has("lo") {
		t.Error("Has is wrong")
	}
	for _, c := range []struct {
		tags []string
		want []*Text
	}{
		{nil, []*Text{vi}},
		{[]string{"vi", "en"}, []*Text{vi, en}},
		{[]string{"en"}, []*Text{en}},
		{[]string{"en-GB", "vi"}, []*Text{en, vi}},
		{[]string{"mww", "vi"}, []*Text{vi}}, // a draft is not offered
		{[]string{"lo"}, []*Text{vi}},
		{[]string{"en", "en-GB"}, []*Text{en}},
	} {
		if got := set.In(c.tags...); !slices.Equal(got, c.want) {
			t.Errorf("%v: %d texts, the first %+v", c.tags, len(got), got[0].Lang)
		}
	}
}

var longText = regexp.MustCompile(`(: ")([^"]{40})`)

func TestLoadRefuses(t *testing.T) {
	whole, err := embedded.ReadFile("en.json")
	if err != nil {
		t.Fatal(err)
	}
	edit := func(old, with string) string { return strings.Replace(string(whole), old, with, 1) }
	for _, c := range []struct{ name, file, text, want string }{
		{"unknown key", "fr.json", edit(`"name"`, `"nom"`), filepath.Join("poster", "fr.json") + ": name: missing\n"},
		{"cut off", "fr.json", "", "fr.json: not a JSON object of texts: EOF"},
		{"empty", "fr.json", edit(`"Write, send"`, `" "`), "fr.json: step_send: empty"},
		{"placeholder", "fr.json", edit("{phone}", "{telephone}"), "phone: has the placeholders [{telephone}], expected [{phone}]"},
		{"name", "french_.json", string(whole), "is not a language tag"},
		{"syntax", "fr.json", "{", "fr.json: not a JSON object"},
		{"Vietnamese in English", "vi.json", string(whole), "vi.json: a draft that is never printed: not translated, but word for word as in en: fake, "},
	} {
		dir := filepath.Join(t.TempDir(), "poster")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "fr.json"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if set, err := Load(dir); err != nil || set.In("fr")[0].Lang != "vi" || !strings.HasSuffix(set["fr"].Draft, "word for word as in en: fake, later, paste, promise, ruler, share, share_secret, slip_drop, slip_scan, type") {
		t.Errorf("a copy is printed: %v, %+v", err, set["fr"])
	}
	translated := longText.ReplaceAll(whole, []byte("${1}Z$2"))
	if err := os.WriteFile(filepath.Join(dir, "fr.json"), translated, 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := Load(dir)
	if err != nil || len(set.In("fr")) != 1 || set.In("fr")[0].Lang != "fr" {
		t.Errorf("a new language is not taken: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "absent")); err != nil {
		t.Errorf("no folder of texts: %v", err)
	}
}
