package box

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestMayRead: who meets a permission is told what to type, and a low port wants
// another right than a port that is taken. The tests may run as root, whom
// nothing is refused.
func TestMayRead(t *testing.T) {
	denied := fmt.Errorf("reading the secret: %w", &fs.PathError{Op: "open", Path: "/etc/tipbox/secrets/smtp", Err: syscall.EACCES})
	if got := MayRead(denied); !strings.HasSuffix(got, ": chgrp tipbox /etc/tipbox/secrets/smtp && chmod 640 /etc/tipbox/secrets/smtp") {
		t.Error(got)
	}
	_, err := os.Open("none")
	if got := MayRead(err); got != "" {
		t.Error(got)
	}
	bind := func(errno syscall.Errno) error {
		return fmt.Errorf("admin listener: %w", &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", errno)})
	}
	if got := listenHint(bind(syscall.EACCES), "http.listen"); !strings.Contains(got, "CAP_NET_BIND_SERVICE") {
		t.Error(got)
	}
	if got := listenHint(bind(syscall.EADDRINUSE), "http.admin"); got != "another program may have the port: change http.admin" {
		t.Error(got)
	}
}
