package quiet

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

func noDumps() error {
	var errs []error
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		errs = append(errs, fmt.Errorf("forbidding core dumps: %w", err))
	}
	// A core_pattern that is a pipe ignores RLIMIT_CORE; this it obeys. It also
	// keeps other processes of the same user from reading our memory.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		errs = append(errs, fmt.Errorf("making the process undumpable: %w", err))
	}
	return errors.Join(errs...)
}
