package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

//go:embed locales/*.json
var localeFiles embed.FS

// base is the language that all others are compared with.
const base = "vi"

// catalog is the locales by tag.
type catalog struct {
	locales  map[string]*Locale
	fallback []*Locale // where a unit has no wish
}

// Finding is something about a locale that an operator should know.
type Finding struct {
	File string
	Text string
	// Fatal is set where the locale cannot be used at all. The others say why a
	// language is not offered.
	Fatal bool
}

// String returns the finding as a line.
func (f Finding) String() string { return f.File + ": " + f.Text }

// CheckLocales returns what is to be said about the embedded locales and those of
// dir, "" for none, of which the tags are to be offered: each missing, empty and
// unknown key, each text that is too long, drafts, and languages without a locale.
func CheckLocales(dir string, tags []string) []Finding {
	_, found := readLocales(dir, tags)
	return found
}

func newCatalog(o Options) (catalog, error) {
	locales, found := readLocales(o.LocaleDir, o.Languages)
	var fatal []error
	for _, f := range found {
		if f.Fatal {
			fatal = append(fatal, errors.New(f.String()))
		}
	}
	if len(fatal) > 0 {
		return catalog{}, fmt.Errorf("locales:\n%w", errors.Join(fatal...))
	}
	c := catalog{locales: locales}
	if c.fallback = c.reviewed(o.Languages); len(c.fallback) == 0 {
		c.fallback = c.reviewed([]string{base})
	}
	return c, nil
}

func readLocales(dir string, tags []string) (map[string]*Locale, []Finding) {
	locales := make(map[string]*Locale)
	files := make(map[string]string)
	embedded, err := fs.Sub(localeFiles, "locales")
	found := collect(embedded, "", locales, files)
	ours := maps.Clone(locales)
	if err == nil && dir != "" {
		if _, err = os.Stat(dir); err == nil {
			found = append(found, collect(os.DirFS(dir), dir, locales, files)...)
		}
	}
	if err != nil {
		found = append(found, Finding{dir, err.Error(), true})
	}
	vi := locales[base]
	for _, tag := range sortedKeys(locales) {
		l := locales[tag]
		if vi != nil {
			found = append(found, findings(files[tag], samePlaceholders(l, vi))...)
		}
		if !l.Reviewed {
			found = append(found, Finding{files[tag], "a draft that is never offered, until a native speaker has read it and set \"reviewed\": true", tag == base})
		}
		if err := untranslated(l, ours); err != nil && ours[tag] != l {
			found = append(found, Finding{files[tag], "a draft that is never offered: " + err.Error(), tag == base})
			l.Reviewed = false
		}
	}
	for _, tag := range sortedKeys(locales) {
		recording, wrong := readRecording(dir, tag)
		locales[tag].Spoken = recording
		found = append(found, wrong...)
	}
	for _, tag := range tags {
		if locales[tag] == nil && files[tag] == "" {
			found = append(found, Finding{path.Join(dir, tag+".json"), "is missing: language " + tag + " is to be offered", true})
		}
	}
	return locales, found
}

// collect reads the locales of one directory; a locale of an earlier one is replaced.
func collect(from fs.FS, dir string, locales map[string]*Locale, files map[string]string) []Finding {
	names, err := fs.Glob(from, "*.json")
	found := findings(dir, err)
	for _, name := range names {
		tag, file := strings.TrimSuffix(name, ".json"), name
		if dir != "" {
			file = path.Join(dir, name)
		}
		files[tag] = file
		data, err := fs.ReadFile(from, name)
		if err != nil {
			found = append(found, Finding{file, "cannot be read", true})
			continue
		}
		l, err := parseLocale(tag, data)
		found = append(found, findings(file, err)...)
		if err == nil {
			locales[tag] = l
		}
	}
	return found
}

// findings returns one Finding for each of the joined errors.
func findings(file string, err error) []Finding {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []Finding{{file, err.Error(), true}}
	}
	var found []Finding
	for _, e := range joined.Unwrap() {
		found = append(found, Finding{file, e.Error(), true})
	}
	return found
}

// Offer returns the locales of the tags that are reviewed, in their order, or
// where none is, and for no tags, those of Options.Languages.
func (c *catalog) Offer(tags []string) []*Locale {
	if list := c.reviewed(tags); len(list) > 0 {
		return list
	}
	return slices.Clone(c.fallback)
}

func (c *catalog) reviewed(tags []string) []*Locale {
	var list []*Locale
	for _, tag := range tags {
		if l := c.locales[tag]; l != nil && l.Reviewed && !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	return list
}

// Choose returns the locale, out of those offered, that was asked for by tag,
// else the one that suits the Accept-Language header best, else the first.
func Choose(offered []*Locale, asked, accept string) *Locale {
	for _, l := range offered {
		if strings.EqualFold(l.Tag, asked) {
			return l
		}
	}
	wanted, _, err := language.ParseAcceptLanguage(accept) // the most wished for first
	if err != nil {
		return offered[0]
	}
	for _, w := range wanted {
		if i := slices.IndexFunc(offered, func(l *Locale) bool { return w == language.Make(l.Tag) }); i >= 0 {
			return offered[i]
		}
		// Not x/text's Matcher, in which English stands in for Chinese and Lao.
		if i := slices.IndexFunc(offered, func(l *Locale) bool { return sameBase(w, language.Make(l.Tag)) }); i >= 0 {
			return offered[i]
		}
	}
	return offered[0]
}

func sameBase(a, b language.Tag) bool {
	x, confidence := a.Base()
	y, _ := b.Base()
	return x == y && confidence == language.Exact
}
