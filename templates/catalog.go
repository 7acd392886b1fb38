package templates

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"tipbox/templates/locale"
)

//go:embed locales/*.json
var localeFiles embed.FS

// catalog is the locales by tag.
type catalog struct {
	locales  map[string]*Locale
	fallback []*Locale // where a unit has no wish
}

// CheckLocales returns what is to be said about the embedded locales and those of
// dir, "" for none, of which the tags are to be offered: each missing, empty and
// unknown key, each text that is too long, drafts, and languages without a locale.
func CheckLocales(dir string, tags []string) []locale.Finding {
	_, found := readLocales(dir, tags)
	return found
}

func newCatalog(o Options) (catalog, error) {
	locales, found := readLocales(o.LocaleDir, o.Languages)
	if err := locale.Fatal(found); err != nil {
		return catalog{}, fmt.Errorf("locales:\n%w", err)
	}
	c := catalog{locales: locales}
	if c.fallback = c.reviewed(o.Languages); len(c.fallback) == 0 {
		c.fallback = c.reviewed([]string{locale.Base})
	}
	return c, nil
}

func readLocales(dir string, tags []string) (map[string]*Locale, []locale.Finding) {
	ours, err := fs.Sub(localeFiles, "locales")
	if err != nil {
		return nil, []locale.Finding{{File: "locales", Text: err.Error(), Fatal: true}}
	}
	read, found := locale.Kind[Locale]{Ours: ours, Use: "offered", Max: maxText, Clean: strings.TrimSpace, Check: checkDir}.Load(dir)
	locales := make(map[string]*Locale)
	for _, tag := range slices.Sorted(maps.Keys(read)) {
		l := read[tag].Texts
		l.Tag, l.Reviewed, l.texts = tag, read[tag].Draft == "", read[tag].ByKey
		recording, wrong := readRecording(dir, tag)
		l.Spoken = recording
		found = append(found, wrong...)
		locales[tag] = l
	}
	for _, tag := range tags {
		file := path.Join(dir, tag+".json")
		wrong := slices.ContainsFunc(found, func(f locale.Finding) bool { return f.File == file || f.File == tag+".json" })
		if locales[tag] == nil && !wrong {
			found = append(found, locale.Finding{File: file, Text: "is missing: language " + tag + " is to be offered", Fatal: true})
		}
	}
	return locales, found
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
	if l := plainWish(offered, accept); l != nil {
		return l
	}
	return wish(offered, accept)
}

// plainWish returns what wish does for the headers that nearly all phones send,
// which begin with a language and perhaps a country, and nil for all others: to
// parse the whole header takes as long as the rest of an answer.
func plainWish(offered []*Locale, accept string) *Locale {
	first, _, _ := strings.Cut(accept, ",")
	base, country, named := strings.Cut(strings.TrimSpace(first), "-")
	if len(base) != 2 || named && len(country) != 2 {
		return nil
	}
	var found *Locale
	for _, l := range offered {
		if b, more, _ := strings.Cut(l.Tag, "-"); strings.EqualFold(b, base) {
			if found != nil || more != "" {
				return nil // which of them is wish's to say
			}
			found = l
		}
	}
	return found
}

func wish(offered []*Locale, accept string) *Locale {
	wanted, _, err := language.ParseAcceptLanguage(accept) // the most wished for first
	if err != nil {
		return offered[0]
	}
	for _, w := range wanted {
		if i := slices.IndexFunc(offered, func(l *Locale) bool { return w == language.Make(l.Tag) }); i >= 0 {
			return offered[i]
		}
		// Not x/text's Matcher, in which English stands in for Chinese and Lao.
		if i := slices.IndexFunc(offered, func(l *Locale) bool { return locale.SameBase(w, language.Make(l.Tag)) }); i >= 0 {
			return offered[i]
		}
	}
	return offered[0]
}
