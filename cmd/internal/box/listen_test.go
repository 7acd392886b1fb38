package box

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestListenHint: a low port wants another right than a port that is taken. The
// tests may run as root, whom nothing is refused.
func TestListenHint(t *testing.T) {
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
