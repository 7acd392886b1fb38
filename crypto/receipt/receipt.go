// Package receipt holds the code that a sender may keep, and what hangs on it: where
// replies wait (the lookup), who can open them (an age identity) and what may be
// public (the tag). The page's script does the same, by the vectors in testdata. See
// docs/formats.md, "Receipt".
package receipt

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"filippo.io/age"
	"golang.org/x/crypto/scrypt"
)

// What scrypt costs a guess: 32 MiB, and on the server a tenth of a second. The code
// has 60 bits, so that is enough.
const (
	scryptN = 1 << 15
	scryptR = 8
	scryptP = 1
)

const keySize = 32

// Lookup is where the replies to a code are found. Whoever has it can fetch and
// delete them, and open none.
type Lookup [16]byte

// String returns the lookup as 32 hexadecimal digits, as it stands in a tip.
func (l Lookup) String() string { return hex.EncodeToString(l[:]) }

// ParseLookup reads what String wrote.
func ParseLookup(s string) (Lookup, error) {
	var l Lookup
	if len(s) != hex.EncodedLen(len(l)) {
		return l, fmt.Errorf("a lookup has %d digits", hex.EncodedLen(len(l)))
	}
	if _, err := hex.Decode(l[:], []byte(s)); err != nil {
		return l, fmt.Errorf("reading a lookup: %w", err)
	}
	return l, nil
}

// Receipt is what is derived from a code for one box.
type Receipt struct {
	Lookup Lookup
	Tag    string // six characters of Crockford's base32, shown by ShowTag

	identity *age.X25519Identity
}

// Derive returns the receipt of the code at the box with the base URL, which has no
// slash at its end. It takes a tenth of a second and 32 MiB.
func (c Code) Derive(baseURL string) (*Receipt, error) {
	master, err := c.master(baseURL)
	if err != nil {
		return nil, err
	}
	defer clear(master)
	lookup, tag := expand(master, "lookup", len(Lookup{})), expand(master, "tag", 4)
	seed := expand(master, "seed", keySize)
	defer clear(seed)
	identity, err := age.ParseX25519Identity(secretKey(seed))
	if err != nil {
		return nil, fmt.Errorf("making the code's identity: %w", err)
	}
	return &Receipt{Lookup(lookup), tagOf(tag), identity}, nil
}

func (c Code) master(baseURL string) ([]byte, error) {
	salt := "tipbox/v1/receipt\x00" + baseURL
	master, err := scrypt.Key([]byte(c), []byte(salt), scryptN, scryptR, scryptP, keySize)
	if err != nil {
		return nil, fmt.Errorf("deriving from a code: %w", err)
	}
	return master, nil
}

// expand is HKDF-SHA-256 (RFC 5869) without a salt.
func expand(master []byte, what string, n int) []byte {
	key, err := hkdf.Key(sha256.New, master, nil, "tipbox/v1/receipt "+what, n)
	if err != nil {
		panic(err) // n is far below 255 hashes
	}
	return key
}

// crockford has no I, L, O, U to misread (https://www.crockford.com/base32.html).
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

const tagLetters = 6

// tagOf returns the upper 30 bits of the four bytes as six letters.
func tagOf(b []byte) string {
	padded := binary.BigEndian.AppendUint64(nil, uint64(binary.BigEndian.Uint32(b))<<32)
	return crockford.EncodeToString(padded)[:tagLetters]
}

// ShowTag returns a tag as people see it: K7Q-2PX. What is no tag comes back as it is.
func ShowTag(tag string) string {
	if len(tag) != tagLetters {
		return tag
	}
	return tag[:tagLetters/2] + "-" + tag[tagLetters/2:]
}

// Recipient returns whom replies are sealed to, as age writes it: age1….
func (r *Receipt) Recipient() string { return r.identity.Recipient().String() }
