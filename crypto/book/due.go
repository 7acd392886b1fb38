package book

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Span is a time of the law's: hours, days, or calendar months.
type Span struct {
	Hours, Days, Months int
}

var aSpan = regexp.MustCompile(`^([1-9][0-9]{0,2})(h|d|mo)$`)

// ParseSpan reads a span as the address book writes it: 24h, 3d or 2mo.
func ParseSpan(s string) (Span, error) {
	m := aSpan.FindStringSubmatch(s)
	if m == nil {
		return Span{}, fmt.Errorf("deadline %q: expected a number and h, d or mo", s)
	}
	n, _ := strconv.Atoi(m[1])
	switch m[2] {
	case "h":
		return Span{Hours: n}, nil
	case "d":
		return Span{Days: n}, nil
	}
	return Span{Months: n}, nil
}

// after returns the end of the span that begins at t. A month ends on the day of its
// beginning, or on the last that it has.
func (s Span) after(t time.Time) time.Time {
	t = t.In(zone)
	if s.Months > 0 {
		first := time.Date(t.Year(), t.Month()+time.Month(s.Months), 1, t.Hour(), t.Minute(), t.Second(), 0, zone)
		last := first.AddDate(0, 1, -1).Day()
		t = first.AddDate(0, 0, min(t.Day(), last)-1)
	}
	return t.Add(time.Duration(s.Days*24+s.Hours) * time.Hour)
}

// Deadlines are the times that a unit has, all from when a tip was received.
type Deadlines struct {
	Classify  Span // every tip: what is it?
	HandOver  Span // a crime that the unit is not competent for
	Procuracy Span // a crime: to tell the procuracy
	Assign    Span // a crime
	Resolve   Span // a crime
	Complex   Span // a crime that is complex, by a decision
	Extension Span // behind Complex, once
}

// Law are the deadlines by the criminal procedure code, articles 145 to 147, and joint
// circular 01/2017, articles 8 and 9.
var Law = Deadlines{
	Classify: Span{Hours: 24}, HandOver: Span{Hours: 24}, Procuracy: Span{Days: 3}, Assign: Span{Days: 3},
	Resolve: Span{Days: 20}, Complex: Span{Months: 2}, Extension: Span{Months: 2},
}

// Due says by when the steps that are still to be taken are due, "" for one that is
// not.
type Due struct {
	Classify  string `json:"classify"`
	HandOver  string `json:"handOver"`
	Procuracy string `json:"procuracy"`
	Assign    string `json:"assign"`
	Resolve   string `json:"resolve"`
	// Next is the first of them, and its name: what the tip waits for.
	Next string `json:"next"`
	At   string `json:"at"`
}

// due returns what is due of a tip.
func (d Deadlines) due(s *State) (due Due) {
	received, ok := ParseTime(s.Received)
	if !ok || s.Status == StatusDone || s.Status == StatusDropped || s.DuplicateOf != "" {
		return Due{}
	}
	steps := []struct {
		name string
		at   *string
		open bool
		span Span
	}{
		{"classify", &due.Classify, s.Kind == "", d.Classify},
		{"handOver", &due.HandOver, s.Kind == KindCrime && !s.Competent && len(s.Passes) == 0, d.HandOver},
		{"procuracy", &due.Procuracy, s.Kind == KindCrime && s.Competent && !s.Procuracy, d.Procuracy},
		{"assign", &due.Assign, s.Kind == KindCrime && s.Competent && s.To == "", d.Assign},
		{"resolve", &due.Resolve, s.Kind == KindCrime && s.Competent, d.Resolve},
	}
	var first time.Time
	for _, step := range steps {
		if !step.open {
			continue
		}
		at := step.span.after(received)
		if until, ok := parseDay(s.Until); ok && step.name == "resolve" {
			at = until
			if most := d.Extension.after(d.Complex.after(received)); at.After(most) {
				at = most // nobody can decide on more
			}
		}
		*step.at = Time(at)
		if due.Next == "" || at.Before(first) {
			first, due.Next, due.At = at, step.name, Time(at)
		}
	}
	return due
}

// With returns the deadlines with those that a unit has changed in the address book:
// spans by the names of the fields of Due, and complex and extension.
func (d Deadlines) With(changed map[string]string) (Deadlines, error) {
	for name, at := range map[string]*Span{
		"classify": &d.Classify, "handOver": &d.HandOver, "procuracy": &d.Procuracy, "assign": &d.Assign,
		"resolve": &d.Resolve, "complex": &d.Complex, "extension": &d.Extension,
	} {
		text, ok := changed[name]
		if !ok {
			continue
		}
		span, err := ParseSpan(text)
		if err != nil {
			return d, fmt.Errorf("%s: %w", name, err)
		}
		*at = span
	}
	return d, nil
}
