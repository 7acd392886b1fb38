package templates

import (
	"cmp"
	"time"

	g "maragu.dev/gomponents"
)

// Page is what all pages show.
type Page struct {
	Locale    *Locale
	Languages []Link // the language switch; fewer than two show none
	Chosen    bool   // the reader asked for the language, and not the browser
	Unit      string // name; "" where no unit is meant
	Phone     string // of the unit; "" for none
	Truth     string // path of the Truth; "" where going there would lose what was typed
	Board     string // path of the unit's Board; "" for none, likewise
	Replies   string // path of the Replies; "" for none, and where going there would lose what was typed
}

// Lang returns the language of the page.
func (p *Page) Lang() string { return p.Locale.Tag }

// Link leads to a page in another language.
type Link struct {
	Tag, Name, Href string
	Current         bool
}

// Form is the page on which a tip is written, fresh or given back.
type Form struct {
	Page
	Site      string // name
	Action    string // path that it is posted to
	Token     string
	Address   string        // of the page, as a person types it
	Window    time.Duration // of Later
	Oversight bool          // whether a tip can go past the unit
	Other     *Other        // who gets it then; nil for nobody with a name or a number
	Zalo      bool          // whether it is open in Zalo's own browser

	// For sealing on the phone; without Script the form posts by itself.
	Script, Keys   string // paths of the script and of what it seals to
	Code, SiteName string // of the site, as they stand in a sealed tip

	Spoken string // path of the recording; "" for none

	// What a sender without script may keep to read the reply: the code, and its rows as
	// they are copied; "" where the unit does not answer.
	Receipt     string
	ReceiptRows [2]string
	WantsReply  bool // it was ticked

	// What was typed.
	Mailbox, Message, Place, Time, Delivery, To string
	MessageCut                                  bool // only the message's beginning could be kept

	// What keeps it from being sent.
	Notice     Notice
	Wait       time.Duration // of TooMany and Full
	Problems   []Problem
	PhotosLost bool // photos were, or may have been, sent along: they must be chosen again
}

// Other is who gets the tips about the unit itself.
type Other struct {
	Name  string // "" for the office's
	Phone string // "" for none
}

// name returns the name, or else what such an office is called.
func (o *Other) name(office string) string {
	if o == nil {
		return office
	}
	return cmp.Or(o.Name, office)
}

func (o *Other) call(v *Page, when string) g.Node {
	phone := ""
	if o != nil {
		phone = o.Phone
	}
	return calling(when, phone, o.name(v.Locale.ToOversight))
}

// Private reports whether the page shows what somebody typed.
func (f *Form) Private() bool { return f.refused() }

// Notice is why a form is given back although nothing typed is wrong.
type Notice string

// The notices.
const (
	Stale   Notice = "stale" // the token is used up: one more tap sends it
	TooMany Notice = "limit" // a limit refused it for now
	// TextFirst: no photos are taken for now, but text is.
	TextFirst Notice = "text_first"
	Full      Notice = "full"   // no room in memory or on disk
	Broken    Notice = "broken" // it did not arrive whole
	Large     Notice = "large"  // it is too large to be read
	Failed    Notice = "failed" // a fault of ours
	Cross     Notice = "cross"  // it was posted from a page that is not ours
)

// Problem is a mistake that a person can mend.
type Problem struct {
	Field string // name of the form's field
	Key   string // of the sentence: problem_KEY in the locales
}

// refused reports whether the form is given back rather than fresh.
func (f *Form) refused() bool { return f.Notice != "" || len(f.Problems) > 0 }

// noticeText returns the sentence of the notice.
func (f *Form) noticeText() string {
	return fill(f.Locale.texts[string(f.Notice)+"_notice"], "wait", f.Locale.Duration(f.Wait))
}

// problemOf returns the sentence on the field's first mistake, or "".
func (f *Form) problemOf(field string) string {
	for _, p := range f.Problems {
		if p.Field == field {
			return f.Locale.Problem(p.Key)
		}
	}
	return ""
}

// moreOpen reports whether place and time must not be folded away.
func (f *Form) moreOpen() bool {
	return f.Place+f.Time+f.problemOf("place")+f.problemOf("time") != ""
}

// mailbox is one of the three cards.
type mailbox struct{ value, icon, title, eg string }

// mailboxes returns the cards in their order.
func (f *Form) mailboxes() []mailbox {
	l := f.Locale
	return []mailbox{
		{"suggestion", "tap", l.Suggestion, l.SuggestionEg},
		{"report", "fight", l.Report, l.ReportEg},
		{"crime", "border", l.Crime, l.CrimeEg},
	}
}

// choice is one of several ways.
type choice struct {
	value, title, hint string
	chosen             bool
}

// choose marks the choice of the value, or else the first, as chosen.
func choose(value string, choices []choice) []choice {
	chosen := 0
	for i, c := range choices {
		if c.value == value {
			chosen = i
		}
	}
	choices[chosen].chosen = true
	return choices
}

// deliveries returns the ways of delivery in their order.
func (f *Form) deliveries() []choice {
	l := f.Locale
	return choose(f.Delivery, []choice{
		{value: "now", title: l.Now},
		{value: "later", title: l.Later, hint: fill(l.LaterHint, "window", l.Duration(f.Window))},
		{value: "urgent", title: l.Urgent, hint: l.UrgentHint}, // last: the telephone numbers follow
	})
}

// audiences returns who a tip can be for.
func (f *Form) audiences() []choice {
	l := f.Locale
	return choose(f.To, []choice{
		{value: "unit", title: fill(l.ToUnit, "unit", f.Unit), hint: l.ToUnitHint},
		{value: "oversight", title: f.Other.name(l.ToOversight), hint: l.ToOversightHint},
	})
}

// Thanks is the page after a tip is safe. It shows neither what was sent nor the
// tip's id, because whoever takes the phone next sees it too.
type Thanks struct {
	Page
	Delivery  string
	Oversight bool // it went past the unit
	Other     *Other
	Window    time.Duration
	Again     string // path of an empty form
	Host      string // as the browser's history shows it
}

// Private reports false: the page shows nothing of the tip.
func (*Thanks) Private() bool { return false }

// text says what happens next.
func (t *Thanks) text() string {
	l, to := t.Locale, t.Unit
	if t.Oversight {
		to = t.Other.name(l.ThanksOther)
	}
	switch t.Delivery {
	case "urgent":
		return fill(l.ThanksUrgent, "unit", to)
	case "later":
		return fill(l.ThanksLater, "unit", to, "window", l.Duration(t.Window))
	}
	return fill(l.ThanksNow, "unit", to)
}

// Truth is how far secrecy goes. Whoever sent a tip without a script is led here: a
// page that says thanks and nothing else would prove, in a browser's history, that
// somebody sent one. All pages lead here too, so that having been here proves
// nothing; for the same reason it names neither site nor unit.
type Truth struct {
	Page
	Host string // as the browser's history shows it
}

// Private reports false: the page is the same for all.
func (*Truth) Private() bool { return false }

// Note is any other page: a few words, and a way on from here.
type Note struct {
	Page
	Kind   NoteKind
	Open   string  // path of the form to go to; "" for none
	Code   string  // what was looked for; given back in the box
	Given  string  // what was typed, where it can no longer be sent
	Others []Place // of Withdrawn: the unit's boxes that are open
}

// Private reports whether the page shows what somebody typed.
func (n *Note) Private() bool { return n.Given+n.Code != "" }

// Place is where another box stands.
type Place struct{ Name, Path string }

// NoteKind is what a Note is about.
type NoteKind string

// The kinds of notes.
const (
	Home      NoteKind = "home"
	Lost      NoteKind = "lost"      // no such site, no such page
	Withdrawn NoteKind = "withdrawn" // the site's posters are no longer good
	Closed    NoteKind = "closed"    // the unit's keys cannot be read: see intake.Unit
	Method    NoteKind = "method"    // neither read nor sent
	Fault     NoteKind = "failed"    // a fault of ours, with no form to give back
)

// title heads the note.
func (n *Note) title() string { return n.Locale.texts[string(n.Kind)+"_title"] }

// text is the note.
func (n *Note) text() string { return fill(n.Locale.texts[string(n.Kind)+"_text"], "unit", n.Unit) }

// asksCode reports whether the page has a box for a site's code.
func (n *Note) asksCode() bool { return n.Kind == Home || n.Kind == Lost || n.Kind == Withdrawn }
