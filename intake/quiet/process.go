package quiet

import (
	"errors"
	"os"
)

// Process sees to it that a crash leaves nothing of what is in memory: no core
// dump, no other process of the user looking in where the system can forbid it,
// and nothing printed by Go's runtime, whose traces have addresses and the
// beginnings of texts among their hexadecimal arguments.
//
// From then on only what is written to the file it returns reaches standard
// error; on Unix, a process that crashes ends by SIGABRT, without a word.
// Everything that can be done is done, also beside an error.
func Process() (stderr *os.File, err error) {
	stderr, err = takeStderr()
	return stderr, errors.Join(err, noDumps())
}
