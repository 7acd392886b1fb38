package book

import (
	"slices"
	"strings"
)

// State is what a tip is now: what its events come to.
type State struct {
	ID                string     `json:"id"`
	Unit              string     `json:"unit"`
	Site              string     `json:"site"`
	Mailbox           string     `json:"mailbox"`
	Urgent            bool       `json:"urgent"`
	Received          string     `json:"received"` // "" while it is not known
	ReceivedConfirmed bool       `json:"receivedConfirmed"`
	Photos            int        `json:"photos"`
	Text              string     `json:"text"`
	Where             string     `json:"where"`
	When              string     `json:"when"`
	Sum               string     `json:"sum"`
	EnteredBy         string     `json:"enteredBy"`
	EnteredAt         string     `json:"enteredAt"`
	Kind              string     `json:"kind"` // "" while it is not classified
	Competent         bool       `json:"competent"`
	To                string     `json:"to"`
	Status            string     `json:"status"`
	StatusAt          string     `json:"statusAt"` // when it was last given, "" for never
	Outcome           string     `json:"outcome"`
	Counts            Counts     `json:"counts"`
	Notes             []Noted    `json:"notes"`
	Until             string     `json:"until"`
	Decision          string     `json:"decision"`
	DuplicateOf       string     `json:"duplicateOf"`
	Passes            []Passed   `json:"passes"`
	Replies           int        `json:"replies"`
	Answers           int        `json:"answers"`
	Board             string     `json:"board"`
	Tag               string     `json:"tag"`     // that the board names, "" while it names none
	BoardAt           string     `json:"boardAt"` // when that was last said, "" for never
	Seen              bool       `json:"seen"`
	Procuracy         bool       `json:"procuracy"`
	Due               Due        `json:"due"`
	Conflicts         []Conflict `json:"conflicts"`
}

// Noted is a note, when it was made, and by whom.
type Noted struct {
	At   string `json:"at"`
	By   string `json:"by"`
	Text string `json:"text"`
}

// Passed is that a tip was passed on.
type Passed struct {
	At       string `json:"at"`
	By       string `json:"by"`
	To       string `json:"to"`
	Redacted bool   `json:"redacted"`
}

// Conflict is an event that no honest copy of the book has.
type Conflict struct {
	Why   string `json:"why"`
	Event string `json:"e"`
}

// Why there is a conflict.
const (
	ConflictID  = "id"  // another event with the same e has other content
	ConflictN   = "n"   // no event has the n before its own: what its writer had seen is not here
	ConflictSum = "sum" // another sealed file came under the tip's id
)

// Whole is what belongs to the whole book.
type Whole struct {
	Met         []Met             `json:"met"`
	ReplyPasses map[string]string `json:"replyPasses"` // by half-year
	Recipients  []string          `json:"recipients"`  // the last that were named
	Published   Published         `json:"published"`
}

// Published is when the board's answers were last written out, "" for never, and what.
type Published struct {
	At  string `json:"at"`
	Sum string `json:"sum"`
}

// Whole returns what the events that name no tip come to.
func (b *Book) Whole() Whole {
	w := Whole{Met: []Met{}, ReplyPasses: map[string]string{}, Recipients: []string{}}
	for _, e := range ordered(b.tips[""]) {
		switch what := e.What.(type) {
		case Met:
			if !slices.Contains(w.Met, what) {
				w.Met = append(w.Met, what)
			}
		case ReplyPass:
			w.ReplyPasses[what.Half] = what.Pass
		case Publish:
			w.Published = Published{e.At, what.Sum}
		case Recipients:
			w.Recipients = what.List
		}
	}
	return w
}

// Other returns the id under which a sealed file is in the book whose own id belongs
// to another one.
func Other(id, sum string) string { return id + "+" + strings.ToUpper(sum[:8]) }

// apart returns the tip's events, and those that entered other sealed files
// under its id: each of these is a tip of its own, so that none hides another.
func apart(events []*Event) (own []*Event, others []*Event) {
	sum := ""
	for _, e := range ordered(events) {
		enter, ok := e.What.(Enter)
		switch {
		case ok && sum == "":
			sum = enter.Sum
		case ok && enter.Sum != sum && enter.Sum != "":
			others = append(others, e)
			continue
		}
		own = append(own, e)
	}
	return own, others
}

// groups returns the events of each tip, in their order, and the conflicts of each.
func (b *Book) groups() (groups map[string][]*Event, conflicts map[string][]Conflict) {
	groups, conflicts = make(map[string][]*Event, len(b.tips)), make(map[string][]Conflict)
	lines := make(map[string]int, len(b.events)) // by e
	for _, e := range b.events {
		lines[e.ID]++
	}
	moved := make(map[string][]*Event)
	for tip, events := range b.tips {
		if tip == "" {
			continue
		}
		own, others := apart(events)
		groups[tip] = own
		for _, e := range others {
			other := Other(tip, e.What.(Enter).Sum)
			moved[other] = append(moved[other], e)
		}
		before := 0
		for _, e := range ordered(events) {
			if lines[e.ID] > 1 {
				conflicts[tip] = append(conflicts[tip], Conflict{ConflictID, e.ID})
			}
			if e.N > before+1 {
				conflicts[tip] = append(conflicts[tip], Conflict{ConflictN, e.ID})
			}
			before = e.N
			if slices.Contains(others, e) {
				conflicts[tip] = append(conflicts[tip], Conflict{ConflictSum, e.ID})
			}
		}
	}
	for other, events := range moved {
		for _, e := range ordered(events) {
			conflicts[other] = append(conflicts[other], Conflict{ConflictSum, e.ID})
		}
		groups[other] = ordered(append(events, groups[other]...))
	}
	return groups, conflicts
}

// States returns what each tip is now, with what is due of it: the first received
// first, those that have no such time last, then by id.
func (b *Book) States(d Deadlines) []*State {
	groups, conflicts := b.groups()
	states := make([]*State, 0, len(groups))
	for tip, events := range groups {
		s := fold(tip, events)
		s.Conflicts = append(s.Conflicts, conflicts[tip]...)
		s.Due = d.due(s)
		states = append(states, s)
	}
	slices.SortFunc(states, func(x, y *State) int {
		rx, okx := ParseTime(x.Received)
		ry, oky := ParseTime(y.Received)
		switch {
		case okx && oky && !rx.Equal(ry):
			return rx.Compare(ry)
		case okx != oky && okx:
			return -1
		case okx != oky:
			return 1
		}
		return strings.Compare(x.ID, y.ID)
	})
	return states
}

// fold is what the ordered events of one tip come to.
func fold(tip string, events []*Event) *State {
	s := &State{ID: tip, Status: StatusNew, Notes: []Noted{}, Passes: []Passed{}, Conflicts: []Conflict{}}
	for _, e := range events {
		switch what := e.What.(type) {
		case Enter:
			s.enter(e, what)
		case Classify:
			s.Kind, s.Competent = what.Kind, what.Competent
		case Assign:
			s.To = what.To
		case Status:
			s.Status, s.Outcome, s.Counts, s.StatusAt = what.Status, what.Outcome, what.Counts, e.At
		case Note:
			s.Notes = append(s.Notes, Noted{e.At, e.By, what.Text})
		case Extend:
			s.Until, s.Decision = what.Until, what.Decision
		case Duplicate:
			s.DuplicateOf = what.Of
		case Pass:
			s.Passes = append(s.Passes, Passed{e.At, e.By, what.To, what.Redacted})
		case Reply:
			s.Replies++
		case Answer:
			s.Answers++
		case Board:
			s.Board, s.Tag, s.BoardAt = what.Text, what.Tag, e.At
		case Seen:
			s.Seen = true
		case Procuracy:
			s.Procuracy = true
		}
	}
	return s
}

// enter takes in that the tip was entered: the first one with a sealed file counts,
// else the first. Those after it only tell when it was received: a mail's Date counts
// before what an officer has said, of Dates the first, of what officers said the last.
func (s *State) enter(e *Event, what Enter) {
	first := s.EnteredAt == ""
	if first {
		s.EnteredBy, s.EnteredAt = e.By, e.At
	}
	if first || s.Sum == "" && what.Sum != "" {
		s.Unit, s.Site, s.Mailbox, s.Urgent, s.Photos = what.Unit, what.Site, what.Mailbox, what.Urgent, what.Photos
		s.Text, s.Where, s.When, s.Sum = what.Text, what.Where, what.When, what.Sum
	}
	if what.Received != "" && (s.Received == "" || s.ReceivedConfirmed) {
		s.Received, s.ReceivedConfirmed = what.Received, what.Confirmed
	}
}
