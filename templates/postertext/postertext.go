// Package postertext holds what the posters say, one JSON file per language,
// named by its BCP 47 tag.
//
// In the files "~" is a no-break space: a line of a poster never ends inside a
// Vietnamese compound such as "trật~tự". A file that says "reviewed": false is a
// draft that no speaker has read yet; it is checked but not offered.
package postertext

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

//go:embed *.json
var embedded embed.FS

// Text is what a poster says in one language.
type Text struct {
	Lang     string `json:"-"` // BCP 47 tag, of the file's name
	Reviewed bool   `json:"reviewed"`

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
// are placeholders other than Vietnamese has.
func Load(dir string) (Set, error) {
	set := make(Set)
	if err := set.read(embedded); err != nil {
		return nil, err
	}
	if dir != "" {
		if err := set.read(os.DirFS(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("poster texts in %s: %w", dir, err)
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

func (s Set) read(files fs.FS) error {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		tag := strings.TrimSuffix(path.Base(name), ".json")
		t, err := parse(tag, data)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
			continue
		}
		s[tag] = t
	}
	for tag, t := range s {
		if vi := s["vi"]; vi != nil {
			if err := samePlaceholders(t, vi); err != nil {
				problems = append(problems, fmt.Errorf("%s.json: %w", tag, err))
			}
		}
	}
	return errors.Join(problems...)
}

func parse(tag string, data []byte) (*Text, error) {
	if _, err := language.Parse(tag); err != nil {
		return nil, fmt.Errorf("the name is no language tag: %w", err)
	}
	t := &Text{Lang: tag}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(t); err != nil {
		return nil, err
	}
	var empty []string
	for key, text := range t.each() {
		*text = norm.NFC.String(strings.ReplaceAll(*text, "~", "\u00a0"))
		if strings.TrimSpace(*text) == "" {
			empty = append(empty, key)
		}
	}
	if len(empty) > 0 {
		slices.Sort(empty)
		return nil, fmt.Errorf("missing or empty: %s", strings.Join(empty, ", "))
	}
	return t, nil
}

var placeholder = regexp.MustCompile(`\{\w+\}`)

func samePlaceholders(t, vi *Text) error {
	want := vi.each()
	var problems []error
	for key, text := range t.each() {
		has, needs := placeholder.FindAllString(*text, -1), placeholder.FindAllString(*want[key], -1)
		slices.Sort(has)
		slices.Sort(needs)
		if !slices.Equal(has, needs) {
			problems = append(problems, fmt.Errorf("%s has the placeholders %v, Vietnamese has %v", key, has, needs))
		}
	}
	return errors.Join(problems...)
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
