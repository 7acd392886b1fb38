//go:build unix

// Package porttest reserves ports for servers that tests start.
package porttest

import (
	"errors"
	"runtime"
	"strconv"
	"syscall"
	"testing"
)

// FreePort returns a loopback port that stays free for servers of the test until
// it ends, also while one is down that will come back. On Linux a socket that
// is bound to it, but does not listen, keeps everybody away who asks for any
// port, those who connect somewhere among them; a server asks for this one, with
// SO_REUSEADDR, and gets it.
func FreePort(t testing.TB) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatalf("reserving a port: %v", err)
	}
	release := func() { _ = syscall.Close(fd) }
	if runtime.GOOS == "linux" {
		t.Cleanup(release)
	} else {
		defer release()
	}
	syscall.CloseOnExec(fd)
	err = errors.Join(
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1),
		syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}),
	)
	if err != nil {
		t.Fatalf("reserving a port: %v", err)
	}
	addr, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatalf("reserving a port: %v", err)
	}
	return strconv.Itoa(addr.(*syscall.SockaddrInet4).Port)
}
