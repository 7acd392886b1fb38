package main

import (
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tipbox/cmd/internal/boxtest"
	"tipbox/intake/waittest"
)

var (
	printedLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/t/ncs01`)
	printedOpen = regexp.MustCompile(`(?s)\n +(\S+ open -i .*?)\n\n`)
)

// TestDemo does what make run tells a newcomer to do, word by word, twice in one
// directory. One more beside it is refused and changes nothing.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	for _, text := range []string{"Lần đầu chạy thử.", "Hôm sau chạy lại."} {
		s := boxtest.Launch(t, exec.CommandContext(t.Context(), boxtest.HandedOut(t, ""), "demo", "--dir", dir, "--listen", "127.0.0.1:0"))
		waittest.Until(t, "it says what to do", func() bool { return printedOpen.MatchString(s.Said.String()) })
		said := s.Said.String()
		before := modified(t, dir)
		if out, err := waittest.Command(t, boxtest.HandedOut(t, ""), "demo", "--dir", dir, "--listen", "127.0.0.1:0").CombinedOutput(); err == nil ||
			!strings.Contains(string(out), "hint: stop the demo that runs with Ctrl-C") {
			t.Errorf("a second demo: %v\n%s", err, out)
		}
		if after := modified(t, dir); !maps.Equal(after, before) {
			t.Errorf("a second demo changed the files of the first: they were\n%v\nand are\n%v", before, after)
		}
		a, err := boxtest.NewVillager(t, printedLink.FindString(said)).Write(t.Context(), boxtest.Report(text))
		if err != nil || !a.Taken() {
			t.Fatalf("%v, answer %+v", err, a)
		}
		waittest.Until(t, "the mail is there", func() bool { return strings.Contains(s.Said.String(), "Thư mới / new mail: ") })
		out, err := waittest.Command(t, "sh", "-c", printedOpen.FindStringSubmatch(said)[1]).CombinedOutput()
		if err != nil || !strings.Contains(string(out), text) {
			t.Errorf("%v\n%s", err, out)
		}
		if desk, err := os.ReadFile(filepath.Join(dir, "doc-tin.html")); err != nil || !strings.Contains(string(desk), "Đồn Biên phòng Na Cô Sa") {
			t.Errorf("the desk knows no unit: %v", err)
		}
		s.Stop()
	}
}

// modified returns when each file below the directory was last written.
func modified(t *testing.T, dir string) map[string]time.Time {
	t.Helper()
	times := make(map[string]time.Time)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			times[path] = info.ModTime()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return times
}

// TestDemoLeavesOthersAlone: in a directory that is not the demo's own, a real
// box above all, nothing is touched.
func TestDemoLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	_, flags := boxtest.Recruit(t)
	config := boxtest.Init(t, boxtest.MailServer(t, nil), "", flags...)
	before, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{filepath.Dir(config), ""} {
		out, err := waittest.Command(t, boxtest.HandedOut(t, ""), "demo", "--dir", dir, "--listen", "127.0.0.1:0").CombinedOutput()
		if err == nil {
			t.Errorf("the demo ran in %q\n%s", dir, out)
		}
	}
	if after, err := os.ReadFile(config); err != nil || string(after) != string(before) {
		t.Errorf("%v: tipbox.toml was\n%s\nand is\n%s", err, before, after)
	}
}
