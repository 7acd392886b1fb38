//go:build unix

package terminal

import "os"

func openTTY() (in, out *os.File, err error) {
	if in, err = os.OpenFile("/dev/tty", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	return in, in, nil
}

// clearsLines reports that any terminal understands the escape sequence that
// clears a line (ECMA-48, EL).
func clearsLines(*os.File) bool { return true }
