package counts_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"tipbox/crypto/book"
	"tipbox/crypto/counts"
	"tipbox/crypto/keys"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

const vectorsFile = "testdata/vectors.json"

// vectors are what Go and the desk's script count, read and add up alike.
type vectors struct {
	Counting []counting `json:"counting"`
	Reading  []reading  `json:"reading"`
	Merging  []merging  `json:"merging"`
}

type counting struct {
	Name    string         `json:"name"`
	Unit    string         `json:"unit"`
	Now     string         `json:"now"`
	Weeks   int            `json:"weeks"`
	States  []*book.State  `json:"states"`
	Counts  *counts.Counts `json:"counts"`
	Undated int            `json:"undated"`
}

type reading struct {
	Name  string `json:"name"`
	Plain string `json:"plain"`
	Wrong string `json:"wrong"` // "" where it is read
}

type merging struct {
	Name     string           `json:"name"`
	Files    []*counts.Counts `json:"files"`
	Units    []*counts.Counts `json:"units"`
	Disputed []string         `json:"disputed"`
	Weeks    []counts.Week    `json:"weeks"`
	Total    counts.Week      `json:"total"`
	Rows     [][]string       `json:"rows"`
}

const now = "2026-11-29T18:00:00+07:00" // a Sunday

func state(id, received string, change func(*book.State)) *book.State {
	s := &book.State{
		ID: id, Unit: "na-co-sa", Site: "ncs01", Mailbox: "report", Received: received, Status: book.StatusNew,
		Notes: []book.Noted{}, Passes: []book.Passed{}, Conflicts: []book.Conflict{},
	}
	if change != nil {
		change(s)
	}
	return s
}

func countings() []counting {
	ended := func(status, at string) func(*book.State) {
		return func(s *book.State) { s.Status, s.StatusAt = status, at }
	}
	one := func(name string, states ...*book.State) counting {
		return counting{Name: name, Unit: "na-co-sa", Now: now, Weeks: 3, States: states}
	}
	all := []counting{
		one("an empty book"),
		one("weeks begin on Monday, in Vietnam, whatever the offset",
			state("TB-0000-0001", "2026-11-22T23:59:59+07:00", nil), state("TB-0000-0002", "2026-11-23T00:00:00+07:00", nil),
			state("TB-0000-0003", "2026-11-22T17:00:00Z", nil), state("TB-0000-0004", "2026-11-29T23:59:59+07:00", nil)),
		one("outside of the weeks that are asked for",
			state("TB-0000-0001", "2026-11-08T23:59:59+07:00", nil), state("TB-0000-0002", "2026-11-30T00:00:00+07:00", nil), state("TB-0000-0003", "2026-11-09T00:00:00+07:00", nil)),
		one("when it came is not known",
			state("TB-0000-0001", "", func(s *book.State) { s.EnteredAt = "2026-11-16T08:00:00+07:00" }), state("TB-0000-0002", "", nil)),
		one("boxes, sites and urgency", state("TB-0000-0001", now, func(s *book.State) { s.Urgent, s.Mailbox = true, "crime" }),
			state("TB-0000-0002", now, func(s *book.State) { s.Mailbox, s.Site = "hộp lạ", "Nơi <lạ>" }), state("TB-0000-0003", now, func(s *book.State) { s.Site = "ncs02" })),
		one("a duplicate is in no other number", state("TB-0000-0001", now, nil), state("TB-0000-0002", now, func(s *book.State) {
			s.DuplicateOf, s.Urgent, s.Status, s.Outcome = "TB-0000-0001", true, book.StatusDone, "confirmed"
		})),
		one("kinds, outcomes and results", state("TB-0000-0001", now, func(s *book.State) {
			s.Kind, s.Status, s.Outcome, s.Counts = "crime", book.StatusDone, "confirmed", book.Counts{Arrests: 2, Seizures: 1, Fines: 3, Helped: 4}
		}), state("TB-0000-0002", now, func(s *book.State) {
			s.Kind, s.Status, s.Outcome, s.Counts = "order", book.StatusChecking, "unclear", book.Counts{Arrests: 9}
		}), state("TB-0000-0003", now, func(s *book.State) { s.Status, s.Outcome = book.StatusDropped, "unfounded" })),
		one("passed on, answered", state("TB-0000-0001", now, func(s *book.State) {
			s.Passes, s.Replies = []book.Passed{{To: "a"}, {To: "b"}}, 3
		})),
		one("how long it took", state("TB-0000-0001", "2026-11-10T08:00:00+07:00", ended(book.StatusDone, "2026-11-11T08:00:00+07:00")),
			state("TB-0000-0002", "2026-11-10T08:00:00+07:00", ended(book.StatusDone, "2026-11-11T08:00:01+07:00")),
			state("TB-0000-0003", "2026-11-10T08:00:00+07:00", ended(book.StatusDropped, "2026-11-17T08:00:00+07:00")),
			state("TB-0000-0004", "2026-11-10T08:00:00+07:00", ended(book.StatusDone, "2026-11-30T08:00:00+07:00")),
			state("TB-0000-0005", "2026-11-10T08:00:00+07:00", ended(book.StatusDone, "2027-01-09T08:00:00+07:00")),
			state("TB-0000-0006", "2026-11-10T08:00:00+07:00", ended(book.StatusDone, "2027-02-10T08:00:00+07:00")),
			state("TB-0000-0007", "2026-11-10T08:00:00+07:00", ended(book.StatusDone, "2026-11-09T08:00:00+07:00")),
			state("TB-0000-0008", "2026-11-10T08:00:00+07:00", ended(book.StatusChecking, "2026-11-10T09:00:00+07:00")),
			state("TB-0000-0009", "2026-11-10T08:00:00+07:00", ended(book.StatusDone, ""))),
	}
	for i := range all {
		v := &all[i]
		at, _ := book.ParseTime(v.Now)
		v.Counts, v.Undated = counts.Of(v.Unit, v.States, at, v.Weeks)
	}
	return all
}

func readings(t *testing.T) []reading {
	at, _ := book.ParseTime(now)
	c, _ := counts.Of("na-co-sa", []*book.State{state("TB-0000-0001", now, nil)}, at, 2)
	b, err := c.Bytes()
	if err != nil || len(b) != 16<<10 {
		t.Fatal(len(b), err)
	}
	good := strings.TrimRight(string(b), " \n")
	with := func(name, old, text string) reading {
		if !strings.Contains(good, old) {
			t.Fatalf("%s: %s is not in %s", name, old, good)
		}
		return reading{Name: name, Plain: strings.ReplaceAll(good, old, text)}
	}
	all := []reading{
		{Name: "as it is written", Plain: good},
		{Name: "no JSON", Plain: "x"},
		{Name: "a tip", Plain: "From: nguoi-bao-tin@tipbox.invalid\r\n\r\n"},
		{Name: "another kind of file", Plain: `{"tipbox":"replies","v":1}`},
		with("a newer version", `"v":1`, `"v":2`),
		with("no unit", `"unit":"na-co-sa"`, `"unit":""`),
		with("a unit that is none", `"unit":"na-co-sa"`, `"unit":"Na Cô Sa"`),
		with("from the future", now, "2099-01-01T00:00:00+07:00"),
		with("no time", now, "hôm qua"),
		with("a week that begins on a Tuesday", "2026-11-23", "2026-11-24"),
		with("a week twice", "2026-11-16", "2026-11-23"),
		with("a day that there is not", "2026-11-23", "2026-11-31"),
		with("less than nothing", `"tips":1`, `"tips":-1`),
		with("half a tip", `"tips":1`, `"tips":1.5`),
		with("far too many", `"tips":1`, `"tips":1000001`),
		with("a name that is none", `"ncs01":1`, `"<b>":1`),
		with("a count that is text", `"ncs01":1`, `"ncs01":"1"`),
		with("something more", `"v":1`, `"v":1,"more":{}`),
	}
	for i := range all {
		v := &all[i]
		_, err := counts.Parse([]byte(v.Plain), at)
		for wrong, name := range map[error]string{counts.ErrNotCounts: "notcounts", counts.ErrDamaged: "countsdamaged", counts.ErrNewer: "countsnewer", counts.ErrFuture: "countsfuture"} {
			if errors.Is(err, wrong) {
				v.Wrong = name
			}
		}
		if (err == nil) != (v.Wrong == "") {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
	return all
}

func mergings() []merging {
	file := func(unit, made string, states ...*book.State) *counts.Counts {
		at, _ := book.ParseTime(made)
		c, _ := counts.Of(unit, states, at, 2)
		return c
	}
	a, b, c := state("TB-0000-0001", "2026-11-17T08:00:00+07:00", nil), state("TB-0000-0002", "2026-11-24T08:00:00+07:00", nil), state("TB-0000-0003", "2026-11-25T08:00:00+07:00", func(s *book.State) {
		s.Urgent, s.Status, s.Counts = true, book.StatusDone, book.Counts{Helped: 2}
	})
	all := []merging{
		{Name: "nothing"},
		{Name: "two units", Files: []*counts.Counts{file("tinh", now, a, b), file("na-co-sa", now, b, c)}},
		{Name: "the same file twice is once", Files: []*counts.Counts{file("tinh", now, a, b), file("tinh", now, a, b)}},
		{Name: "the newer file of a unit counts, week by week", Files: []*counts.Counts{file("tinh", now, a, b, c), file("tinh", "2026-11-22T08:00:00+07:00", a), file("tinh", "2026-11-25T10:00:00+07:00", a, b)}},
		{Name: "a newer file that lost a tip", Files: []*counts.Counts{file("tinh", now, b), file("tinh", "2026-11-28T08:00:00+07:00", a, b)}},
	}
	for i := range all {
		v := &all[i]
		v.Units, v.Disputed = counts.Merge(v.Files)
		v.Weeks = counts.ByWeek(v.Units)
		v.Total = counts.Total("", v.Weeks)
		v.Rows = counts.Rows(v.Units)
	}
	return all
}

// TestVectors holds counting, reading and adding up: the desk's script is tested
// against the same file.
func TestVectors(t *testing.T) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(vectors{countings(), readings(t), mergings()}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(vectorsFile, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("counted, read or added up otherwise than in %s", vectorsFile)
	}
}

// By hand, beside the vectors, which say only that nothing has changed.
func TestByHand(t *testing.T) {
	for _, v := range countings() {
		last := v.Counts.Weeks[2]
		switch v.Name {
		case "weeks begin on Monday, in Vietnam, whatever the offset":
			if last.Week != "2026-11-23" || last.Tips != 3 || v.Counts.Weeks[1].Tips != 1 {
				t.Errorf("%s: %+v", v.Name, v.Counts.Weeks)
			}
		case "a duplicate is in no other number":
			if last.Tips != 1 || last.Duplicates != 1 || last.Urgent != 0 || len(last.Outcomes) != 0 {
				t.Errorf("%s: %+v", v.Name, last)
			}
		case "how long it took":
			h := v.Counts.Weeks[0].Handling
			if h["1d"] != 2 || h["3d"] != 1 || h["7d"] != 1 || h["20d"] != 1 || h["60d"] != 1 || h["more"] != 1 {
				t.Errorf("%s: %v", v.Name, h)
			}
		case "when it came is not known":
			if v.Undated != 2 || v.Counts.Weeks[1].Tips != 0 {
				t.Errorf("%s: %d undated, %+v", v.Name, v.Undated, v.Counts.Weeks)
			}
		}
	}
	var many []*book.State
	for i := range 202 {
		many = append(many, state("X", now, func(s *book.State) { s.Site = fmt.Sprintf("s%d", i) }))
	}
	at, _ := book.ParseTime(now)
	if c, _ := counts.Of("tinh", many, at, 1); len(c.Weeks[0].Sites) != 201 || c.Weeks[0].Sites[counts.Other] != 2 {
		t.Errorf("more sites than are told apart: %v", c.Weeks[0].Sites)
	}
	merged := mergings()
	if total := merged[3].Total; total.Tips != 3 || merged[3].Disputed != nil || merged[2].Total.Tips != 2 || len(merged[4].Disputed) != 1 {
		t.Errorf("%+v", merged)
	}
}

// TestSealed: the file goes to its recipients alone, and its size tells nothing.
func TestSealed(t *testing.T) {
	ours, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	to, err := keys.ParseRecipients(strings.NewReader(ours.Recipient().String()))
	if err != nil {
		t.Fatal(err)
	}
	identities := func(s string) *keys.Identities {
		ids, err := keys.ParseIdentities([]byte(s), keys.UnlockOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	other, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	at, _ := book.ParseTime(now)
	few, _ := counts.Of("tinh", nil, at, 4)
	more, _ := counts.Of("tinh", []*book.State{state("TB-0000-0001", now, nil)}, at, 8)
	a, err := few.Seal(to)
	if err != nil {
		t.Fatal(err)
	}
	b, err := more.Seal(to)
	if err != nil || len(a) != len(b) {
		t.Errorf("%d and %d bytes, %v", len(a), len(b), err)
	}
	got, err := counts.Open(b, identities(ours.String()), at)
	if err != nil || got.Weeks[7].Tips != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	for name, v := range map[string]struct {
		sealed []byte
		ids    *keys.Identities
		want   error
	}{
		"another's key": {b, identities(other.String()), counts.ErrNoMatch},
		"cut off":       {b[:len(b)-9], identities(ours.String()), counts.ErrDamaged},
		"no head":       {b[:40], identities(ours.String()), counts.ErrDamaged},
		"no age":        {[]byte("PK"), identities(ours.String()), counts.ErrNotCounts},
	} {
		if _, err := counts.Open(v.sealed, v.ids, at); !errors.Is(err, v.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	later := at.Add(-48 * time.Hour)
	if _, err := counts.Open(b, identities(ours.String()), later); !errors.Is(err, counts.ErrFuture) {
		t.Errorf("two days early: %v", err)
	}
}
