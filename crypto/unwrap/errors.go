package unwrap

import (
	"errors"
	"fmt"

	"tipbox/intake"
)

// What a file is that no sealed file was found in. Each has its own sentence and
// advice for the officer in cmd and in the reader.
var (
	ErrEmpty     = errors.New("the file is empty")
	ErrTooLarge  = errors.New("larger than any sealed tip")
	ErrTruncated = errors.New("the file is cut off")
	ErrNoTip     = errors.New("no sealed tip is attached to the mail")
	ErrNotSealed = errors.New("neither a sealed tip nor a mail")

	// Wrappings that only other programs, or other keys, can undo.
	ErrOutlook   = notSealed("a file of Outlook (.msg, .pst)")
	ErrArchive   = notSealed("an archive that is not a zip")
	ErrZipLocked = notSealed("a zip archive with a password")
	ErrEncrypted = notSealed("encrypted for a person (S/MIME)")
	ErrPGP       = notSealed("encrypted or signed with PGP")
	ErrYEnc      = notSealed("written in yEnc")
	ErrPartial   = notSealed("a piece of a mail that was sent in pieces")
	ErrNewAge    = notSealed("of a newer age format")

	// What cannot hold a tip.
	ErrZip        = notSealed("a zip archive")
	ErrWebPage    = notSealed("a web page")
	ErrIdentity   = notSealed("an identity file")
	ErrRecipients = notSealed("a recipients file")
	ErrOurs       = notSealed("what tipbox open wrote")
)

// BounceError says that a mail server returned one of our mails and left the tip
// out, as Postfix does above 50,000 bytes.
type BounceError struct{ ID intake.ID }

func (e *BounceError) Error() string {
	return fmt.Sprintf("the report of a mail server that did not deliver %s, without the tip", e.ID)
}

type notSealedError struct{ what string }

func notSealed(what string) error { return &notSealedError{what} }

func (e *notSealedError) Error() string { return e.what + ", not a sealed tip" }

// Is makes every exact case an ErrNotSealed as well.
func (e *notSealedError) Is(target error) bool { return target == ErrNotSealed }
