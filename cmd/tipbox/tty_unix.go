//go:build unix

package main

import "os"

func openTTY() (in, out *os.File, err error) {
	if in, err = os.OpenFile("/dev/tty", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	return in, in, nil
}
