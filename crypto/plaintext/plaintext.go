// Package plaintext holds sealed tip version 1 as it is before sealing and after
// opening: a MIME message, padded to a size class. It is written and read here and
// nowhere else in Go; the page's script and the reader's keep to the same vectors
// (testdata). See docs/formats.md, "Sealed tip".
package plaintext

import "slices"

// Version is what this package writes, and the newest that it reads whole.
const Version = 1

// The names of the header's fields, in the order in which they are written.
const (
	fieldSubject = "Subject"
	fieldVersion = "Tipbox-Version"
	fieldID      = "Tipbox-Id" // absent where the tip was sealed in the browser
	fieldUnit    = "Tipbox-Unit"
	fieldSite    = "Tipbox-Site"
	fieldMailbox = "Tipbox-Mailbox"
	fieldUrgent  = "Tipbox-Urgent"
	fieldLang    = "Tipbox-Lang"
	fieldBy      = "Tipbox-Passed-By" // this and the next where another unit passed the tip on
	fieldOn      = "Tipbox-Passed-On"
	fieldTo      = "Tipbox-Reply-To" // this and the next, or the code, where there is a receipt
	fieldLookup  = "Tipbox-Reply-Lookup"
	fieldTag     = "Tipbox-Reply-Tag"
	fieldCode    = "Tipbox-Reply-Code"
	fieldAt      = "Tipbox-Reply-At"
	fieldType    = "Content-Type"
	fieldCoding  = "Content-Transfer-Encoding"

	urgent, notUrgent = "yes", "no"
	typeWhole         = "multipart/mixed"
	typeText          = "text/plain"
	typeNote          = "text/markdown" // no text/plain: a reader that knows no notes still takes the tip's own text for it
	typePhoto         = "image/jpeg"

	// afterTitle stands in the Subject between the mailbox and the site's name.
	afterTitle = " – "
)

// Sizes are the size classes of a padded tip in bytes, smallest first. Every
// text-only tip has the first.
var Sizes = []int{16 << 10, 256 << 10, 512 << 10, 1 << 20, 2 << 20, MaxSize}

// MaxSize is the largest of the Sizes.
const MaxSize = 4 << 20

// MaxNoteRunes is how many characters the note of a unit that passes a tip on has at
// most, after NFC.
const MaxNoteRunes = 500

// Passed says that a unit passed the tip on to another. It is a claim: whoever seals
// to a unit's recipients, which are public, can write it.
type Passed struct {
	By   string // unit id
	On   string // a day, time.DateOnly
	Note string // what the unit says to the other, may be ""
}

// The age v1 payload: a nonce, then chunks, each with a tag
// (https://age-encryption.org/v1, Payload).
const (
	payloadNonce = 16
	chunkSize    = 64 << 10
	chunkTag     = 16
)

// PayloadSize returns how long the payload, the part of an age file after its
// header, of a plaintext of n bytes is: the ciphertext's length tells nothing but
// n and the recipients.
func PayloadSize(n int) int {
	chunks := max(1, (n+chunkSize-1)/chunkSize)
	return payloadNonce + n + chunks*chunkTag
}

// HasSize reports whether a payload is as long as that of a tip of one of the Sizes.
func HasSize(payload int) bool {
	return slices.ContainsFunc(Sizes, func(size int) bool { return PayloadSize(size) == payload })
}

// PhotoRoom returns how many bytes each of n photos may have so that a tip with
// the longest text still fits the largest size class; 0 where n is 0.
func PhotoRoom(n int) int {
	if n <= 0 {
		return 0
	}
	const partHeader = 256
	each := (MaxSize-Sizes[0])/n - partHeader
	return each / (base64Line/3*4 + len("\r\n")) * base64Line
}
