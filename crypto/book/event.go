package book

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Event is one line of the book.
type Event struct {
	ID   string // e: 16 random characters of base32
	N    int    // 1 + the largest that its writer had seen of the tip
	Tip  string // "" for what belongs to the whole book
	At   string // RFC 3339, to the second
	By   string // the officer's label
	Do   string
	What What   // nil where Do, or what it should bring, is not known here
	Line string // the event as it stands in the file, without the line feed

	instant int64 // Unix seconds of At
}

// maxN bounds n, so that there is always a larger one.
const maxN = 1<<31 - 1

// zone is Vietnam's, in which times are written: it has had no other since 1975.
var zone = time.FixedZone("", 7*60*60)

// layout is how times are written.
const layout = "2006-01-02T15:04:05-07:00"

// Time returns t as the book writes it: to the second, with Vietnam's offset.
func Time(t time.Time) string { return t.In(zone).Format(layout) }

var (
	anID  = regexp.MustCompile(`^[A-Z2-7]{16}$`)
	aTip  = regexp.MustCompile(`^[0-9A-Z+-]{0,40}$`)
	aTime = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$`)
	aDay  = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)
)

// maxBy is how many characters an officer's label has at most.
const maxBy = 200

// ParseTime reads a time of the book. A day that the calendar has not is none.
func ParseTime(s string) (time.Time, bool) {
	if !aTime.MatchString(s) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, s)
	return t.In(zone), err == nil
}

// parseDay reads a day and returns its last second.
func parseDay(s string) (time.Time, bool) {
	if !aDay.MatchString(s) {
		return time.Time{}, false
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	return t.Add(24*time.Hour - time.Second), err == nil
}

// Odd reports whether the event lacks what every event has: it is kept and written
// again, and no more.
func (e *Event) Odd() bool { return e.N == 0 }

// newEvent writes an event down, and reads what it wrote as any reader does.
func newEvent(id string, n int, tip, by string, at time.Time, what What) *Event {
	if runes := []rune(by); len(runes) > maxBy {
		by = string(runes[:maxBy-1]) + "…"
	}
	line := canonical(struct {
		E   string `json:"e"`
		N   int    `json:"n"`
		Tip string `json:"tip"`
		At  string `json:"at"`
		By  string `json:"by"`
		Do  string `json:"do"`
	}{id, n, tip, Time(at), by, what.do()})
	if brings := canonical(what); brings != "{}" {
		line = strings.TrimSuffix(line, "}") + "," + strings.TrimPrefix(brings, "{")
	}
	e, _ := parseEvent(line)
	return e
}

// parseEvent reads a line, and reports whether it is a JSON object at all. Names are
// told apart by case, and of two fields with one name the last counts, as in JavaScript.
func parseEvent(line string) (*Event, bool) {
	var f fields
	if json.Unmarshal([]byte(line), &f) != nil || f == nil {
		return nil, false
	}
	e := &Event{ID: f.text("e"), Tip: f.text("tip"), At: f.text("at"), By: f.text("by"), Do: f.text("do"), Line: line}
	at, ok := ParseTime(e.At)
	n := f.number("n")
	if !ok || n < 1 || n > maxN || !f.isText("tip") || !f.isText("by") || e.Do == "" ||
		!anID.MatchString(e.ID) || !aTip.MatchString(e.Tip) || len([]rune(e.By)) > maxBy {
		return e, true
	}
	e.N, e.instant, e.What = n, at.Unix(), read(e.Do, f)
	return e, true
}

// compare is the order of a tip's events: n, the time, the id; of two with one id the
// bytes of the lines.
func compare(a, b *Event) int {
	return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.instant, b.instant), strings.Compare(a.ID, b.ID), strings.Compare(a.Line, b.Line))
}

func ordered(events []*Event) []*Event { return slices.SortedFunc(slices.Values(events), compare) }
