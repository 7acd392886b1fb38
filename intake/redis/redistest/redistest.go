//go:build unix

// Package redistest runs a real redis-server for tests, on a free loopback
// port, and ends it with them.
package redistest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"tipbox/intake/porttest"
	"tipbox/intake/waittest"
)

// Server is a running redis-server.
type Server struct {
	Addr string // host:port
	User string // who Do and Info log in as, and the password: "NAME PASSWORD"; "" for nobody
	t    testing.TB
	args []string
	cmd  *exec.Cmd
	over chan struct{} // closed when cmd ended
}

// Start runs a redis-server that writes nothing to disk, with more settings as
// on its command line ("--maxmemory", "1mb"). Where the program is missing, the
// test fails.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := &Server{Addr: "127.0.0.1:" + porttest.FreePort(t), t: t}
	s.args = append([]string{
		"--bind", "127.0.0.1", "--port", s.Port(), "--dir", t.TempDir(), "--save", "", "--appendonly", "no",
	}, settings...)
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

// StartSentinel runs a Sentinel that alone decides when the master, which it
// knows by the name, is down, and that decides quickly.
func StartSentinel(t testing.TB, name string, master *Server) *Server {
	t.Helper()
	s := &Server{Addr: "127.0.0.1:" + porttest.FreePort(t), t: t}
	conf := filepath.Join(t.TempDir(), "sentinel.conf") // it writes into it what it learns
	text := fmt.Sprintf("port %s\nbind 127.0.0.1\nsentinel monitor %s 127.0.0.1 %s 1\n"+
		"sentinel down-after-milliseconds %[2]s 200\nsentinel failover-timeout %[2]s 2000\n", s.Port(), name, master.Port())
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.args = []string{conf, "--sentinel"}
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

// StartFile runs redis-server as a configuration file says, which names the port;
// with "--sentinel" after it a Sentinel.
func StartFile(t testing.TB, port, conf, user string, more ...string) *Server {
	t.Helper()
	s := &Server{Addr: "127.0.0.1:" + port, User: user, t: t, args: append([]string{conf}, more...)}
	t.Cleanup(s.Kill)
	s.Start()
	return s
}

// URL returns what tipbox.toml wants as redis.url.
func (s *Server) URL() string { return "redis://" + s.Addr + "/0" }

// Port returns the port that the server listens on.
func (s *Server) Port() string {
	_, port, _ := net.SplitHostPort(s.Addr)
	return port
}

// Start runs the server again, empty, on its old port, after Kill.
func (s *Server) Start() {
	s.t.Helper()
	s.Restart()
}

// Restart is Start with more settings, for this time only.
func (s *Server) Restart(settings ...string) {
	s.t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatalf("this test needs redis-server (Debian: redis-server): %v", err)
	}
	var out strings.Builder
	s.cmd = exec.Command(path, slices.Concat(s.args, settings)...) //nolint:noctx,gosec // it ends by Kill; the tests' own settings
	s.cmd.Stdout, s.cmd.Stderr = &out, &out
	waittest.Tie(s.cmd, syscall.SIGKILL)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatalf("starting redis-server: %v", err)
	}
	s.over = make(chan struct{})
	go func() {
		_ = s.cmd.Wait()
		close(s.over)
	}()
	for deadline := time.After(time.Minute); !s.answers(); {
		select {
		case <-s.over:
			s.t.Fatalf("redis-server ended at once:\n%s", out.String())
		case <-deadline:
			s.t.Fatal("redis-server does not answer")
		case <-time.After(5 * time.Millisecond): // the only way to wait for another program's socket
		}
	}
}

// answers reports whether the server speaks its protocol, even if only to
// refuse a client without a password.
func (s *Server) answers() bool {
	_, err := s.Do("PING")
	return err == nil
}

// Do sends one command without spaces in its words and returns the first line
// of the answer, errors included: enough to ask a server in a test without a
// client library.
func (s *Server) Do(words ...string) (string, error) {
	return s.send(strings.Join(words, " "), func(r *bufio.Reader) (string, error) {
		line, err := r.ReadString('\n')
		return strings.TrimSpace(line), err
	})
}

func (s *Server) send(command string, read func(*bufio.Reader) (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return "", err
	}
	answers := bufio.NewReader(conn)
	if s.User != "" {
		if _, err := fmt.Fprintf(conn, "AUTH %s\r\n", s.User); err != nil {
			return "", err
		}
		if got, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(got, "+OK") {
			return got, err
		}
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return "", err
	}
	return read(answers)
}

// Info returns one value of a section of INFO, or "".
func (s *Server) Info(section, name string) string {
	all, _ := s.send("INFO "+section, func(r *bufio.Reader) (string, error) {
		head, err := r.ReadString('\n') // $ and the length
		n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(head, "$")))
		body := make([]byte, max(0, n))
		if err == nil {
			_, err = io.ReadFull(r, body)
		}
		return string(body), err
	})
	for line := range strings.Lines(all) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+":"); ok {
			return value
		}
	}
	return ""
}

// Kill ends the server as a crash would. It may be called again.
func (s *Server) Kill() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	waittest.For(s.t, s.over, "the end of a redis-server that was killed")
	s.cmd = nil
}

// Hang stops the server without closing a connection, until Resume.
func (s *Server) Hang() { s.signal(syscall.SIGSTOP) }

// Resume ends Hang.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("signalling redis-server: %v", err)
	}
}
