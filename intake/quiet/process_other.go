//go:build !unix

package quiet

import "os"

// Windows writes no dumps of its own accord; serve runs there only for a try.
func noDumps() error { return nil }

func ownStderr() (*os.File, error) { return os.Stderr, nil }

// Silence does nothing on this system.
func Silence() error { return nil }

// There is no exec.
func beginAgain() error { return nil }
