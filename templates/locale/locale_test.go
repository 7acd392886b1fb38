package locale

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

type words struct {
	Name string `json:"name" max:"5"`
	Long string `json:"long"`
	Made string `json:"-"`
}

const (
	vi = `{"reviewed": true, "name": "Tê~n", "long": "Mỗi tin đều được niêm phong cho {unit}, ngay trên máy."}`
	en = `{"reviewed": true, "name": "Name", "long": "Each tip is sealed for {unit}, on the telephone itself."}`
)

func kind() Kind[words] {
	return Kind[words]{
		Ours: fstest.MapFS{"vi.json": {Data: []byte(vi)}, "en.json": {Data: []byte(en)}},
		Use:  "shown", Max: 60,
		Clean: func(s string) string { return strings.ReplaceAll(s, "~", "\u00a0") },
		Check: func(w *words) error {
			if w.Name == "bad" {
				return errors.New("name: is bad")
			}
			return nil
		},
	}
}

// TestLoad: each mistake is named with its file and key, and whether the rest can
// be used.
func TestLoad(t *testing.T) {
	edit := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(en) }
	translated := edit("Each", "Chaque")
	for name, c := range map[string]struct {
		file, text string
		want       []string // fatal ones begin with "!"
	}{
		"translated":          {"fr.json", translated, nil},
		"not a locale":        {"fr.txt", "x", nil},
		"composed":            {"fr.json", edit("Each", "Chaque", "Name", "e\u0301e\u0301e\u0301"), nil},
		"several":             {"fr.json", edit(`"name"`, `"nom"`, "Each", " ", `long": "`, `long": "{x}`), []string{"!fr.json: name: missing", "!fr.json: nom: unknown key"}},
		"empty":               {"fr.json", edit("Each", "Chaque", `"Name"`, `"~ "`), []string{"!fr.json: name: empty"}},
		"not a text":          {"fr.json", edit("Each", "Chaque", `"Name"`, "3"), []string{"!fr.json: name: expected a string"}},
		"not a yes or no":     {"fr.json", edit("Each", "Chaque", "true", `"true"`), []string{"!fr.json: reviewed: expected a bool"}},
		"too long":            {"fr.json", edit("Each", "Chaque", "Name", "Prénom"), []string{"!fr.json: name: has 6 characters, at most 5 fit the page"}},
		"too long for all":    {"fr.json", edit("Each", strings.Repeat("x", 60)), []string{"!fr.json: long: has 111 characters, at most 60 fit the page"}},
		"bad":                 {"fr.json", edit("Each", "Chaque", "Name", "bad"), []string{"!fr.json: name: is bad"}},
		"placeholder lost":    {"fr.json", edit("Each", "Chaque", "{unit}", "x"), []string{"!fr.json: long: has the placeholders [], expected [{unit}]"}},
		"placeholder twice":   {"fr.json", edit("Each", "{unit}"), nil},
		"name of the file":    {"Français.json", translated, []string{`!Français.json: "Français" is not a language tag: expected a name such as vi.json, en.json or mww.json`}},
		"not canonical":       {"EN-gb.json", translated, []string{`!EN-gb.json: "EN-gb" is not a language tag: expected a name such as vi.json, en.json or mww.json`}},
		"syntax":              {"fr.json", "{\n\"name\": }", []string{"!fr.json: line 2: not JSON: invalid character '}' looking for beginning of value"}},
		"two values":          {"fr.json", "{} {}", []string{"!fr.json: not a JSON object of texts: more than one JSON value"}},
		"cut off":             {"fr.json", "", []string{"!fr.json: not a JSON object of texts: EOF"}},
		"unread":              {"fr.json", edit("Each", "Chaque", "true", "false"), []string{`fr.json: a draft that is never shown, until a native speaker has read it and set "reviewed": true`}},
		"a copy":              {"fr.json", en, []string{"fr.json: a draft that is never shown: not translated, but word for word as in en: long"}},
		"a copy of a region":  {"en-GB.json", en, nil},
		"a copy in our place": {"vi.json", en, []string{"!vi.json: a draft that is never shown: not translated, but word for word as in en: long"}},
		"Vietnamese unread":   {"vi.json", strings.Replace(vi, "true", "false", 1), []string{`!vi.json: a draft that is never shown, until a native speaker has read it and set "reviewed": true`}},
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		locales, found := kind().Load(folder)
		var got []string
		for _, f := range found {
			line := strings.TrimPrefix(f.String(), folder+"/")
			if f.Fatal {
				line = "!" + line
			}
			got = append(got, line)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if fatal := Fatal(found); (fatal != nil) != slices.ContainsFunc(c.want, func(s string) bool { return s[0] == '!' }) {
			t.Errorf("%s: fatal: %v", name, fatal)
		}
		tag := strings.TrimSuffix(c.file, ".json")
		if l := locales[tag]; l != nil && (l.Tag != tag || (l.Draft != "") != (len(c.want) > 0 && strings.Contains(c.want[0], "draft"))) {
			t.Errorf("%s: tag %q, draft %q", name, l.Tag, l.Draft)
		}
	}
	locales, found := kind().Load("")
	if len(found) > 0 || locales["vi"].Texts.Name != "Tê\u00a0n" || locales["vi"].ByKey["name"] != "Tê\u00a0n" || len(locales) != 2 {
		t.Errorf("ours: %v, %v", locales, found)
	}
	if _, found := kind().Load(filepath.Join(t.TempDir(), "none")); Fatal(found) == nil {
		t.Error("a folder that does not exist is not missed")
	}
}
