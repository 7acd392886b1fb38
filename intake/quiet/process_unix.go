//go:build unix && !linux

package quiet

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func noDumps() error {
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}); err != nil {
		return fmt.Errorf("forbidding core dumps: %w", err)
	}
	return nil
}
