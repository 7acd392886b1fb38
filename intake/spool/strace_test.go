//go:build linux

package spool

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tipbox/intake/waittest"
)

const straceDir = "TIPBOX_TEST_STRACE_DIR"

// TestSystemCalls holds what the kernel is asked for when a tip is stored, and
// when it is delivered and a copy kept, as write.go has it, by tracing a process
// that does both.
func TestSystemCalls(t *testing.T) {
	if dir := os.Getenv(straceDir); dir != "" { // the traced process
		s := keeping(t, dir)
		put(t, s, 1)
		if err := s.Remove(tipID(1)); err != nil {
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
	dir := filepath.Join(t.TempDir(), "spool")
	keeping(t, dir).Close() // so that its making is not in the trace
	trace := filepath.Join(t.TempDir(), "trace")
	cmd := waittest.Command(t, strace, "-f", "-qq", "-y", "-o", trace,
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
	var want []*regexp.Regexp
	place := func(part, dir string) {
		for _, call := range []string{
			`openat\(.*tmp/PART", O_WRONLY\|O_CREAT\|O_EXCL\|O_CLOEXEC, 0600\)`,
			`write\(\d+<.*tmp/PART>, "\{\\"v\\":1,`,
			`write\(\d+<.*tmp/PART>, "sealed 1`,
			`utimensat\(.*tmp/PART", \[(\{tv_sec=0, tv_nsec=0\}( /\* [^*]* \*/)?(, )?){2}\]`,
			`fsync\(\d+<.*tmp/PART>\)`,
			`close\(\d+<.*tmp/PART>\)`,
			`rename(at|at2)?\(.*tmp/PART", .*DIR/` + regexp.QuoteMeta(name) + `"`,
			`utimensat\(.*/tmp", \[\{tv_sec=0`,
			`utimensat\(.*/DIR", \[\{tv_sec=0`,
			`openat\(.*/DIR", O_RDONLY\|O_CLOEXEC`,
			`fsync\(\d+<.*/DIR>\)`,
			`close\(\d+<.*/DIR>\)`,
		} {
			want = append(want, regexp.MustCompile(strings.NewReplacer("PART", regexp.QuoteMeta(part), "DIR", dir).Replace(call)))
		}
	}
	place("1.part", "new")
	want = append(want,
		regexp.MustCompile(`openat\(.*new/`+regexp.QuoteMeta(name)+`", O_RDONLY\|O_NOATIME\|O_CLOEXEC\)`),
		regexp.MustCompile(`close\(\d+<.*new/`+regexp.QuoteMeta(name)+`>\)`))
	place("2.part", `sent/\d{4}-\d\d-\d\d`)
	want = append(want,
		regexp.MustCompile(`unlinkat\(.*new/`+regexp.QuoteMeta(name)+`", 0\)`),
		regexp.MustCompile(`utimensat\(.*/tmp", \[\{tv_sec=0`),
		regexp.MustCompile(`utimensat\(.*/new", \[\{tv_sec=0`))
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
