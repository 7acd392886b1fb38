//go:build unix

// Package boxtest runs the real binary as an operator would, in a directory of
// its own, and plays the villager at one end of the line and the officer at the
// other. It is for tests alone.
package boxtest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tipbox/intake/spool"
	"tipbox/intake/waittest"
)

// Where /tmp is in memory, serve refuses a data_dir there.
func init() {
	if volatile, err := spool.Volatile(os.TempDir()); err == nil && volatile {
		_ = os.Setenv("TMPDIR", "/var/tmp")
	}
}

// Tipbox runs one command to its end and returns its stdout.
func Tipbox(t testing.TB, args ...string) string {
	t.Helper()
	cmd := waittest.Command(t, Binary(t), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("tipbox %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	return stdout.String()
}

// Server is a process that serves.
type Server struct {
	URL   string // of the form's listener, without a slash at the end
	Admin string // of the admin listener
	Cmd   *exec.Cmd
	Said  *Output // stdout and stderr

	t     testing.TB
	ended chan struct{} // closed when the process has
	err   error         // how
}

var listening = regexp.MustCompile(`(?m)^(form|admin) on (http\S+)$`)

// Serve starts tipbox serve and returns once it takes tips. It is killed when
// the test ends, if it still runs.
func Serve(t testing.TB, config string, args ...string) *Server {
	t.Helper()
	return Start(t, exec.CommandContext(t.Context(), Binary(t), append([]string{"serve", "-c", config}, args...)...)) //nolint:gosec // the tests' own
}

// Launch starts a command, which is killed when the test ends, if it still runs.
func Launch(t testing.TB, cmd *exec.Cmd) *Server {
	t.Helper()
	s := &Server{t: t, Cmd: cmd, Said: new(Output), ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = s.Said, s.Said
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	// A box that serves has its standard error to itself: see intake/quiet.
	cmd.Env = append(cmd.Env, "GORACE=log_path=stdout")
	cmd.WaitDelay = 5 * time.Second // a child of its own may hold its output open
	waittest.Tie(cmd, syscall.SIGKILL)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.err = cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(s.Kill)
	return s
}

// Start is Serve for any command that ends in tipbox serve.
func Start(t testing.TB, cmd *exec.Cmd) *Server {
	t.Helper()
	s := Launch(t, cmd)
	s.Listens()
	return s
}

// Listens waits until a box that was launched says where it listens.
func (s *Server) Listens() {
	t := s.t
	t.Helper()
	waittest.Until(t, "tipbox serve says where it listens", func() bool {
		for _, m := range listening.FindAllStringSubmatch(s.Said.String(), -1) {
			if m[1] == "form" {
				s.URL = m[2]
			} else {
				s.Admin = m[2]
			}
		}
		select {
		case <-s.ended:
			t.Fatalf("tipbox serve ended at once: %v\n%s", s.err, s.Said)
		default:
		}
		return s.URL != "" && s.Admin != ""
	})
}

// Kill ends the server as a power cut does.
func (s *Server) Kill() {
	_ = s.Cmd.Process.Kill()
	waittest.For(s.t, s.ended, "the end of a process that was killed")
}

// End waits until the server has ended and returns how.
func (s *Server) End() error {
	s.t.Helper()
	waittest.For(s.t, s.ended, "the end of tipbox serve")
	return s.err
}

// Signal sends a signal.
func (s *Server) Signal(sig os.Signal) {
	s.t.Helper()
	if err := s.Cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// Stop asks the server to end, as systemd does, and holds that it ends well.
func (s *Server) Stop() {
	s.t.Helper()
	s.Signal(syscall.SIGTERM)
	if err := s.End(); err != nil {
		s.t.Errorf("tipbox serve ended with %v\n%s", err, s.Said)
	}
}

// Health asks the admin listener: the status code, and each part's state with
// what is said of it.
func (s *Server) Health(path string) (code int, parts map[string]string) {
	s.t.Helper()
	resp, err := waittest.Client(nil).Get(s.Admin + path) //nolint:noctx // the client has a limit
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var report struct {
		Parts []struct{ Name, Status, Detail string }
	}
	if err := json.NewDecoder(resp.Body).Decode(&report); err != nil {
		s.t.Fatal(err)
	}
	parts = make(map[string]string)
	for _, p := range report.Parts {
		parts[p.Name] = strings.TrimSpace(p.Status + " " + p.Detail)
	}
	return resp.StatusCode, parts
}

// Is waits until a part is said to be in a state that begins like this.
func (s *Server) Is(part, state string) {
	s.t.Helper()
	waittest.Until(s.t, part+" is "+state, func() bool {
		_, parts := s.Health("/healthz")
		return strings.HasPrefix(parts[part], state)
	})
}

// Output is what a process has printed so far.
type Output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
