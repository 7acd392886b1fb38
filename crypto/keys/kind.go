// Package keys makes, reads and names the keys of the tip box: identity files,
// locked with a passphrase, which officers keep, and recipients files, which
// the server seals to.
package keys

import (
	"crypto/sha256"
	"math/big"
	"strings"

	"filippo.io/age"
)

// The kinds of keys. All recipients of a unit are of one kind: a file sealed to
// both would be no safer than its classic recipient.
const (
	PostQuantum = "post-quantum" // ML-KEM-768 with X25519, age1pq1…
	Classic     = "classic"      // X25519, age1…
)

const (
	fingerprintDigits = 24 // 80 bits: too many to find another key for
	fingerprintGroup  = 4
)

// Recipient is a public key with the label its file gives it.
type Recipient struct {
	Label string // the comment above it, "" where there is none
	Line  int    // its line in the file it was read from, 0 if it was not

	text string
	kind string
	age  age.Recipient
}

// String returns the recipient as age writes it.
func (r Recipient) String() string { return r.text }

// Kind returns PostQuantum or Classic.
func (r Recipient) Kind() string { return r.kind }

// Fingerprint returns 24 decimal digits in groups of four that stand for the
// recipient: 80 bits of a SHA-256, in digits because these, unlike the names of
// letters, are heard right over a bad telephone line in any language.
func (r Recipient) Fingerprint() string {
	sum := sha256.Sum256([]byte("tipbox/v1/fingerprint\x00" + r.text))
	mod := new(big.Int).Exp(big.NewInt(10), big.NewInt(fingerprintDigits), nil)
	digits := new(big.Int).Mod(new(big.Int).SetBytes(sum[:]), mod).String()
	digits = strings.Repeat("0", fingerprintDigits-len(digits)) + digits
	var groups []string
	for ; digits != ""; digits = digits[fingerprintGroup:] {
		groups = append(groups, digits[:fingerprintGroup])
	}
	return strings.Join(groups, " ")
}
