package book

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxSize bounds a book in bytes, before sealing: a hundred thousand events are 50 MB.
const MaxSize = 256 << 20

// head is the first line, macLine the last.
type head struct {
	Version int               `json:"v"`
	Book    string            `json:"book"`
	Unit    string            `json:"unit"`
	Key     []byte            `json:"key"`
	Vouch   map[string][]byte `json:"vouch"` // written in the order of the fingerprints
}

type macLine struct {
	MAC []byte `json:"mac"`
}

// Bytes returns the book before sealing: a line each for the head, the events and the
// MAC.
func (b *Book) Bytes() []byte {
	var out bytes.Buffer
	out.WriteString(canonical(head{version, b.ID, b.Unit, b.key[:], b.vouch}) + "\n")
	for _, e := range b.events {
		out.WriteString(e.Line)
		out.WriteByte('\n')
	}
	out.WriteString(canonical(macLine{mac(b.key[:], out.Bytes())}) + "\n")
	return out.Bytes()
}

// Parse reads a book as Bytes writes it; nobody has vouched for it then. It returns
// ErrNotBook, ErrNewer, ErrDamaged or ErrTooLarge. Events that it does not know are
// kept as they are.
func Parse(plain []byte) (*Book, error) {
	first, rest, _ := strings.Cut(string(plain), "\n")
	var f fields
	switch {
	case len(plain) > MaxSize:
		return nil, ErrTooLarge
	case json.Unmarshal([]byte(first), &f) != nil || !f.isText("book"):
		return nil, ErrNotBook
	case f.number("v") > version:
		return nil, ErrNewer
	}
	b := empty(f.text("book"), f.text("unit"))
	key := get[[]byte](f, "key")
	if f.number("v") != version || len(key) != keySize || !anID.MatchString(b.ID) || b.Unit == "" || !utf8.Valid(plain) {
		return nil, ErrDamaged
	}
	copy(b.key[:], key)
	for fingerprint, voucher := range f.object("vouch") {
		var v []byte
		if json.Unmarshal(voucher, &v) != nil {
			return nil, ErrDamaged
		}
		b.vouch[fingerprint] = v
	}
	lines := strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
	last := lines[len(lines)-1]
	end := len(plain) - len(last) - len("\n")
	if want := canonical(macLine{mac(b.key[:], plain[:max(end, 0)])}); !strings.HasSuffix(rest, "\n") || !hmac.Equal([]byte(last), []byte(want)) {
		return nil, ErrDamaged
	}
	for i, line := range lines[:len(lines)-1] {
		e, ok := parseEvent(line)
		if !ok {
			return nil, fmt.Errorf("%w: line %d", ErrDamaged, i+2)
		}
		b.add(e)
	}
	return b, nil
}
