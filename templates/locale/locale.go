// Package locale reads what pages and posters say: a JSON file for each language,
// named by its BCP 47 tag, ours in the binary and an operator's beside it. Every
// mistake of every file is named at once, for whoever translates mends them so.
package locale

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// Base is the language that all others are compared with, and that stands in for
// what there is none of.
const Base = "vi"

// Kind is one kind of locale: T is a struct of strings, each with its key as the
// tag json. A tag max bounds a text's characters. A field without json:"-" that is
// no string is not allowed.
type Kind[T any] struct {
	Ours  fs.FS               // *.json
	Use   string              // what becomes of a language: "offered", "printed"
	Max   int                 // characters of a text without a tag max; 0 for any
	Clean func(string) string // of each text before it is looked at; nil for none
	Check func(*T) error      // what else can be wrong with one; nil for nothing
}

// Locale is what T says in one language.
type Locale[T any] struct {
	Tag   string // BCP 47
	Texts *T
	ByKey map[string]string
	// Draft says why the language is not used, "" where it is: no native speaker has
	// read it, or it has whole sentences of another language.
	Draft string

	file     string
	reviewed bool
}

// Finding is something about a locale that an operator should know.
type Finding struct {
	File string
	Text string
	// Fatal is set where the locale cannot be used at all. The others say why a
	// language is a draft.
	Fatal bool
}

// String returns the finding as a line.
func (f Finding) String() string { return f.File + ": " + f.Text }

// Fatal returns the findings that are fatal as an error, a line each, or nil.
func Fatal(found []Finding) error {
	var fatal []error
	for _, f := range found {
		if f.Fatal {
			fatal = append(fatal, errors.New(f.String()))
		}
	}
	return errors.Join(fatal...)
}

// Load returns our locales and those of dir, "" for none, by tag; a file of dir
// replaces ours. What can be read is returned beside what is wrong.
func (k Kind[T]) Load(dir string) (map[string]*Locale[T], []Finding) {
	locales := make(map[string]*Locale[T])
	found := k.collect(k.Ours, "", locales)
	ours := maps.Clone(locales)
	if dir != "" {
		if _, err := os.Stat(dir); err != nil {
			found = append(found, Finding{dir, err.Error(), true})
		} else {
			found = append(found, k.collect(os.DirFS(dir), dir, locales)...)
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(locales)) {
		l := locales[tag]
		if base := locales[Base]; base != nil {
			found = append(found, findings(l.file, samePlaceholders(l.ByKey, base.ByKey))...)
		}
		draft := func(reason string) {
			reason = "a draft that is never " + k.Use + reason
			if l.Draft == "" {
				l.Draft = reason
			}
			found = append(found, Finding{l.file, reason, tag == Base})
		}
		if !l.reviewed {
			draft(", until a native speaker has read it and set \"reviewed\": true")
		}
		if ours[tag] != l {
			if reason := untranslated(l, ours); reason != "" {
				draft(": " + reason)
			}
		}
	}
	return locales, found
}

// collect reads the locales of one directory; a locale of an earlier one is replaced.
func (k Kind[T]) collect(from fs.FS, dir string, locales map[string]*Locale[T]) []Finding {
	names, err := fs.Glob(from, "*.json")
	found := findings(dir, err)
	for _, name := range names {
		tag, file := strings.TrimSuffix(name, ".json"), name
		if dir != "" {
			file = path.Join(dir, name)
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			found = append(found, Finding{file, "cannot be read", true})
			continue
		}
		l, err := k.parse(tag, data)
		if err != nil {
			found = append(found, findings(file, err)...)
			continue
		}
		l.file = file
		locales[tag] = l
	}
	return found
}

// findings returns one fatal Finding for each of the joined errors.
func findings(file string, err error) (found []Finding) {
	if err == nil {
		return nil
	}
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, e := range all {
		found = append(found, Finding{file, e.Error(), true})
	}
	return found
}

// untranslated returns a draft's reason where whole sentences are word for word
// those of another language: a copy of a locale that is marked as reviewed, as
// the one is that it was copied from.
func untranslated[T any](l *Locale[T], ours map[string]*Locale[T]) string {
	const sentence = 40 // characters; less may be a name, or the same by chance
	for _, tag := range slices.Sorted(maps.Keys(ours)) {
		if SameBase(language.Make(l.Tag), language.Make(tag)) {
			continue // vi-VN may well repeat vi
		}
		same := slices.DeleteFunc(slices.Sorted(maps.Keys(l.ByKey)), func(key string) bool {
			return l.ByKey[key] != ours[tag].ByKey[key] || utf8.RuneCountInString(l.ByKey[key]) < sentence
		})
		if len(same) > 0 {
			return "not translated, but word for word as in " + tag + ": " + strings.Join(same, ", ")
		}
	}
	return ""
}

// SameBase reports whether both are the same language, in whatever region or script.
func SameBase(a, b language.Tag) bool {
	x, confidence := a.Base()
	y, _ := b.Base()
	return x == y && confidence == language.Exact
}
