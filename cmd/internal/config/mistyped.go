package config

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"tipbox/qr/typo"
)

func dotted(key toml.Key) string { return strings.Join(key, ".") }

// unquoted is a value that is neither in quotes nor anything that needs none, as the
// last on its line or in an inline table. What begins with a quote of another kind is
// oddLines' to tell.
var unquoted = regexp.MustCompile(`([A-Za-z0-9_-]+)\s*=\s*([\pL/@][^"'#=]*?)\s*[,}]?\s*(#.*)?$`)

// slipped says in our words what is no TOML and happens most, or "".
func slipped(text string, line int, e *toml.DecodeError) string {
	if len(e.Key()) > 0 {
		return ""
	}
	all := strings.Split(text, "\n")
	if line < 1 || line > len(all) {
		return ""
	}
	this := all[line-1]
	if m := unquoted.FindStringSubmatch(this); m != nil && m[2] != "true" && m[2] != "false" {
		return fmt.Sprintf(`text stands in quotes: expected %s = %s`, m[1], tomlString(m[2]))
	}
	switch said := e.Error(); {
	case strings.Contains(said, "strings cannot have new lines"):
		return "a quote begins here and does not end: expected another \" at the end of the text"
	case strings.Contains(said, "escape"):
		return `a backslash within "…" begins a special character: write / in paths`
	}
	return ""
}

// typeError says what kind of value was expected, in words and not in Go's types.
func typeError(e *toml.DecodeError) string {
	text := strings.TrimPrefix(e.Error(), "toml: ")
	t := typeAt(e.Key())
	if t == nil || !strings.HasPrefix(text, "cannot decode ") && !strings.HasPrefix(text, "cannot store ") {
		return text
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.String:
		return `expected text in quotes, such as "…"`
	case t.Kind() == reflect.Int:
		return "expected a whole number without quotes"
	case t.Kind() == reflect.Bool:
		return "expected true or false without quotes"
	case t.Kind() == reflect.Map:
		return `expected a name for each language, such as { vi = "…" }`
	case t == reflect.TypeFor[[]string]():
		return "expected a list, such as " + cmp.Or(listExamples[e.Key()[len(e.Key())-1]], `["truc-ban@example.vn"]`)
	case t.Kind() == reflect.Slice:
		return "expected [[" + dotted(e.Key()) + "]], in two brackets"
	}
	return "expected the table [" + dotted(e.Key()) + "]"
}

// listExamples are for the lists that are not of mail addresses.
var listExamples = map[string]string{"languages": `["vi", "en"]`, "trusted_proxies": `["127.0.0.1"]`, "command": `["/usr/local/bin/sms"]`}

// typeAt returns the type of the key's value, or nil for a key that is not known.
func typeAt(key toml.Key) reflect.Type {
	t := reflect.TypeFor[file]()
	for _, part := range key {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() == reflect.Map {
			t = t.Elem()
			continue
		}
		f, ok := fieldByTag(t, part)
		if !ok {
			return nil
		}
		t = f.Type
	}
	return t
}

// nearest suggests the known key, or table, that an unknown one most likely means.
func nearest(key toml.Key) string {
	for i := range key {
		if typeAt(key[:i+1]) == nil {
			return nearestOf(typeAt(key[:i]), key[i])
		}
	}
	return ""
}

// nearestOf suggests a key of the table of this type.
func nearestOf(t reflect.Type, key string) string {
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return ""
	}
	best, bestDistance := "", 3
	for f := range t.Fields() {
		tag := f.Tag.Get("toml")
		if d := typo.Distance(tag, key); d < bestDistance {
			best, bestDistance = tag, d
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean " + best + "?"
}

func fieldByTag(t reflect.Type, tag string) (reflect.StructField, bool) {
	if t.Kind() == reflect.Struct {
		for f := range t.Fields() {
			if f.Tag.Get("toml") == tag {
				return f, true
			}
		}
	}
	return reflect.StructField{}, false
}
