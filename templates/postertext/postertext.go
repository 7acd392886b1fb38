// Package postertext holds what the posters say, one JSON file per language,
// named by its BCP 47 tag.
//
// In the files "~" is a no-break space: a line of a poster never ends inside a
// Vietnamese compound such as "trật~tự". A file that says "reviewed": false is a
// draft that no speaker has read yet, and so is one with whole sentences of another
// language; it is checked but not offered. Package locale reads them.
package postertext

import (
	"embed"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"tipbox/templates/locale"
)

//go:embed *.json
var embedded embed.FS

// Text is what a poster says in one language.
type Text struct {
	Lang  string `json:"-"` // BCP 47 tag, of the file's name
	Draft string `json:"-"` // why it is not printed, "" where it is

	Name        string `json:"name"`       // of the box
	Call        string `json:"call"`       // what to do, to be read across a road
	Promise     string `json:"promise"`    // what is not asked and not kept
	Suggestion  string `json:"suggestion"` // the three mailboxes
	Report      string `json:"report"`
	Crime       string `json:"crime"`
	StepScan    string `json:"step_scan"`
	StepScanHow string `json:"step_scan_how"` // the phone's camera first, Zalo second: Zalo knows the account
	StepSend    string `json:"step_send"`
	StepSendHow string `json:"step_send_how"`
	StepRead    string `json:"step_read"`
	StepReadHow string `json:"step_read_how"`
	Type        string `json:"type"`         // above the address to type by hand
	Later       string `json:"later"`        // photograph now, send from elsewhere
	Danger      string `json:"danger"`       // 113
	Fake        string `json:"fake"`         // how to spot a sticker over the code
	Phone       string `json:"phone"`        // {phone}
	Replies     string `json:"replies"`      // {replies}, the address at which they are read
	Ruler       string `json:"ruler"`        // beside a ruler of 5 cm
	Printed     string `json:"printed"`      // {code}, {date}
	Share       string `json:"share"`        // to someone who holds the phone that shows the code
	ShareSecret string `json:"share_secret"` // the picture came over an app that knows its user
	Paste       string `json:"paste"`        // to send beside that picture: {unit}, {link}

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
// languages or replace ours. The error names everything that is wrong, a line each.
func Load(dir string) (Set, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		dir = "" // a locale_dir need not have posters
	}
	read, found := locale.Kind[Text]{Ours: embedded, Use: "printed", Clean: spaces}.Load(dir)
	if err := locale.Fatal(found); err != nil {
		return nil, err
	}
	set := make(Set)
	for tag, l := range read {
		l.Texts.Lang, l.Texts.Draft = tag, l.Draft
		set[tag] = l.Texts
	}
	return set, nil
}

// spaces puts no-break spaces where the files have "~".
func spaces(text string) string { return strings.ReplaceAll(text, "~", "\u00a0") }

// In returns the reviewed texts of the tags in their order; a tag with a region
// finds its language ("en-GB" finds "en"). Vietnamese stands in for none at all.
func (s Set) In(tags ...string) []*Text {
	var list []*Text
	for _, tag := range append(tags, "vi") {
		base, _, _ := strings.Cut(tag, "-")
		for _, try := range []string{tag, base} {
			if t := s[try]; t != nil && t.Draft == "" && (tag != "vi" || len(list) == 0 || slices.Contains(tags, "vi")) {
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
		if s[tag].Draft != "" {
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
