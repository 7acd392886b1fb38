package open

import (
	"errors"

	"tipbox/crypto/unwrap"
)

// Why a sealed file could not be opened. Each has its own sentence and advice for
// the officer; what is not sealed at all is named by the errors of package unwrap.
var (
	ErrNoMatch   = errors.New("sealed to another key")
	ErrCorrupted = errors.New("the file is damaged")
	ErrLocked    = errors.New("locked with a passphrase, not sealed to a key: an identity perhaps")
	ErrTruncated = unwrap.ErrTruncated
	ErrTooLarge  = unwrap.ErrTooLarge
)

// ErrNotFile says that something in a folder is a link or a device, which nobody follows.
var ErrNotFile = errors.New("a link or a device, not a file")

// ErrOtherID is what an officer is told of a tip that claims to be another.
var ErrOtherID = errors.New("the file's name and the tip give different ids")
