package terminal

import "errors"

// Exit codes, as in the help.
const (
	ExitDone   = 0
	ExitFailed = 1
	ExitUsage  = 2 // wrong usage or configuration
)

// ErrSilent is returned by a command that has said already what is wrong.
var ErrSilent = errors.New("failed")

// Usage marks err as wrong usage or configuration: exit code 2.
func Usage(err error) error { return usageError{err} }

type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// Hint adds to err lines that tell a person what to do next.
func Hint(err error, hints ...string) error { return hintedError{err, hints} }

type hintedError struct {
	error
	hints []string
}

func (e hintedError) Unwrap() error { return e.error }

// Hints returns what Hint added to err last.
func Hints(err error) []string {
	var hinted hintedError
	errors.As(err, &hinted)
	return hinted.hints
}
