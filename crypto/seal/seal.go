// Package seal makes sealed tips: a plaintext encrypted with age to a unit's
// recipients.
package seal

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"

	"filippo.io/age"

	"tipbox/crypto/keys"
	"tipbox/crypto/plaintext"
	"tipbox/intake"
)

// What is wrong with a blob sealed elsewhere.
var (
	ErrNotAge     = errors.New("not an age file")
	ErrRecipients = errors.New("sealed to other recipients")
	ErrSize       = errors.New("not of a size that a sealed tip has")
)

// Sealer seals tips to one set of recipients. It satisfies intake.Sealer and is
// safe for concurrent use.
type Sealer struct {
	recipients *keys.Recipients
	header     func() (int, error) // length of the age header
}

var _ intake.Sealer = (*Sealer)(nil)

// New returns a sealer to the recipients.
func New(r *keys.Recipients) *Sealer {
	s := &Sealer{recipients: r}
	// The header's length depends on the recipients only. It is found by sealing
	// nothing, and not before the first blob is checked, so that a service with
	// a thousand units starts at once.
	s.header = sync.OnceValues(func() (int, error) {
		sealed, err := s.encrypt(nil)
		if err != nil {
			return 0, err
		}
		header, err := age.ExtractHeader(bytes.NewReader(sealed))
		return len(header), err
	})
	return s
}

// Seal returns the sealed tip, or intake.ErrTooLarge.
func (s *Sealer) Seal(t *intake.Tip) ([]byte, error) {
	plain, err := plaintext.Write(t, rand.Text())
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return s.encrypt(plain)
}

// Pass returns an opened tip sealed again, for a unit to which another passes it on.
// It returns the errors of plaintext.WritePassed.
func (s *Sealer) Pass(t *intake.Tip, p plaintext.Passed) ([]byte, error) {
	plain, err := plaintext.WritePassed(t, p, rand.Text())
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return s.encrypt(plain)
}

func (s *Sealer) encrypt(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(plaintext.PayloadSize(len(plain)) + s.recipients.Len()*2048)
	w, err := age.Encrypt(&out, s.recipients.Age()...)
	if err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encrypting: %w", err)
	}
	return out.Bytes(), nil
}

// PhotoRoom is plaintext.PhotoRoom.
func (s *Sealer) PhotoRoom(n int) int { return plaintext.PhotoRoom(n) }

// Check reports whether a blob sealed elsewhere has the shape of a tip sealed to
// these recipients: it returns ErrNotAge, ErrRecipients where their kind or
// number differs, ErrSize, or nil. For whose keys it is sealed cannot be seen.
func (s *Sealer) Check(sealed []byte) error {
	header, err := age.ExtractHeader(bytes.NewReader(sealed))
	if err != nil {
		return ErrNotAge
	}
	var shown stanzaTypes
	if _, err := age.DecryptHeader(header, &shown); len(shown) == 0 {
		return fmt.Errorf("%w: %w", ErrNotAge, err)
	}
	want := "X25519"
	if s.recipients.Kind() == keys.PostQuantum {
		want = "mlkem768x25519"
	}
	if len(shown) != s.recipients.Len() || slices.ContainsFunc(shown, func(t string) bool { return t != want }) {
		return ErrRecipients
	}
	length, err := s.header()
	if err != nil {
		return err
	}
	if len(header) != length || !plaintext.HasSize(len(sealed)-len(header)) {
		return ErrSize
	}
	return nil
}

// stanzaTypes is an identity that opens nothing and notes what it was shown.
type stanzaTypes []string

func (t *stanzaTypes) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		*t = append(*t, s.Type)
	}
	return nil, age.ErrIncorrectIdentity
}
