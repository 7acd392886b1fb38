package locale

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// parse reads the locale of the tag. All of its problems come at once, as
// joined errors that name each key.
func (k Kind[T]) parse(tag string, data []byte) (*Locale[T], error) {
	if t, err := language.Raw.Parse(tag); err != nil || t.String() != tag {
		return nil, fmt.Errorf("%q is not a language tag: expected a name such as vi.json, en.json or mww.json", tag)
	}
	var keys map[string]json.RawMessage
	if err := decode(data, &keys); err != nil {
		return nil, err
	}
	l := &Locale[T]{Tag: tag, Texts: new(T), ByKey: make(map[string]string)}
	var problems []error
	read := func(key string, into any, what string) bool {
		raw, ok := keys[key]
		delete(keys, key)
		if !ok {
			problems = append(problems, fmt.Errorf("%s: missing", key))
		} else if err := json.Unmarshal(raw, into); err != nil {
			problems = append(problems, fmt.Errorf("%s: expected a %s", key, what))
			ok = false
		}
		return ok
	}
	read("reviewed", &l.reviewed, "bool")
	v := reflect.ValueOf(l.Texts).Elem()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		key := field.Tag.Get("json")
		if key == "" || key == "-" {
			continue
		}
		var text string
		if !read(key, &text, "string") {
			continue
		}
		if k.Clean != nil {
			text = k.Clean(text)
		}
		text = norm.NFC.String(text)
		v.Field(i).SetString(text)
		l.ByKey[key] = text
		limit := k.Max
		if m := field.Tag.Get("max"); m != "" {
			limit, _ = strconv.Atoi(m)
		}
		switch n := utf8.RuneCountInString(text); {
		case strings.TrimSpace(text) == "":
			problems = append(problems, fmt.Errorf("%s: empty", key))
		case limit > 0 && n > limit:
			problems = append(problems, fmt.Errorf("%s: has %d characters, at most %d fit the page", key, n, limit))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		problems = append(problems, fmt.Errorf("%s: unknown key", key))
	}
	if k.Check != nil {
		if err := k.Check(l.Texts); err != nil {
			problems = append(problems, err)
		}
	}
	return l, errors.Join(problems...)
}

func decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	err := d.Decode(into)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("more than one JSON value")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := data[:min(int(syntax.Offset), len(data))]
		return fmt.Errorf("line %d: not JSON: %w", 1+bytes.Count(before, []byte("\n")), err)
	}
	return fmt.Errorf("not a JSON object of texts: %w", err)
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

// samePlaceholders compares with the Vietnamese texts, which are what the code
// fills in.
func samePlaceholders(texts, base map[string]string) error {
	var problems []error
	for _, key := range slices.Sorted(maps.Keys(base)) {
		has, needs := Placeholders(texts[key]), Placeholders(base[key])
		if texts[key] != "" && !slices.Equal(has, needs) {
			problems = append(problems, fmt.Errorf("%s: has the placeholders %v, expected %v", key, has, needs))
		}
	}
	return errors.Join(problems...)
}

// Placeholders returns what is to be filled into the text, such as "{unit}", each
// once, sorted.
func Placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}
