// Package counts is what a unit's book comes to, a week at a time, without a word of
// any tip: counting, the sealed file in which a unit says it to the level above, and
// adding up what units say. The desk's script does the same
// (templates/browser/src/reader/counts); testdata/vectors.json holds both. See
// docs/formats.md, "Counts".
package counts

import (
	"regexp"
	"time"

	"tipbox/crypto/book"
	"tipbox/intake"
)

// Counts is what one unit says.
type Counts struct {
	Kind  string `json:"tipbox"` // "counts"
	V     int    `json:"v"`
	Unit  string `json:"unit"`  // its id
	Made  string `json:"made"`  // a time of the book
	Weeks []Week `json:"weeks"` // the oldest first, each week once
}

// Week is what came in a week, and what became of it by the time it was counted.
// Duplicates stand apart: they are in no other number.
type Week struct {
	Week       string         `json:"week"` // its Monday, YYYY-MM-DD
	Tips       int            `json:"tips"`
	Duplicates int            `json:"duplicates"`
	Urgent     int            `json:"urgent"`
	Passed     int            `json:"passed"`   // to another unit
	Answered   int            `json:"answered"` // the sender
	Boxes      map[string]int `json:"boxes"`
	Sites      map[string]int `json:"sites"`
	Kinds      map[string]int `json:"kinds"` // of those that are classified
	States     map[string]int `json:"states"`
	Outcomes   map[string]int `json:"outcomes"` // of those that are done
	Results    book.Counts    `json:"results"`
	Handling   map[string]int `json:"handling"` // by how long it took until done or dropped: see Spans
}

// Other is where something is counted that the box itself never writes: who seals a
// tip can name any site.
const Other = "?"

// Spans are the names under which Week.Handling counts, and how long each is.
var Spans = []struct {
	Name string
	Most time.Duration
}{
	{"1d", 24 * time.Hour}, {"3d", 3 * 24 * time.Hour}, {"7d", 7 * 24 * time.Hour},
	{"20d", 20 * 24 * time.Hour}, {"60d", 60 * 24 * time.Hour}, {"more", 1<<63 - 1},
}

// MaxWeeks is how many weeks are counted at most: ten years.
const MaxWeeks = 520

// maxSites is how many sites are told apart in a week.
const maxSites = 200

var aSite = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,22}[a-z0-9])?$`)

// zone is Vietnam's, in which weeks begin.
var zone = time.FixedZone("", 7*60*60)

// Monday returns the day on which the week of t begins in Vietnam, at midnight.
func Monday(t time.Time) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day()-(int(t.Weekday())+6)%7, 0, 0, 0, 0, zone)
}

// Of counts the states of the unit's book: so many weeks, that of now the last. A tip
// belongs to the week in which it was received. It returns as well of how many nobody
// knows that: when they were entered, perhaps out of an old register, is no answer.
func Of(unit string, states []*book.State, now time.Time, weeks int) (c *Counts, undated int) {
	c = &Counts{Kind: kind, V: version, Unit: unit, Made: book.Time(now)}
	at := make(map[string]*Week, weeks)
	first := Monday(now).AddDate(0, 0, -7*(weeks-1))
	for i := range weeks {
		c.Weeks = append(c.Weeks, newWeek(first.AddDate(0, 0, 7*i).Format(time.DateOnly)))
	}
	for i := range c.Weeks {
		at[c.Weeks[i].Week] = &c.Weeks[i]
	}
	for _, s := range states {
		came, ok := book.ParseTime(s.Received)
		if !ok {
			undated++
		} else if w := at[Monday(came).Format(time.DateOnly)]; w != nil {
			w.add(s)
		}
	}
	return c, undated
}

func newWeek(monday string) Week {
	return Week{
		Week: monday, Boxes: map[string]int{}, Sites: map[string]int{}, Kinds: map[string]int{},
		States: map[string]int{}, Outcomes: map[string]int{}, Handling: map[string]int{},
	}
}

func (w *Week) add(s *book.State) {
	if s.DuplicateOf != "" {
		w.Duplicates++
		return
	}
	one := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
	w.Tips++
	w.Urgent += one(s.Urgent)
	w.Passed += one(len(s.Passes) > 0)
	w.Answered += one(s.Replies > 0)
	box, site := s.Mailbox, s.Site
	if !intake.Mailbox(box).Valid() {
		box = Other
	}
	if _, known := w.Sites[site]; !aSite.MatchString(site) || !known && len(w.Sites) >= maxSites {
		site = Other
	}
	w.Boxes[box]++
	w.Sites[site]++
	w.States[s.Status]++
	if s.Kind != "" {
		w.Kinds[s.Kind]++
	}
	done := s.Status == book.StatusDone
	if done && s.Outcome != "" {
		w.Outcomes[s.Outcome]++
	}
	if done {
		w.Results.Arrests += s.Counts.Arrests
		w.Results.Seizures += s.Counts.Seizures
		w.Results.Fines += s.Counts.Fines
		w.Results.Helped += s.Counts.Helped
	}
	came, ok := book.ParseTime(s.Received)
	ended, okEnd := book.ParseTime(s.StatusAt)
	if ok && okEnd && (done || s.Status == book.StatusDropped) {
		for _, span := range Spans {
			if ended.Sub(came) <= span.Most {
				w.Handling[span.Name]++
				break
			}
		}
	}
}
