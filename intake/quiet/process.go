package quiet

import "errors"

// Process sees to it that a crash leaves nothing of what is in memory: no core
// dump, no other process of the user looking in where the system can forbid it,
// and no goroutine traces, whose hexadecimal arguments hold addresses.
//
// Go takes the wish for no traces only from the environment: where GOTRACEBACK
// is not "none", Process on Unix starts the program anew in its place, with the
// same process id, arguments and standard streams, so it must be called before
// anything is begun. Everything that can be done is done, also beside an error.
func Process() error { return errors.Join(noTraces(), noDumps()) }
