//go:build linux

package spool

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const straceDir = "TIPBOX_TEST_STRACE_DIR"

// TestSystemCalls holds what the kernel is asked for when a tip is stored, as
// write.go has it, by tracing a process that does it.
func TestSystemCalls(t *testing.T) {
	if dir := os.Getenv(straceDir); dir != "" { // the traced process
		s := open(t, dir)
		put(t, s, 1)
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
	dir := filepath.Join(t.TempDir(), "spool")
	open(t, dir).Close() // so that its making is not in the trace
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := exec.Command(strace, "-f", "-qq", "-y", "-o", trace,
		"-e", "trace=openat,write,utimensat,fsync,fdatasync,close,rename,renameat,renameat2,linkat,unlinkat,ftruncate",
		self, "-test.run=^TestSystemCalls$")
	cmd.Env = append(os.Environ(), straceDir+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tracing: %v\n%s", err, out)
	}
	b, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	name := "0-" + string(tipID(1)) + ".tip"
	want := []*regexp.Regexp{
		regexp.MustCompile(`openat\(.*tmp/1\.part", O_WRONLY\|O_CREAT\|O_EXCL\|O_CLOEXEC, 0600\)`),
		regexp.MustCompile(`write\(\d+<.*tmp/1\.part>, "\{\\"v\\":1,`),
		regexp.MustCompile(`write\(\d+<.*tmp/1\.part>, "sealed 1`),
		regexp.MustCompile(`utimensat\(.*tmp/1\.part", \[(\{tv_sec=0, tv_nsec=0\}( /\* [^*]* \*/)?(, )?){2}\]`),
		regexp.MustCompile(`fsync\(\d+<.*tmp/1\.part>\)`),
		regexp.MustCompile(`close\(\d+<.*tmp/1\.part>\)`),
		regexp.MustCompile(`rename(at|at2)?\(.*tmp/1\.part", .*new/` + regexp.QuoteMeta(name) + `"`),
		regexp.MustCompile(`utimensat\(.*/tmp", \[\{tv_sec=0`),
		regexp.MustCompile(`utimensat\(.*/new", \[\{tv_sec=0`),
		regexp.MustCompile(`openat\(.*/new", O_RDONLY\|O_CLOEXEC`),
		regexp.MustCompile(`fsync\(\d+<.*/new>\)`),
		regexp.MustCompile(`close\(\d+<.*/new>\)`),
	}
	// The calls from the making of the temporary file on; a call that another
	// thread's line cuts in two is told by its beginning.
	_, rest, found := strings.Cut(string(b), "tmp/1.part")
	start := strings.LastIndex(string(b)[:len(b)-len(rest)], "\n") + 1
	if !found {
		t.Fatalf("no temporary file in the trace:\n%s", b)
	}
	i := 0
	for line := range strings.SplitSeq(string(b)[start:], "\n") {
		ours := strings.Contains(line, dir) && !strings.Contains(line, "resumed>")
		if !ours || i == len(want) {
			continue
		}
		line = strings.Replace(line, " <unfinished ...>", ")", 1)
		if !want[i].MatchString(line) {
			t.Fatalf("call %d is\n%s\nwant %s\ntrace:\n%s", i+1, line, want[i], string(b)[start:])
		}
		i++
	}
	if i != len(want) {
		t.Errorf("only %d of %d calls in\n%s", i, len(want), string(b)[start:])
	}
}
