package spool

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tipbox/intake/waittest"
)

// TestMirrorOnADisk goes through the life of a second disk, a real one: full, with room
// again, read-only, not mounted, another one in its place. No tip is refused, and in
// the end the mirror has each.
func TestMirrorOnADisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: it mounts a small disk")
	}
	dir := t.TempDir()
	mirror := filepath.Join(dir, "mirror")
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := waittest.Command(t, name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v: %s", name, args, err, out)
		}
	}
	mount := func() { t.Helper(); run("mount", "-t", "tmpfs", "-o", "size=128k,mode=700", "tmpfs", mirror) }
	if err := os.Mkdir(mirror, 0o700); err != nil {
		t.Fatal(err)
	}
	mount()
	t.Cleanup(func() { _ = exec.Command("umount", "-l", mirror).Run() }) // it may be away
	s := mirrored(t, dir, Options{})
	n, delivered := 0, 0
	more := func(tips int) {
		t.Helper()
		for range tips {
			n++
			put(t, s, n)
		}
	}
	is := func(want string) {
		t.Helper()
		s.tick()
		if st := s.Status(); st.Mirror != want || st.Waiting != n-delivered {
			t.Errorf("told as %q, want %q; %d wait of %d", st.Mirror, want, st.Waiting, n)
		}
	}
	is("")
	more(40) // 4 KiB each
	is(Disk)
	for id := 1; id <= 30; id++ {
		if err := s.Remove(tipID(id)); err != nil {
			t.Fatal(err)
		}
	}
	delivered = 30
	is("")
	same(t, s)
	s.mirror.unlock() // which keeps its disk busy
	run("mount", "-o", "remount,ro", mirror)
	more(1)
	is(Disk)
	run("mount", "-o", "remount,rw", mirror)
	is("")
	same(t, s)
	run("umount", "-l", mirror)
	more(1)
	is(Missing) // and nothing is put where it was
	if left := names(t, mirror); len(left) > 0 {
		t.Errorf("in the bare directory lies %v", left)
	}
	mount()
	is("")
	same(t, s)
}
