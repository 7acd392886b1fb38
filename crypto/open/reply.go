package open

import (
	"errors"
	"fmt"

	"filippo.io/age"

	"tipbox/crypto/plaintext"
	"tipbox/crypto/receipt"
)

// ErrNoReply says that a tip's sender cannot be answered: there is no code.
var ErrNoReply = errors.New("the sender keeps no code: there is no way to answer")

// ReplyTo says how the sender of a tip is answered.
type ReplyTo struct {
	Recipient string // whom replies are sealed to: tips with the same are of one conversation
	Lookup    receipt.Lookup
	Tag       string
	At        string // base URL of the box. A sender's claim: nothing may be sent there unasked
}

// Answerable returns how the tip's sender is answered: as the page that sealed it has
// derived, or derived now from the code, which takes a tenth of a second. It returns
// ErrNoReply, or what is wrong with what the tip says.
func Answerable(t *plaintext.Tip) (*ReplyTo, error) {
	r := t.Reply
	switch {
	case r.Recipient == "" && r.Code == "", r.At == "":
		return nil, ErrNoReply
	case r.Recipient == "":
		code, err := receipt.Parse(r.Code)
		if err != nil {
			return nil, fmt.Errorf("the tip's code: %w", err)
		}
		mine, err := code.Derive(r.At)
		if err != nil {
			return nil, err
		}
		return &ReplyTo{mine.Recipient(), mine.Lookup, mine.Tag, r.At}, nil
	}
	if _, err := age.ParseX25519Recipient(r.Recipient); err != nil {
		return nil, fmt.Errorf("whom the reply would be sealed to: %w", err)
	}
	lookup, err := receipt.ParseLookup(r.Lookup)
	if err != nil {
		return nil, fmt.Errorf("where the reply would be left: %w", err)
	}
	return &ReplyTo{r.Recipient, lookup, r.Tag, r.At}, nil
}
