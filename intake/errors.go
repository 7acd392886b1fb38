package intake

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Errors that Submit and the parts behind it return.
var (
	// ErrStaleForm: the form token is expired, forged, of another site or has
	// served its three tips. Nothing is wrong with what was typed: one more tap
	// on a page with a fresh token sends it.
	ErrStaleForm = errors.New("form token is no longer good")
	// ErrWithdrawn: the site's posters are no longer valid.
	ErrWithdrawn = errors.New("site is withdrawn")
	// ErrClosed: nothing can be sealed to the unit now.
	ErrClosed = errors.New("unit is closed")
	// ErrSpooled: the spool holds a tip of this id already.
	ErrSpooled = errors.New("tip is in the spool already")
	// ErrNoRoom: the disk cannot take another tip, or takes no writes at all.
	ErrNoRoom = errors.New("no room in the spool")
	// ErrTooLarge: a tip does not fit the largest size class.
	ErrTooLarge = errors.New("tip does not fit the largest size class")
	// ErrBusy: no turn came in time, because other photos are being decoded or other
	// submissions of the same form are being taken. Nothing is wrong with this one.
	ErrBusy = errors.New("no turn in time")

	// ErrPhotoFormat: not an image, or of a kind that is not read.
	ErrPhotoFormat = errors.New("not an image that can be read")
	// ErrPhotoHEIC: an iPhone's HEIC, which has its own advice.
	ErrPhotoHEIC = errors.New("a HEIC image")
	// ErrPhotoPixels: more pixels than are decoded.
	ErrPhotoPixels = errors.New("image has too many pixels")
)

// Problem is what is wrong with a field, as the key of a sentence in the locales.
type Problem string

// The problems of a submission.
const (
	MailboxMissing  Problem = "mailbox_missing"
	MessageMissing  Problem = "message_missing"
	MessageTooLong  Problem = "message_too_long"
	DetailTooLong   Problem = "detail_too_long"
	TextBroken      Problem = "text_broken" // invalid UTF-8
	DeliveryUnknown Problem = "delivery_unknown"
	AudienceUnknown Problem = "audience_unknown"
	TooManyPhotos   Problem = "too_many_photos"
	PhotoTooLarge   Problem = "photo_too_large"
	PhotoUnreadable Problem = "photo_unreadable"
	PhotoHEIC       Problem = "photo_heic"
	SealedBroken    Problem = "sealed_broken"
)

// FieldProblem is one thing a person can mend.
type FieldProblem struct {
	Field   string // the form field's name
	Problem Problem
}

// InvalidError lists everything wrong with a submission, in the form's order.
type InvalidError struct{ Problems []FieldProblem }

func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.Field + ": " + string(p.Problem)
	}
	return "invalid submission: " + strings.Join(parts, ", ")
}

// StepError says in which step a fault of ours stopped a submission.
type StepError struct {
	Step string // "cleaning a photo", "sealing" or "spooling"
	Err  error
}

func (e *StepError) Error() string { return e.Step + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *StepError) Unwrap() error { return e.Err }

// LimitError says that a tip is not taken for now. It says nothing of what others
// have sent.
type LimitError struct {
	RetryAfter time.Duration // drawn, in whole minutes
	Work       string        // a challenge: with its solution the same tip is taken; "" where no work helps
	Photos     bool          // the text alone may be taken
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("limit reached, retry after %s", e.RetryAfter)
}
