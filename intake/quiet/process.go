package quiet

import (
	"errors"
	"os"
)

// Process sees to it that a crash leaves no core dump, and that no other
// process of the user looks in where the system can forbid it. It returns a
// file that reaches standard error also after Silence, which sees to the rest.
// Everything that can be done is done, also beside an error.
func Process() (stderr *os.File, err error) {
	stderr, err = ownStderr()
	return stderr, errors.Join(err, noDumps())
}
