package open

import "errors"

// Why a file could not be opened. Each has its own sentence and advice for the
// officer in cmd/tipbox.
var (
	ErrNoMatch     = errors.New("sealed to another key")
	ErrTruncated   = errors.New("the file is cut off")
	ErrCorrupted   = errors.New("the file is damaged")
	ErrLocked      = errors.New("locked with a passphrase, not sealed to a key: an identity perhaps")
	ErrTooLarge    = errors.New("larger than any sealed tip")
	ErrEmpty       = errors.New("the file is empty")
	ErrNotSealed   = errors.New("neither a sealed tip nor a mail")
	ErrNoTipInMail = errors.New("no sealed tip is attached to the mail")

	// More exact cases of ErrNotSealed.
	ErrZip        = notSealed("a zip archive")
	ErrWebPage    = notSealed("a web page")
	ErrOutlook    = notSealed("an Outlook message (.msg)")
	ErrIdentity   = notSealed("an identity file")
	ErrRecipients = notSealed("a recipients file")
)

// ErrOtherID is what an officer is told of a tip that claims to be another.
var ErrOtherID = errors.New("the file's name and the tip give different ids")

type notSealedError struct{ what string }

func notSealed(what string) error { return &notSealedError{what} }

func (e *notSealedError) Error() string { return e.what + ", not a sealed tip" }

// Is makes every exact case an ErrNotSealed as well.
func (e *notSealedError) Is(target error) bool { return target == ErrNotSealed }
