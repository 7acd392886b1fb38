// Package postertext holds what the posters say, one JSON file per language,
// named by its BCP 47 tag.
//
// In the files "~" is a no-break space: a line of a poster never ends inside a
// Vietnamese compound such as "trật~tự". A file that says "reviewed": false is a
// draft that no speaker has read yet, and so is one with whole sentences of another
// language; it is checked but not offered.
package postertext

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

//go:embed *.json
var embedded embed.FS

// Text is what a poster says in one language.
type Text struct {
	Lang     string `json:"-"` // BCP 47 tag, of the file's name
	Reviewed bool   `json:"reviewed"`
	Draft    string `json:"-"` // why it is not printed, "" where it is

	Name         string `json:"name"` // of the box
	NoName       string `json:"no_name"`
	NoPhone      string `json:"no_phone"`
	NoLogin      string `json:"no_login"`
	Suggestion   string `json:"suggestion"` // the three mailboxes
	Report       string `json:"report"`
	Crime        string `json:"crime"`
	StepScan     string `json:"step_scan"`
	StepScanHow  string `json:"step_scan_how"` // the phone's camera first, Zalo second: Zalo knows the account
	StepWrite    string `json:"step_write"`
	StepWriteHow string `json:"step_write_how"`
	StepSend     string `json:"step_send"`
	StepSendHow  string `json:"step_send_how"`
	Type         string `json:"type"`    // above the address to type by hand
	Later        string `json:"later"`   // photograph now, send from elsewhere
	Danger       string `json:"danger"`  // 113
	Fake         string `json:"fake"`    // how to spot a sticker over the code
	Phone        string `json:"phone"`   // {phone}
	Ruler        string `json:"ruler"`   // beside a ruler of 5 cm
	Printed      string `json:"printed"` // {code}, {date}

	SlipMailbox string `json:"slip_mailbox"` // the paper form
	SlipWhat    string `json:"slip_what"`
	SlipWhere   string `json:"slip_where"`
	SlipWhen    string `json:"slip_when"`
	SlipDrop    string `json:"slip_drop"`
	SlipScan    string `json:"slip_scan"`
}

// Set is the languages that posters can be printed in.
type Set map[string]*Text

// Load returns the embedded texts and those of dir, "" for none, whose files add
// languages or replace ours. Unknown, missing and empty keys are errors, and so
// are placeholders other than Vietnamese has: a line for each file.
func Load(dir string) (Set, error) {
	set := make(Set)
	if err := set.read(embedded, "", nil); err != nil {
		return nil, err
	}
	if dir != "" {
		if err := set.read(os.DirFS(dir), dir, maps.Clone(set)); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// In returns the reviewed texts of the tags in their order; a tag with a region
// finds its language ("en-GB" finds "en"). Vietnamese stands in for none at all.
func (s Set) In(tags ...string) []*Text {
	var list []*Text
	for _, tag := range append(tags, "vi") {
		base, _, _ := strings.Cut(tag, "-")
		for _, try := range []string{tag, base} {
			if t := s[try]; t != nil && t.Reviewed && (tag != "vi" || len(list) == 0 || slices.Contains(tags, "vi")) {
				if !slices.Contains(list, t) {
					list = append(list, t)
				}
				break
			}
		}
	}
	return list
}

// Drafts returns the tags of the texts that are not printed, in their order.
func (s Set) Drafts() (tags []string) {
	for _, tag := range slices.Sorted(maps.Keys(s)) {
		if !s[tag].Reviewed {
			tags = append(tags, tag)
		}
	}
	return tags
}

// Has reports whether there is a text, draft or not, for the tag or its language.
func (s Set) Has(tag string) bool {
	base, _, _ := strings.Cut(tag, "-")
	return s[tag] != nil || s[base] != nil
}

// read adds the texts of one folder, which are compared with ours.
func (s Set) read(files fs.FS, dir string, ours Set) error {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range names {
		tag := strings.TrimSuffix(name, ".json")
		data, err := fs.ReadFile(files, name)
		var t *Text
		if err == nil {
			t, err = parse(tag, data)
		}
		if vi := s["vi"]; err == nil && vi != nil { // our own are compared by a test
			err = samePlaceholders(t, vi)
		}
		if err == nil {
			t.judge(ours)
			if tag == "vi" && !t.Reviewed {
				err = errors.New(t.Draft + "; and Vietnamese stands in for all others")
			}
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", filepath.Join(dir, name), err))
			continue
		}
		s[tag] = t
	}
	return errors.Join(problems...)
}

func parse(tag string, data []byte) (*Text, error) {
	if _, err := language.Parse(tag); err != nil {
		return nil, fmt.Errorf("the name is no language tag: %w", err)
	}
	t := &Text{Lang: tag}
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("not a JSON file of texts: %w", err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil, fmt.Errorf("not a JSON file of texts: %w", err)
	}
	delete(keys, "reviewed")
	var empty []string
	for key, text := range t.each() {
		delete(keys, key)
		*text = norm.NFC.String(strings.ReplaceAll(*text, "~", "\u00a0"))
		if strings.TrimSpace(*text) == "" {
			empty = append(empty, key)
		}
	}
	return t, join(list("missing or empty", empty), list("unknown", slices.Collect(maps.Keys(keys))))
}

// judge makes a draft of what no speaker has read, and of a copy of one of ours
// that says that it is reviewed, as the one does that it was made from.
func (t *Text) judge(ours Set) {
	const sentence = 40 // characters; less may be a name, or the same by chance
	if !t.Reviewed {
		t.Draft = "a draft that is never printed, until a native speaker has read it and set \"reviewed\": true"
	}
	base, _, _ := strings.Cut(t.Lang, "-")
	for _, tag := range slices.Sorted(maps.Keys(ours)) {
		if tag == base {
			continue // vi-VN may well repeat vi
		}
		theirs := ours[tag].each()
		var same []string
		for key, text := range t.each() {
			if *text == *theirs[key] && utf8.RuneCountInString(*text) >= sentence {
				same = append(same, key)
			}
		}
		if err := list("a draft that is never printed: not translated, but word for word as in "+tag+"", same); err != nil {
			t.Draft, t.Reviewed = err.Error(), false
			return
		}
	}
}

// list names keys in their order; none are no error.
func list(what string, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	slices.Sort(keys)
	return fmt.Errorf("%s: %s", what, strings.Join(keys, ", "))
}

// join makes one line of errors.
func join(problems ...error) error {
	var said []string
	for _, err := range problems {
		if err != nil {
			said = append(said, err.Error())
		}
	}
	if said == nil {
		return nil
	}
	return errors.New(strings.Join(said, "; "))
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func samePlaceholders(t, vi *Text) error {
	want := vi.each()
	var problems []error
	texts := t.each()
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		has, needs := placeholder.FindAllString(*texts[key], -1), placeholder.FindAllString(*want[key], -1)
		slices.Sort(has)
		slices.Sort(needs)
		if !slices.Equal(has, needs) {
			problems = append(problems, fmt.Errorf("%s has the placeholders %v, Vietnamese has %v", key, has, needs))
		}
	}
	return join(problems...)
}

// each returns the texts by their JSON keys.
func (t *Text) each() map[string]*string {
	texts := make(map[string]*string)
	v := reflect.ValueOf(t).Elem()
	for i := range v.NumField() {
		if key := v.Type().Field(i).Tag.Get("json"); key != "-" && v.Field(i).Kind() == reflect.String {
			texts[key] = v.Field(i).Addr().Interface().(*string)
		}
	}
	return texts
}
