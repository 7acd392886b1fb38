package keys

import (
	"bytes"
	"fmt"
	"io"

	"filippo.io/age"
	"filippo.io/age/armor"
	"golang.org/x/text/unicode/norm"
)

// WorkFactor is the scrypt work factor, as a power of two, that identity files
// are locked with: age's own choice, 256 MiB and one to three seconds a guess.
const WorkFactor = 18

// Identity is a new secret key.
type Identity struct {
	secret    string
	recipient Recipient
}

// Generate makes an identity of the kind, PostQuantum or Classic.
func Generate(kind string) (*Identity, error) {
	switch kind {
	case PostQuantum:
		i, err := age.GenerateHybridIdentity()
		if err != nil {
			return nil, err
		}
		return &Identity{i.String(), hybrid(i.Recipient())}, nil
	case Classic:
		i, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, err
		}
		return &Identity{i.String(), classic(i.Recipient())}, nil
	}
	return nil, fmt.Errorf("unknown kind of key %q", kind)
}

// Recipient returns the public key of the identity.
func (i *Identity) Recipient() Recipient { return i.recipient }

// Lock returns the identity locked with the passphrase: an age file that
// "age -d" opens, armored, because such a file survives webmail, chat and
// a printer, and is 600 bytes. The scrypt work factor is a power of two.
func (i *Identity) Lock(passphrase string, workFactor int) ([]byte, error) {
	scrypt, err := age.NewScryptRecipient(norm.NFC.String(passphrase))
	if err != nil {
		return nil, err
	}
	scrypt.SetWorkFactor(workFactor)
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w, err := age.Encrypt(armored, scrypt)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(w, "# tipbox %s identity %s\n%s\n",
		i.recipient.kind, i.recipient.Fingerprint(), i.secret); err != nil {
		return nil, err
	}
	for _, c := range []io.Closer{w, armored} {
		if err := c.Close(); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}
