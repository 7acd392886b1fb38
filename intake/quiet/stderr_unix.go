//go:build unix

package quiet

import (
	"fmt"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

const stderrFD = 2

// ownStderr opens standard error once more.
func ownStderr() (*os.File, error) {
	fd, err := unix.FcntlInt(stderrFD, unix.F_DUPFD_CLOEXEC, stderrFD+1)
	if err != nil {
		return os.Stderr, fmt.Errorf("taking standard error: %w", err)
	}
	return os.NewFile(uintptr(fd), "stderr"), nil
}

// Silence leaves nothing of standard error to Go's runtime: what it prints when
// the process dies is by no wish (GOTRACEBACK) to be had without goroutine
// traces where a signal or a fault of its own is the cause, their arguments are
// addresses and pieces of text, and a panic's value may be anything. It is to be
// called before the first sender can come, but not sooner: a crash that nobody's
// request has a part in should say why.
func Silence() error {
	const what = "silencing the runtime: %w"
	nothing, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf(what, err)
	}
	defer nothing.Close()
	if err := unix.Dup2(int(nothing.Fd()), stderrFD); err != nil {
		return fmt.Errorf(what, err)
	}
	// Not exit code 2, which says that the configuration is wrong and that a
	// restart does not help.
	debug.SetTraceback("crash")
	return nil
}
