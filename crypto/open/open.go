// Package open turns sealed tips back into tips: it finds them in files, mails
// and folders, and opens them with an officer's identities. What it
// reads may have been made by anyone, for a unit's recipients are public: memory
// is bounded and nothing in a tip is believed.
package open

import (
	"bytes"
	"errors"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tipbox/crypto/keys"
	"tipbox/crypto/plaintext"
)

const (
	maxSealed = 5 << 20 // the largest size class, its tags, and the header for hundreds of recipients

	ageMagic = "age-encryption.org/v1\n"
)

// Open opens one sealed tip, binary or armored.
//
// It returns ErrNoMatch, ErrTruncated, ErrCorrupted, ErrLocked, ErrTooLarge,
// one of the errors for what is not sealed at all, or a *keys.PluginError. What is
// sealed to the key but is not a tip comes as a Tip with plaintext.ErrNotTip or
// plaintext.ErrNotText among its Warnings.
func Open(sealed []byte, ids *keys.Identities) (*plaintext.Tip, error) {
	if err := sniff(sealed); err != nil {
		return nil, err
	}
	if trimmed := bytes.TrimSpace(sealed); bytes.HasPrefix(trimmed, []byte(armor.Header)) {
		plain, err := io.ReadAll(armor.NewReader(bytes.NewReader(trimmed)))
		switch {
		case err != nil && !bytes.HasSuffix(trimmed, []byte(armor.Footer)):
			return nil, ErrTruncated
		case err != nil:
			return nil, ErrCorrupted
		}
		sealed = plain
	}
	if len(sealed) > maxSealed {
		return nil, ErrTooLarge
	}
	plain, err := decrypt(sealed, ids)
	if err != nil {
		return nil, err
	}
	return plaintext.Parse(plain), nil
}

func decrypt(sealed []byte, ids *keys.Identities) ([]byte, error) {
	header, err := age.ExtractHeader(bytes.NewReader(sealed))
	switch {
	case err != nil && !bytes.Contains(sealed, []byte("\n--- ")):
		return nil, ErrTruncated
	case err != nil:
		return nil, ErrCorrupted
	}
	var wrong *age.NoIdentityMatchError
	var plugin *keys.PluginError
	r, err := age.Decrypt(bytes.NewReader(sealed), ids.Age()...)
	switch {
	case errors.As(err, &wrong) && len(wrong.StanzaTypes) == 1 && wrong.StanzaTypes[0] == "scrypt":
		return nil, ErrLocked
	case errors.As(err, &wrong):
		return nil, ErrNoMatch
	case errors.As(err, &plugin):
		return nil, err
	case err != nil:
		return nil, payloadError(len(sealed) - len(header))
	}
	plain, err := io.ReadAll(io.LimitReader(r, plaintext.MaxSize+1))
	switch {
	case err != nil:
		return nil, payloadError(len(sealed) - len(header))
	case len(plain) > plaintext.MaxSize:
		return nil, ErrTooLarge
	}
	return plain, nil
}

// payloadError tells a damaged payload from one that is cut off, which age
// cannot: every tip has the size of a class.
func payloadError(payload int) error {
	if plaintext.HasSize(payload) {
		return ErrCorrupted
	}
	return ErrTruncated
}
