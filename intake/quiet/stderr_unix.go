//go:build unix

package quiet

import (
	"fmt"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

const stderrFD = 2

// takeStderr makes a file of our own of standard error and leaves nothing there
// for the runtime: what it prints when it dies is by no wish (GOTRACEBACK) to be
// had without goroutine traces where a signal or a fault of its own is the
// cause, and a panic's value may be anything.
func takeStderr() (*os.File, error) {
	const what = "taking standard error from the runtime: %w"
	fd, err := unix.FcntlInt(stderrFD, unix.F_DUPFD_CLOEXEC, stderrFD+1)
	if err != nil {
		return os.Stderr, fmt.Errorf(what, err)
	}
	nothing, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return os.Stderr, fmt.Errorf(what, err)
	}
	defer nothing.Close()
	if err := unix.Dup2(int(nothing.Fd()), stderrFD); err != nil { //nolint:gosec // a file descriptor is a C int
		return os.Stderr, fmt.Errorf(what, err)
	}
	// Not exit code 2, which says that the configuration is wrong and that a
	// restart does not help.
	debug.SetTraceback("crash")
	return os.NewFile(uintptr(fd), "stderr"), nil //nolint:gosec // likewise
}
