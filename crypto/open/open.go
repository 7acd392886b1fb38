// Package open turns sealed tips back into tips: it finds them in files and
// folders, and opens them with an officer's identities. What it reads may have been
// made by anyone, for a unit's recipients are public: memory is bounded and nothing
// in a tip is believed.
package open

import (
	"bytes"
	"errors"
	"io"
	"regexp"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tipbox/crypto/keys"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/unwrap"
)

// lastLine is the last of an age header.
var lastLine = regexp.MustCompile(`\n--- [^\n]*\n`)

// Open opens one sealed tip, binary or armored.
//
// It returns ErrNoMatch, ErrTruncated, ErrCorrupted, ErrLocked, ErrTooLarge,
// one of package unwrap's errors for what is not sealed at all, or a
// *keys.PluginError. What is sealed to the key but is not a tip comes as a Tip with
// plaintext.ErrNotTip or plaintext.ErrNotText among its Warnings.
func Open(sealed []byte, ids *keys.Identities) (*plaintext.Tip, error) {
	tip, _, err := Exact(sealed, ids)
	return tip, err
}

// Exact is Open, and returns the sealed tip itself as well: binary, and without
// what some mail system has put behind its end.
func Exact(sealed []byte, ids *keys.Identities) (*plaintext.Tip, []byte, error) {
	if trimmed := bytes.TrimSpace(sealed); bytes.HasPrefix(trimmed, []byte(armor.Header)) {
		binary, err := io.ReadAll(armor.NewReader(bytes.NewReader(trimmed)))
		switch {
		case err != nil && !bytes.HasSuffix(trimmed, []byte(armor.Footer)):
			return nil, nil, ErrTruncated
		case err != nil:
			return nil, nil, ErrCorrupted
		}
		sealed = binary
	}
	header, err := age.ExtractHeader(bytes.NewReader(sealed))
	switch {
	case err != nil && !unwrap.Sealed(sealed):
		return nil, nil, unwrap.What(sealed)
	case err != nil && !lastLine.Match(sealed[:min(len(sealed), unwrap.MaxSealed)]):
		return nil, nil, ErrTruncated
	case err != nil:
		return nil, nil, ErrCorrupted
	}
	plain, err := decrypt(sealed, len(header), ids)
	if err == nil {
		return plaintext.Parse(plain), sealed, nil
	}
	if errors.Is(err, ErrCorrupted) || errors.Is(err, ErrTruncated) || errors.Is(err, ErrTooLarge) {
		// Whoever knows neither the key nor the size class does not see where a tip
		// ends: age does, for its last chunk is sealed as the last.
		for _, size := range plaintext.Sizes {
			end := len(header) + plaintext.PayloadSize(size)
			if end >= len(sealed) {
				break
			}
			if plain, err := decrypt(sealed[:end], len(header), ids); err == nil {
				return plaintext.Parse(plain), sealed[:end], nil
			}
		}
	}
	return nil, nil, err
}

// decrypt opens a binary sealed file whose header has so many bytes.
func decrypt(sealed []byte, header int, ids *keys.Identities) ([]byte, error) {
	if len(sealed) > unwrap.MaxSealed {
		return nil, ErrTooLarge
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
		return nil, payloadError(len(sealed) - header)
	}
	plain, err := io.ReadAll(io.LimitReader(r, plaintext.MaxSize+1))
	switch {
	case err != nil:
		return nil, payloadError(len(sealed) - header)
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
