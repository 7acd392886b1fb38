//go:build unix

package boxtest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"tipbox/intake/waittest"
)

// buildLimit is how long a build may take that finds nothing in the compiler's
// cache, on a busy machine.
const buildLimit = 8 * time.Minute

// Binary returns the path of tipbox as users have it, but for the race detector.
func Binary(t testing.TB) string {
	t.Helper()
	return build(t, "tipbox-race", nil, "-race", "./cmd/tipbox")
}

// Leaky returns the path of tipbox serve with leaks: see cmd/proof/traces/leaky.
func Leaky(t testing.TB) string {
	t.Helper()
	return build(t, "leaky-race", nil, "-race", "./cmd/proof/traces/leaky")
}

// HandedOut returns the path of a binary as .ci/dist builds it, but for its version.
func HandedOut(t testing.TB, tags string) string {
	t.Helper()
	return build(t, "tipbox-"+tags, []string{"CGO_ENABLED=0"}, "-tags", tags, "-trimpath", "-ldflags", "-s -w", "./cmd/tipbox")
}

// binaries are those that this process has asked for, by name.
var binaries sync.Map // of func() (string, error)

// build makes a binary in bin/test, once for all packages that are tested at a
// time: one builds, the others wait, and the compiler leaves alone what is new enough.
func build(t testing.TB, name string, env []string, args ...string) string {
	t.Helper()
	once, _ := binaries.LoadOrStore(name, sync.OnceValues(func() (string, error) {
		root, err := Root()
		if err != nil {
			return "", err
		}
		if err := read(root); err != nil {
			return "", err
		}
		dir := filepath.Join(root, "bin", "test")
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // binaries, nothing secret
			return "", err
		}
		unlock, err := lock(filepath.Join(dir, "lock"))
		if err != nil {
			return "", err
		}
		defer unlock()
		path := filepath.Join(dir, name)
		cmd := waittest.Slow(t, buildLimit, "go", append([]string{"build", "-buildvcs=false", "-o", path}, args...)...)
		cmd.Dir, cmd.Env = root, append(os.Environ(), env...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("building %s: %w\n%s", name, err, out)
		}
		return path, nil
	}))
	path, err := once.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// lock waits until no other process has the lock.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(buildLimit); ; time.Sleep(50 * time.Millisecond) { // the only way to wait for another process
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case err == nil:
			return func() { _ = f.Close() }, nil
		case !errors.Is(err, syscall.EWOULDBLOCK), time.Now().After(deadline):
			_ = f.Close()
			return nil, fmt.Errorf("waiting for what another package's tests build: %w", err)
		}
	}
}

// Root returns the path of the module.
func Root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("these tests run in a directory of the module")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// read lists the sources of the binary, so that go test knows that a result it
// has kept is of another one.
func read(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return err
		case d.Name() == "node_modules", d.Name() == "bin", d.Name() == ".git":
			return filepath.SkipDir
		}
		return nil
	})
}

// Need returns the path of a program that the test cannot do without.
func Need(t testing.TB, program string) string {
	t.Helper()
	for _, name := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not on this machine: make deps installs it", program)
	return ""
}

// NeedRoot skips a test that only root can run, and says what for.
func NeedRoot(t testing.TB, what string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skipf("needs root: %s", what)
	}
}
