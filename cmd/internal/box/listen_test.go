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

// TestElsewhere: who wrote one port and is served on another is told.
func TestElsewhere(t *testing.T) {
	for _, c := range []struct {
		listen, url string
		want        bool
	}{
		{"127.0.0.1:8080", "http://127.0.0.1:8080", false},
		{":443", "https://[::]:443", false},
		{"127.0.0.1:0", "http://127.0.0.1:34567", false},
		{"127.0.0.1:8081", "http://127.0.0.1:8080", true},
		{":443", "https://[::1]:8443", true},
	} {
		if got := elsewhere(c.listen, c.url); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
