// Package seal makes sealed tips, version 1: the tip as a MIME message, padded
// to a size class, encrypted with age to a unit's recipients.
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
	"tipbox/intake"
)

// What is wrong with a blob sealed elsewhere.
var (
	ErrNotAge     = errors.New("not an age file")
	ErrRecipients = errors.New("sealed to other recipients")
	ErrSize       = errors.New("not of a size that a sealed tip has")
)

// The age v1 payload: a nonce, then chunks, each with a tag
// (https://age-encryption.org/v1, Payload).
const (
	payloadNonce = 16
	chunkSize    = 64 << 10
	chunkTag     = 16
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
	plain, err := Plaintext(t, rand.Text())
	if err != nil {
		return nil, err
	}
	return s.encrypt(plain)
}

func (s *Sealer) encrypt(plain []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(payloadSize(len(plain)) + s.recipients.Len()*2048)
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

// PhotoRoom returns how many bytes each of n photos may have so that a tip with
// the longest text still fits the largest size class; 0 where n is 0.
func (s *Sealer) PhotoRoom(n int) int {
	if n <= 0 {
		return 0
	}
	const partHeader = 256
	each := (Sizes[len(Sizes)-1]-Sizes[0])/n - partHeader
	return each / (base64Line/3*4 + len("\r\n")) * base64Line
}

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
	if len(header) != length || !HasSize(len(sealed)-len(header)) {
		return ErrSize
	}
	return nil
}

// HasSize reports whether a payload, the part of an age file after its header,
// is as long as that of a tip of one of the Sizes.
func HasSize(payload int) bool {
	return slices.ContainsFunc(Sizes, func(size int) bool { return payloadSize(size) == payload })
}

// payloadSize returns how long the payload of a plaintext of n bytes is: the
// ciphertext's length tells nothing but n and the recipients.
func payloadSize(n int) int {
	chunks := max(1, (n+chunkSize-1)/chunkSize)
	return payloadNonce + n + chunks*chunkTag
}

// stanzaTypes is an identity that opens nothing and notes what it was shown.
type stanzaTypes []string

func (t *stanzaTypes) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		*t = append(*t, s.Type)
	}
	return nil, age.ErrIncorrectIdentity
}
