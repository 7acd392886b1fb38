// Package waittest waits in tests for what other goroutines, processes and
// machines do: never for ever, and whoever waited in vain is told for what.
// Tests in a synctest bubble need none of it: there a deadlock ends by itself.
package waittest

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Limit is how long one thing may take. It is long, as the machine may be busy
// with other tests, and well inside what a package of tests has.
const Limit = 2 * time.Minute

// For returns what comes on a channel, or its zero value when it is closed, and
// fails the test if nothing does.
func For[T any](t testing.TB, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(Limit):
		t.Fatalf("waited %v in vain: %s", Limit, what)
		panic("not reached")
	}
}

// Until asks again and again whether another process has done something.
func Until(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.After(Limit); !done(); {
		select {
		case <-deadline:
			t.Fatalf("waited %v in vain: %s", Limit, what)
		case <-time.After(5 * time.Millisecond): // the only way to wait for another process
		}
	}
}

// Command is exec.CommandContext for a program that ends soon by itself, and is
// killed if it does not.
func Command(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	return Slow(t, Limit, name, args...)
}

// Slow is Command with a limit of its own: for the Go compiler, with nothing in
// its cache.
func Slow(t testing.TB, limit time.Duration, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit) // also for what a Cleanup runs
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the tests' own
	Tie(cmd, syscall.SIGKILL)
	cmd.WaitDelay = 5 * time.Second // a grandchild may hold its output open
	cmd.Cancel = func() error {
		if ctx.Err() == context.DeadlineExceeded {
			t.Errorf("waited %v in vain: the end of %s %s", limit, name, strings.Join(args, " "))
		}
		return cmd.Process.Kill()
	}
	return cmd
}

// Dial connects to a server. The connection fails after the limit, whatever is
// done with it.
func Dial(network, addr string) (net.Conn, error) {
	c, err := net.DialTimeout(network, addr, Limit) //nolint:noctx // it has a limit
	if err != nil {
		return nil, err
	}
	return c, c.SetDeadline(time.Now().Add(Limit))
}

// Client returns an HTTP client whose requests end within the limit; a nil line
// is http.DefaultTransport.
func Client(line http.RoundTripper) *http.Client {
	return &http.Client{Transport: line, Timeout: Limit}
}
