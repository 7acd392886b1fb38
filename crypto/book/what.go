package book

import (
	"encoding/json"
	"regexp"
	"slices"
	"unicode/utf8"
)

// What is what an event does: one of the types below.
type What interface{ do() string }

// The kinds that a tip is classified as.
const (
	KindCrime      = "crime"
	KindOrder      = "order"
	KindSuggestion = "suggestion"
	KindPetition   = "petition"
	KindNone       = "none"
)

// The states of a tip.
const (
	StatusNew      = "new"
	StatusChecking = "checking"
	StatusDone     = "done"
	StatusDropped  = "dropped"
)

var (
	kinds    = []string{KindCrime, KindOrder, KindSuggestion, KindPetition, KindNone}
	statuses = []string{StatusNew, StatusChecking, StatusDone, StatusDropped}
	outcomes = []string{"", "confirmed", "partly", "unfounded", "unclear"}
)

// Enter is that a tip was opened and entered.
type Enter struct {
	Unit      string `json:"unit"`
	Site      string `json:"site"`
	Mailbox   string `json:"mailbox"`
	Urgent    bool   `json:"urgent"`
	Received  string `json:"received"`            // the mail's Date, "" while it is not known
	Confirmed bool   `json:"confirmed,omitempty"` // an officer has said when it was received: no mail was at hand
	Photos    int    `json:"photos"`
	Text      string `json:"text"` // the first 400 characters
	Where     string `json:"where,omitempty"`
	When      string `json:"when,omitempty"`
	Sum       string `json:"sum"` // SHA-256 of the sealed file, in hex; "" for a tip of an old register
}

// Classify is what kind of a report a tip is, and whether the unit is competent for it.
type Classify struct {
	Kind      string `json:"kind"`
	Competent bool   `json:"competent"`
}

// Assign is who has to see to it; "" for nobody any more.
type Assign struct {
	To string `json:"to"`
}

// Counts is what came of a tip.
type Counts struct {
	Arrests  int `json:"arrests"`
	Seizures int `json:"seizures"`
	Fines    int `json:"fines"`
	Helped   int `json:"helped"`
}

// Status is how far a tip is, and what came of it.
type Status struct {
	Status  string `json:"status"`
	Outcome string `json:"outcome,omitempty"` // confirmed, partly, unfounded, unclear
	Counts  Counts `json:"counts,omitzero"`
}

// Note is an officer's note.
type Note struct {
	Text string `json:"text"`
}

// Extend is that there is time until the end of a day, and by whose decision.
type Extend struct {
	Until    string `json:"until"` // YYYY-MM-DD
	Decision string `json:"decision"`
}

// Duplicate is that a tip says what another did; Of is "" where that is taken back.
type Duplicate struct {
	Of string `json:"of"`
}

// Pass is that a tip was sealed to another unit.
type Pass struct {
	To       string `json:"to"`
	Redacted bool   `json:"redacted"`
}

// Board is the short public answer for the tip's tag, "" for none any more.
type Board struct {
	Tag  string `json:"tag,omitempty"` // six characters, without the dash; "" in books before it was noted
	Text string `json:"text"`
}

type (
	// Reply is that a reply was sent.
	Reply struct{}
	// Answer is that the sender has answered.
	Answer struct{}
	// Seen is that an officer has looked.
	Seen struct{}
	// Procuracy is that the procuracy was told.
	Procuracy struct{}
)

// Met is that a recipient was compared by telephone. It belongs to the whole book.
type Met struct {
	Unit      string `json:"unit"`
	Recipient string `json:"recipient"` // its fingerprint
}

// ReplyPass is the unit's reply pass of a half-year. It belongs to the whole book.
type ReplyPass struct {
	Half string `json:"half"` // 2026-2
	Pass string `json:"pass"`
}

// Publish is that the answers for the board were written out, for its page or its wall.
// It belongs to the whole book.
type Publish struct {
	Sum string `json:"sum"`           // of what was written, as Notice.Sum
	Why string `json:"why,omitempty"` // why it was, less than a week after the last
}

// Recipients is whom the book is sealed to from now on. It belongs to the whole book.
type Recipients struct {
	List []string `json:"list"` // as age writes them
}

func (Enter) do() string      { return "enter" }
func (Classify) do() string   { return "classify" }
func (Assign) do() string     { return "assign" }
func (Status) do() string     { return "status" }
func (Note) do() string       { return "note" }
func (Extend) do() string     { return "extend" }
func (Duplicate) do() string  { return "duplicate" }
func (Pass) do() string       { return "pass" }
func (Reply) do() string      { return "reply" }
func (Answer) do() string     { return "answer" }
func (Board) do() string      { return "board" }
func (Seen) do() string       { return "seen" }
func (Procuracy) do() string  { return "procuracy" }
func (Met) do() string        { return "met" }
func (ReplyPass) do() string  { return "replypass" }
func (Publish) do() string    { return "publish" }
func (Recipients) do() string { return "recipients" }

// maxText is how many characters of a tip's text an Enter has.
const maxText = 400

// First returns the first 400 characters of a tip's text, which its Enter has.
func First(text string) string {
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText])
}

var (
	aSum = regexp.MustCompile(`^[0-9a-f]{64}$`)
	aTag = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{6}$`)
)

// read returns what an event brings, nil where that is not known here: a newer
// tipbox's, which is kept and counts for nothing.
func read(do string, f fields) What {
	switch do {
	case "enter":
		w := Enter{
			Unit: f.text("unit"), Site: f.text("site"), Mailbox: f.text("mailbox"), Urgent: f.yes("urgent"),
			Received: f.text("received"), Confirmed: f.yes("confirmed"), Photos: f.number("photos"),
			Text: First(f.text("text")), Where: f.text("where"), When: f.text("when"), Sum: f.text("sum"),
		}
		if _, ok := ParseTime(w.Received); !ok {
			w.Received, w.Confirmed = "", false
		}
		if aSum.MatchString(w.Sum) || w.Sum == "" && f.isText("sum") {
			return w
		}
	case "classify":
		if w := (Classify{f.text("kind"), f.yes("competent")}); slices.Contains(kinds, w.Kind) {
			return w
		}
	case "status":
		w := Status{Status: f.text("status"), Outcome: f.text("outcome")}
		c := f.object("counts")
		w.Counts = Counts{c.number("arrests"), c.number("seizures"), c.number("fines"), c.number("helped")}
		if slices.Contains(statuses, w.Status) && slices.Contains(outcomes, w.Outcome) {
			return w
		}
	case "extend":
		w := Extend{f.text("until"), f.text("decision")}
		if _, ok := parseDay(w.Until); ok {
			return w
		}
	case "assign":
		return Assign{f.text("to")}
	case "note":
		return Note{f.text("text")}
	case "duplicate":
		return Duplicate{f.text("of")}
	case "pass":
		return Pass{f.text("to"), f.yes("redacted")}
	case "board":
		if w := (Board{f.text("tag"), f.text("text")}); w.Tag == "" || aTag.MatchString(w.Tag) {
			return w
		}
	case "reply":
		return Reply{}
	case "answer":
		return Answer{}
	case "seen":
		return Seen{}
	case "procuracy":
		return Procuracy{}
	case "met":
		return Met{f.text("unit"), f.text("recipient")}
	case "replypass":
		return ReplyPass{f.text("half"), f.text("pass")}
	case "publish":
		if w := (Publish{f.text("sum"), f.text("why")}); aSum.MatchString(w.Sum) {
			return w
		}
	case "recipients":
		if w := (Recipients{f.texts("list")}); len(w.List) > 0 {
			return w
		}
	}
	return nil
}

// fields are a JSON object's. What is missing or of another type is "", 0, false or
// nothing.
type fields map[string]json.RawMessage

func get[T any](f fields, name string) T {
	var v *T
	if json.Unmarshal(f[name], &v) != nil || v == nil {
		var none T
		return none
	}
	return *v
}

func (f fields) text(name string) string   { return get[string](f, name) }
func (f fields) yes(name string) bool      { return get[bool](f, name) }
func (f fields) object(name string) fields { return get[fields](f, name) }

// isText reports whether there is a string of that name.
func (f fields) isText(name string) bool { return len(f[name]) > 0 && f[name][0] == '"' }

// number returns a whole number from 0 to maxN.
func (f fields) number(name string) int {
	n := get[float64](f, name)
	if n < 0 || n > maxN || n != float64(int(n)) {
		return 0
	}
	return int(n)
}

// texts returns a list of strings, or nothing where one of them is none.
func (f fields) texts(name string) []string {
	var out []string
	for _, v := range get[[]*string](f, name) {
		if v == nil {
			return nil
		}
		out = append(out, *v)
	}
	return out
}
