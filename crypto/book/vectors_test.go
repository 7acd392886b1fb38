package book

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"tipbox/crypto/keys"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew; read what has changed")

const vectorsFile = "testdata/vectors.json"

// The identities of the vectors. They open nothing else.
const (
	hybridKey  = "AGE-SECRET-KEY-PQ-17Q92FYLX5659LF7ZAZTD96ACYFEMZ45UH9F79X6Z4TWC3WMRUPHSD7936Z"
	classicKey = "AGE-SECRET-KEY-16EQZCZWLX7G8C372YTFXG00HK6NQLEJ73HFMA86F2LQ0QF7JV3PQLTLNFU"
	otherKey   = "AGE-SECRET-KEY-1TYV4V45WHVJ9DFS3KWQ0TRKSJ0A7Y2THZAAADRXHTQUG3Y03GJTQQMXQK8"
)

// vectors is what every implementation of the book does alike.
type vectors struct {
	Times  map[string]int64 `json:"times"` // a time of the book and its Unix seconds, -1 for none
	Spans  []spanVector     `json:"spans"`
	Events []eventVector    `json:"events"` // how an event is written
	Vouch  []vouchVector    `json:"vouch"`
	Books  []bookVector     `json:"books"`
	Folds  []foldVector     `json:"folds"`
	Merges []mergeVector    `json:"merges"`
	Enters []enterVector    `json:"enters"` // one after the other, into one book
	Boards []boardVector    `json:"boards"`
}

// boardVector is what stands on the board at a time, and whether it may be written out.
type boardVector struct {
	Name     string   `json:"name"`
	Lines    []string `json:"lines"`
	Now      string   `json:"now"`
	Week     string   `json:"week"`
	Rows     []Row    `json:"rows"`
	Sum      string   `json:"sum"`
	Ready    bool     `json:"ready"`
	Markdown string   `json:"markdown"` // "" where it is too long
}

// enterVector is a tip that is entered, and what becomes of it.
type enterVector struct {
	ID        string `json:"id"`
	Sum       string `json:"sum"`
	Received  string `json:"received"`
	Confirmed bool   `json:"confirmed"`
	Ref       string `json:"ref"` // its id in the book
	New       bool   `json:"new"`
	Events    int    `json:"events"` // that the book has then
}

type spanVector struct {
	From string `json:"from"`
	Span string `json:"span"`
	To   string `json:"to"`
}

// eventVector is what an event is made of: what it brings as a JSON object, in any
// order of fields.
type eventVector struct {
	E      string          `json:"e"`
	N      int             `json:"n"`
	Tip    string          `json:"tip"`
	At     string          `json:"at"`
	By     string          `json:"by"`
	Do     string          `json:"do"`
	Brings json.RawMessage `json:"brings"`
	Line   string          `json:"line"`
}

type vouchVector struct {
	Identity    string `json:"identity"`
	Fingerprint string `json:"fingerprint"`
	Book        string `json:"book"`
	Unit        string `json:"unit"`
	Key         []byte `json:"key"`
	Voucher     []byte `json:"voucher"`
	Check       string `json:"check"`
}

// bookVector is a book before sealing and what is made of it: what is wrong with it
// (notBook, newer, damaged), or what the identity says.
type bookVector struct {
	Name     string `json:"name"`
	Plain    string `json:"plain"`
	Identity string `json:"identity"`
	Error    string `json:"error"`
	Trust    string `json:"trust"` // vouched, notVouched, forged
	Events   int    `json:"events"`
	Odd      int    `json:"odd"`
}

type foldVector struct {
	Name      string            `json:"name"`
	Lines     []string          `json:"lines"`
	Deadlines map[string]string `json:"deadlines"` // nil for the law's
	States    []*State          `json:"states"`
	Whole     Whole             `json:"whole"`
	NextN     map[string]int    `json:"nextN"` // the n that the next event of a tip gets
}

type mergeVector struct {
	Name  string   `json:"name"`
	A     string   `json:"a"`
	B     string   `json:"b"`
	Error string   `json:"error"` // otherUnit, otherBook
	Added int      `json:"added"`
	Plain string   `json:"plain"` // A with what B has
	Order []string `json:"order"` // the e of all tips' events, tip by tip, in the order in which they count
}

// id returns an id of 16 characters that is told from others by its beginning.
func id(s string) string { return strings.ToUpper(s + strings.Repeat("A", idLength-len(s))) }

func sum(digit string) string { return strings.Repeat(digit, 64) }

func at(s string) time.Time {
	t, ok := ParseTime(s)
	if !ok {
		panic(s)
	}
	return t
}

const (
	tipA = "TB-7F3K-9QMX"
	tipB = "TB-1111-AAAA"
)

func line(e string, n int, tip, when, by string, what What) string {
	return newEvent(id(e), n, tip, by, at(when), what).Line
}

func entered(digit, received string) Enter {
	return Enter{
		Unit: "na-co-sa", Site: "ncs01", Mailbox: "crime", Received: received, Photos: 2,
		Text: "Có người lạ chặt cây.", Where: "suối", When: "đêm qua", Sum: sum(digit),
	}
}

func made(unit, key string, vouchers ...string) *Book {
	b := empty(id("BOOK"), unit)
	copy(b.key[:], bytes.Repeat([]byte(key), keySize))
	for _, v := range vouchers {
		if err := b.Vouch(identity(v)); err != nil {
			panic(err)
		}
	}
	return b
}

func identity(text string) *keys.Identities {
	ids, err := keys.ParseIdentities([]byte(text), keys.UnlockOptions{})
	if err != nil {
		panic(err)
	}
	return ids
}

func (b *Book) with(lines ...string) *Book {
	for _, l := range lines {
		e, _ := parseEvent(l)
		b.add(e)
	}
	return b
}

// answers fills in what this implementation makes of the vectors.
func answers() (v vectors) {
	v.Times = make(map[string]int64)
	for _, s := range []string{
		nov28, nov29, "2026-11-29T02:10:00Z", "2026-11-28T23:40:00-02:30", "2028-02-29T00:00:00+07:00", "1970-01-01T07:00:00+07:00",
		"2027-02-29T00:00:00+07:00", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-29T24:00:00Z", "2026-11-29T23:59:60Z",
		"2026-11-29T09:10:00", "2026-11-29 09:10:00+07:00", "2026-11-29T09:10:00.5+07:00", "2026-11-29T09:10+07:00", "2026-11-29t09:10:00z", "26-11-29T09:10:00Z",
		"2026-11-29T09:10:00+0700", "2026-11-29T09:10:00+24:00", "2026-11-29T09:10:00+07:60", "12026-11-29T09:10:00Z", "",
	} {
		v.Times[s] = -1
		if t, ok := ParseTime(s); ok {
			v.Times[s] = t.Unix()
		}
	}
	for _, s := range [][2]string{
		{nov29, "24h"}, {nov29, "3d"}, {nov29, "20d"}, {nov29, "2mo"}, {"2026-10-31T23:30:00+07:00", "1mo"}, {"2026-12-31T08:00:00+07:00", "2mo"},
		{"2027-12-30T08:00:00+07:00", "2mo"}, {"2026-11-30T20:00:00Z", "1mo"}, {nov29, "14mo"}, {nov29, "0h"}, {nov29, "1y"}, {nov29, "1000d"},
	} {
		to := ""
		if span, err := ParseSpan(s[1]); err == nil {
			to = Time(span.after(at(s[0])))
		}
		v.Spans = append(v.Spans, spanVector{s[0], s[1], to})
	}
	v.Events = events()
	for i, e := range v.Events {
		var f fields
		_ = json.Unmarshal(e.Brings, &f)
		v.Events[i].Line = newEvent(e.E, e.N, e.Tip, e.By, at(e.At), read(e.Do, f)).Line
	}
	for _, key := range []string{hybridKey, classicKey} {
		b := made("na-co-sa", "k", key)
		fingerprint := identity(key).Recipients()[0].Fingerprint()
		v.Vouch = append(v.Vouch, vouchVector{key, fingerprint, b.ID, b.Unit, b.key[:], b.vouch[fingerprint], b.Check()})
	}
	for _, bv := range books() {
		b, err := Parse([]byte(bv.Plain))
		for name, is := range map[string]error{"notBook": ErrNotBook, "newer": ErrNewer, "damaged": ErrDamaged} {
			if errors.Is(err, is) {
				bv.Error = name
			}
		}
		if err == nil {
			bv.Trust = map[Trust]string{Vouched: "vouched", NotVouched: "notVouched", Forged: "forged"}[b.Trust(identity(bv.Identity))]
			bv.Events = b.Len()
			for _, e := range b.events {
				if e.Odd() {
					bv.Odd++
				}
			}
		}
		v.Books = append(v.Books, bv)
	}
	for _, f := range folds() {
		b := made("na-co-sa", "k").with(f.Lines...)
		d, err := Law.With(f.Deadlines)
		if err != nil {
			panic(err)
		}
		f.States, f.Whole, f.NextN = b.States(d), b.Whole(), make(map[string]int)
		for tip, n := range b.newest {
			f.NextN[tip] = n + 1
		}
		v.Folds = append(v.Folds, f)
	}
	b := made("na-co-sa", "k")
	for _, e := range enters() {
		enter := Enter{Unit: "na-co-sa", Received: e.Received, Confirmed: e.Confirmed, Sum: e.Sum}
		if e.Sum == "" {
			e.Ref, e.New = e.ID, true
			b.Append(e.ID, "Páo", at(nov29), enter)
		} else {
			e.Ref, e.New = b.Enter(e.ID, "Páo", at(nov29), enter)
		}
		e.Events = b.Len()
		v.Enters = append(v.Enters, e)
	}
	for _, bv := range boards() {
		b := made("na-co-sa", "k").with(bv.Lines...)
		n := b.Notice(at(bv.Now))
		bv.Week, bv.Rows, bv.Sum, bv.Ready = n.Week, n.Rows, n.Sum, n.Ready(b.Whole().Published, at(bv.Now)) == nil
		bv.Markdown, _ = n.Markdown()
		v.Boards = append(v.Boards, bv)
	}
	for _, m := range merges() {
		a, errA := Parse([]byte(m.A))
		b, errB := Parse([]byte(m.B))
		if errA != nil || errB != nil {
			panic(errors.Join(errA, errB))
		}
		added, err := a.Merge(b)
		for name, is := range map[string]error{"otherUnit": ErrOtherUnit, "otherBook": ErrOtherBook} {
			if errors.Is(err, is) {
				m.Error = name
			}
		}
		m.Added, m.Plain = added, string(a.Bytes())
		groups, _ := a.groups()
		for _, s := range a.States(Law) {
			for _, e := range groups[s.ID] {
				m.Order = append(m.Order, e.ID)
			}
		}
		v.Merges = append(v.Merges, m)
	}
	return v
}

// TestVectors holds this implementation to the file that the desk's script reads too.
func TestVectors(t *testing.T) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(answers()); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(vectorsFile, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Split(b.String(), "\n"), strings.Split(string(want), "\n"); b.String() != strings.Join(want, "\n") {
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("line %d of %s: it says %s, this makes %s", i+1, vectorsFile, want[i], got[i])
			}
		}
		t.Fatalf("%s has %d lines, this makes %d", vectorsFile, len(want), len(got))
	}
}
