package book

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"tipbox/crypto/keys"
)

// ErrNoMatch is returned for a book that is sealed to other keys.
var ErrNoMatch = errors.New("the book is sealed to other keys")

// Open opens a sealed book with the identities, and looks whether one of them has
// vouched for it. What it returns where the file is no book, or not a whole one, is
// ErrNotBook, ErrNoMatch, ErrDamaged, ErrNewer, ErrTooLarge, or a *keys.PluginError.
func Open(sealed []byte, ids *keys.Identities) (*Book, error) {
	if _, err := age.ExtractHeader(bytes.NewReader(sealed)); err != nil {
		if bytes.HasPrefix(sealed, []byte("age-encryption.org/v1\n")) {
			return nil, ErrDamaged
		}
		return nil, ErrNotBook
	}
	var wrong *age.NoIdentityMatchError
	var plugin *keys.PluginError
	r, err := age.Decrypt(bytes.NewReader(sealed), ids.Age()...)
	switch {
	case errors.As(err, &wrong):
		return nil, ErrNoMatch
	case errors.As(err, &plugin):
		return nil, err
	case err != nil:
		return nil, ErrDamaged
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, ErrDamaged
	}
	b, err := Parse(plain)
	if err != nil {
		return nil, err
	}
	b.Trust(ids)
	return b, nil
}

// Seal seals the book to its recipients, binary. It returns ErrNotVouched for a book
// that no identity of the reader's has vouched for, and ErrRecipients where the book
// does not name any.
func (b *Book) Seal() ([]byte, error) {
	if !b.trusted {
		return nil, ErrNotVouched
	}
	recipients, err := b.recipients()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, recipients.Age()...)
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("sealing the book: %w", err)
	}
	return out.Bytes(), nil
}

// recipients are those that the book names last: all of one kind.
func (b *Book) recipients() (*keys.Recipients, error) {
	list := b.Whole().Recipients
	if len(list) == 0 {
		return nil, ErrRecipients
	}
	recipients, err := keys.ParseRecipients(strings.NewReader(strings.Join(list, "\n")))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecipients, err)
	}
	return recipients, nil
}
