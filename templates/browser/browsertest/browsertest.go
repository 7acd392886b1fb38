// Package browsertest runs Node, and with it the tests of the scripts in real browsers.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"tipbox/intake/waittest"
)

// Node returns a command that runs Node in templates/browser, which is at dir,
// and ends by itself after the limit. It fails the test if "npm ci" has not laid
// out what the lock file names.
func Node(t testing.TB, dir string, limit time.Duration, args ...string) *exec.Cmd {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "axe-core")); err != nil {
		t.Fatal("node_modules is missing or old: run npm ci --ignore-scripts in templates/browser, as make test does")
	}
	path, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("these tests need Node 18.18 or later: ", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // the tests' own
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "NODE_OPTIONS=--import=./test/node18.mjs")
	waittest.Tie(cmd, syscall.SIGTERM)
	// Asked to end, Node says what it was running, and takes its browsers along.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// Play runs test scripts, named by patterns in templates/browser, which is at
// dir, so many files at a time, and logs what they say. Each of their tests has
// its own end; all together end after the limit.
func Play(t testing.TB, dir string, limit time.Duration, files int, env []string, patterns ...string) {
	t.Helper()
	args := []string{"--test", "--test-concurrency=" + strconv.Itoa(files), "--test-reporter=spec"}
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(found) == 0 {
			t.Fatal("no tests found: ", pattern, err)
		}
		for _, path := range found {
			name, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			args = append(args, name)
		}
	}
	cmd := Node(t, dir, limit, args...)
	cmd.Env = append(cmd.Env, env...)
	begin := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("after %s of at most %s: %v\n%s", time.Since(begin).Round(time.Second), limit, err, out)
	}
	t.Logf("%s", out)
}
