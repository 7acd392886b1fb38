//go:build linux

package durable_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tipbox/intake/durable"
	"tipbox/intake/waittest"
)

const straceDir = "TIPBOX_TEST_STRACE_DIR"

// TestSystemCalls traces a process that writes a file, replaces it, and is the first to write another: whether the
// disk was asked to keep the content and then the name, nothing else can tell
// before the power fails.
func TestSystemCalls(t *testing.T) {
	if dir := os.Getenv(straceDir); dir != "" { // the traced process
		path := filepath.Join(dir, "khoa")
		if err := durable.WriteNew(path, []byte("first")); err != nil {
			t.Fatal(err)
		}
		if err := durable.Replace(path, []byte("second"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := durable.WriteFirst(filepath.Join(dir, "dau"), []byte("third")); err != nil {
			t.Fatal(err)
		}
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is needed: apt-get install strace")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, trace := t.TempDir(), filepath.Join(t.TempDir(), "trace")
	cmd := waittest.Command(t, strace, "-f", "-qq", "-y", "-o", trace, "-e", "trace=write,fsync,rename,renameat,renameat2,link,linkat",
		self, "-test.run=^TestSystemCalls$")
	cmd.Env = append(os.Environ(), straceDir+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tracing: %v\n%s", err, out)
	}
	b, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	var calls []string
	for line := range strings.SplitSeq(string(b), "\n") {
		if strings.Contains(line, dir) && !strings.Contains(line, "resumed>") {
			calls = append(calls, line)
		}
	}
	want := []string{
		`write\(\d+<DIR/khoa>, "first"`, `fsync\(\d+<DIR/khoa>`, `fsync\(\d+<DIR>`,
		`write\(\d+<DIR/khoa\.new>, "second"`, `fsync\(\d+<DIR/khoa\.new>`, `rename.*DIR/khoa\.new", .*DIR/khoa"`, `fsync\(\d+<DIR>`,
		`write\(\d+<DIR/dau\.\w+>, "third"`, `fsync\(\d+<DIR/dau\.\w+>`, `link.*DIR/dau\.\w+", .*DIR/dau"`, `fsync\(\d+<DIR>`,
	}
	if len(calls) != len(want) {
		t.Fatalf("%d calls, want %d:\n%s", len(calls), len(want), strings.Join(calls, "\n"))
	}
	for i, w := range want {
		if !regexp.MustCompile(strings.ReplaceAll(w, "DIR", regexp.QuoteMeta(dir))).MatchString(calls[i]) {
			t.Errorf("call %d is\n%s\nwant %s", i+1, calls[i], w)
		}
	}
}
