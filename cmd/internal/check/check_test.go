package check

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/cmd/internal/config"
	"tipbox/intake"
)

// TestCheckNamesDrafts: a language that is wanted and not offered is a problem, for
// its real reason, wherever its file is.
func TestCheckNamesDrafts(t *testing.T) {
	t.Parallel()
	unit := &intake.Unit{ID: "na-co-sa", PosterLanguages: []string{"vi", "blt"}}
	d, err := intake.NewDirectory([]*intake.Unit{unit})
	if err != nil {
		t.Fatal(err)
	}
	cfg := &config.Config{Languages: []string{"vi", "en", "blt"}, LocaleDir: t.TempDir(), Directory: d}
	locale, printed := filepath.Join(cfg.LocaleDir, "blt.json"), filepath.Join(cfg.LocaleDir, "poster", "blt.json")
	if err := os.Mkdir(filepath.Dir(printed), 0o700); err != nil {
		t.Fatal(err)
	}
	for copied, from := range map[string]string{locale: "../../../templates/locales/en.json", printed: "../../../templates/postertext/en.json"} {
		b, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wants := func(found []Finding, part, text string) {
		t.Helper()
		for _, f := range found {
			if f.Part == part && strings.Contains(f.Text, text) && f.Hint != "" {
				return
			}
		}
		t.Errorf("no problem of %s says %q: %+v", part, text, found)
	}
	const copied, unread = "not translated, but word for word as in en: ", "until a native speaker has read it"
	found := checkLanguages(cfg)
	wants(found, "language", "blt.json: a draft that is never offered: "+copied)
	if last := found[len(found)-1]; last.Text != "vi, en" || strings.Contains(fmt.Sprint(found[:len(found)-1]), locale+": a draft that is never offered, "+unread) {
		t.Errorf("%+v", found)
	}
	wants(checkPosters(cfg), "poster", "blt.json: a draft that is never printed: "+copied)
	text, err := os.ReadFile(locale)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(locale, bytes.Replace(text, []byte("true"), []byte("false"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	wants(checkLanguages(cfg), "language", "blt.json: a draft that is never offered, "+unread)
	unit.PosterLanguages, cfg.LocaleDir = []string{"mww-VN"}, ""
	wants(checkPosters(cfg), "poster", "mww.json: a draft that is never printed, "+unread)
}
