// Package book holds a unit's book of tips (sổ tin): events that are never changed
// or removed, what they come to, merging, deadlines, and the file they are sealed in.
// The desk's script does the same (templates/browser/src/reader/book), and one file of
// vectors, testdata/vectors.json, holds both. See docs/formats.md, "Book".
//
// A unit's recipients are public, so anyone can seal a whole book to them: nothing of
// one is written again before an identity of the reader's has vouched for its key.
package book

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tipbox/crypto/keys"
)

// What is wrong with a book, or with two of them.
var (
	ErrNotBook    = errors.New("not a book")
	ErrDamaged    = errors.New("the book is damaged or cut off")
	ErrNewer      = errors.New("the book was written by a newer tipbox")
	ErrTooLarge   = errors.New("too large for a book")
	ErrOtherUnit  = errors.New("the book of another unit")
	ErrOtherBook  = errors.New("another book, with a key of its own")
	ErrNotVouched = errors.New("no identity of the reader's has vouched for the book's key")
	ErrRecipients = errors.New("the book does not say whom it is sealed to")
	ErrUnit       = errors.New("not the id of a unit")
)

// aUnit is what a unit's id is made of.
var aUnit = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

const (
	version  = 1
	keySize  = 32
	idBytes  = 10 // 16 characters of base32
	idLength = 16
)

// Book is a unit's register of tips. It is not safe for concurrent use.
type Book struct {
	ID   string // 16 characters of base32
	Unit string // the unit's id

	key     [keySize]byte
	vouch   map[string][]byte // by fingerprint
	trusted bool
	events  []*Event
	lines   map[string]bool     // of the events
	tips    map[string][]*Event // by what they name, the odd ones left out
	newest  map[string]int      // the largest n of a tip
	sums    map[string]string   // the tip that a sealed file was entered as
}

// New returns an empty book of the unit with a key of its own, for which the
// identities vouch. It returns ErrUnit, or ErrNotVouched where none of them can, as a
// plugin's cannot.
func New(unit string, ids *keys.Identities) (*Book, error) {
	if !aUnit.MatchString(unit) {
		return nil, fmt.Errorf("%w: %q", ErrUnit, unit)
	}
	b := empty(newID(), unit)
	if _, err := rand.Read(b.key[:]); err != nil {
		return nil, fmt.Errorf("drawing a key: %w", err)
	}
	return b, b.Vouch(ids)
}

func empty(id, unit string) *Book {
	return &Book{
		ID: id, Unit: unit, vouch: make(map[string][]byte), lines: make(map[string]bool),
		tips: make(map[string][]*Event), newest: make(map[string]int),
		sums: make(map[string]string),
	}
}

// newID returns 16 random characters of base32 (RFC 4648).
func newID() string {
	var b [idBytes]byte
	_, _ = rand.Read(b[:]) // it never fails: crypto/rand
	return base32.StdEncoding.EncodeToString(b[:])
}

// Append enters that by, an officer's label, did what to a tip at a time; tip is "" for
// what belongs to the whole book.
func (b *Book) Append(tip, by string, at time.Time, what What) *Event {
	e := newEvent(newID(), b.newest[tip]+1, tip, by, at, what)
	b.add(e)
	return e
}

// Enter enters a tip that came under an id, "" for none, and returns the id that it has
// in the book and whether it is new there. A sealed file that is in the book is the tip
// that is there, whatever it came as; it is entered again only to tell when it was
// received, where that was not known. Another file under the id of a tip in the book
// gets an id of its own, so that neither hides the other; under that of a tip from an
// old register, which tells no file, it is this tip, and new.
func (b *Book) Enter(id, by string, at time.Time, what Enter) (ref string, isNew bool) {
	what.Text = First(what.Text)
	ref, known := b.Ref(id, what.Sum)
	if !known {
		b.Append(ref, by, at, what)
		return ref, true
	}
	own, _ := apart(b.tips[b.sums[what.Sum]])
	if s := fold(ref, own); s.Sum == what.Sum && what.Received != "" && !what.Confirmed && (s.Received == "" || s.ReceivedConfirmed) {
		b.Append(b.sums[what.Sum], by, at, what)
	}
	return ref, false
}

// Ref returns the id that a sealed file with the SHA-256 sum, in hex, has in the book
// or would be entered under where it came under an id, and whether it is there.
func (b *Book) Ref(id, sum string) (ref string, known bool) {
	tip, known := b.sums[sum]
	if !known {
		return b.free(id, sum), false
	}
	own, _ := apart(b.tips[tip])
	if s := fold(tip, own); s.Sum != sum {
		return Other(tip, sum), true
	}
	return tip, true
}

// free returns an id for a sealed file that is not in the book.
func (b *Book) free(id, sum string) string {
	if id == "" {
		return "X-" + strings.ToUpper(sum[:8])
	}
	for _, e := range b.tips[id] {
		if enter, ok := e.What.(Enter); ok && enter.Sum != "" {
			return Other(id, sum)
		}
	}
	return id
}

// add takes the event in and reports whether it is new.
func (b *Book) add(e *Event) bool {
	if b.lines[e.Line] {
		return false
	}
	b.lines[e.Line] = true
	b.events = append(b.events, e)
	if !e.Odd() {
		b.tips[e.Tip] = append(b.tips[e.Tip], e)
		b.newest[e.Tip] = max(b.newest[e.Tip], min(e.N, maxN-1))
		if enter, ok := e.What.(Enter); ok && enter.Sum != "" && b.sums[enter.Sum] == "" {
			b.sums[enter.Sum] = e.Tip
		}
	}
	return true
}

// Events returns all events in the order of the file.
func (b *Book) Events() []*Event { return slices.Clone(b.events) }

// Merge takes in what another copy of the book has and this one has not, events and
// vouchers, and returns how many events these were. It returns ErrOtherUnit or
// ErrOtherBook, and takes nothing, where it is no copy of this one.
func (b *Book) Merge(other *Book) (int, error) {
	switch {
	case b.Unit != other.Unit:
		return 0, fmt.Errorf("%w: %s, not %s", ErrOtherUnit, other.Unit, b.Unit)
	case b.ID != other.ID || subtle.ConstantTimeCompare(b.key[:], other.key[:]) != 1:
		return 0, ErrOtherBook
	}
	for fingerprint, voucher := range other.vouch {
		if _, have := b.vouch[fingerprint]; !have {
			b.vouch[fingerprint] = voucher
		}
	}
	added := 0
	for _, e := range other.events {
		if b.add(e) {
			added++
		}
	}
	return added, nil
}

// Len returns how many events the book has.
func (b *Book) Len() int { return len(b.events) }
