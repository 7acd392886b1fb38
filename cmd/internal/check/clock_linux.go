package check

import "golang.org/x/sys/unix"

// clockIsKept reports whether something keeps the clock right, as the kernel knows
// from whoever does (adjtimex(2)).
func clockIsKept() (kept, known bool) {
	state, err := unix.Adjtimex(new(unix.Timex))
	return state != unix.TIME_ERROR, err == nil
}
