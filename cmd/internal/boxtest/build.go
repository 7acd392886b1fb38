//go:build unix

package boxtest

import (
	"errors"
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

// binaries are those that this process has asked for, by package.
var binaries sync.Map // of func() (string, error)

// Binary returns the path of tipbox as users have it, but for the race detector.
func Binary(t testing.TB) string {
	t.Helper()
	return build(t, "tipbox", "./cmd/tipbox")
}

// Leaky returns the path of tipbox serve with leaks: see cmd/proof/traces/leaky.
func Leaky(t testing.TB) string {
	t.Helper()
	return build(t, "leaky", "./cmd/proof/traces/leaky")
}

// build makes a binary with the race detector in bin/test, once for all packages
// that are tested at a time: one builds, the others wait, and the compiler leaves
// alone what is new enough.
func build(t testing.TB, name, pkg string) string {
	t.Helper()
	once, _ := binaries.LoadOrStore(pkg, sync.OnceValues(func() (string, error) {
		root, err := Root()
		if err != nil {
			return "", err
		}
		if err := read(root); err != nil {
			return "", err
		}
		dir := filepath.Join(root, "bin", "test")
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return "", err
		}
		lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return "", err
		}
		defer lock.Close()
		deadline := time.Now().Add(buildLimit)
		for syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
			if time.Now().After(deadline) {
				return "", errors.New("another package's tests build for ever")
			}
			time.Sleep(50 * time.Millisecond) // the only way to wait for another process
		}
		path := filepath.Join(dir, name)
		cmd := waittest.Slow(t, buildLimit, "go", "build", "-race", "-buildvcs=false", "-o", path, pkg)
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", errors.New("building " + pkg + ": " + err.Error() + "\n" + string(out))
		}
		return path, nil
	}))
	path, err := once.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
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
