//go:build unix

package quiet

import (
	"fmt"
	"os"
	"syscall"
)

// beginAgain does not return but with an error.
func beginAgain() error {
	self, err := os.Executable()
	if err == nil {
		err = syscall.Exec(self, os.Args, os.Environ()) //nolint:gosec // this program itself
	}
	return fmt.Errorf("beginning again, so that freed memory is overwritten: %w", err)
}
