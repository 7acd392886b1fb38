//go:build unix

package quiet

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

const tracebackEnv = "GOTRACEBACK"

// noTraces does not return where it starts the program anew.
func noTraces() error {
	if os.Getenv(tracebackEnv) == "none" {
		return nil
	}
	const what = "forbidding goroutine traces: %w"
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf(what, err)
	}
	if err := os.Setenv(tracebackEnv, "none"); err != nil {
		return fmt.Errorf(what, err)
	}
	return fmt.Errorf(what, unix.Exec(self, os.Args, os.Environ()))
}
