package spool

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"tipbox/intake"
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
	t.Cleanup(func() { _ = exec.CommandContext(context.Background(), "umount", "-l", mirror).Run() }) // it may be away
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
	is(Unmarked) // and nothing is put where it was
	if left := names(t, mirror); len(left) > 0 {
		t.Errorf("in the bare directory lies %v", left)
	}
	mount()
	is(Unmarked) // an empty one may be yet another bare directory, until a person says that it is new
	if err := os.Remove(filepath.Join(s.path, markFile)); err != nil {
		t.Fatal(err)
	}
	is("")
	same(t, s)
}

// What root adopts is the server's: it would else not be able to read it, nor would a
// dead server that comes back be able to clear away what was adopted.
func TestRootAdopts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root: it gives files away")
	}
	const tipbox, theirs = 4711, 4712
	dead := open(t, t.TempDir())
	put(t, dead, 1)
	if err := dead.SaveDigest("na-co-sa-unit", &Digest{Tips: []intake.ID{tipID(1)}}); err != nil {
		t.Fatal(err)
	}
	dead.Close()
	s := mirrored(t, t.TempDir(), Options{})
	give := func(dir string, to int) {
		t.Helper()
		if err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			return errors.Join(err, os.Chown(path, to, to))
		}); err != nil {
			t.Fatal(err)
		}
	}
	give(s.path, tipbox)
	give(s.mirror.at.path, tipbox)
	give(dead.path, theirs)
	if a, err := desk(t, s.path).Adopt(dead.path, s.mirror.at.path, 1, quietly); err != nil || len(a.Taken) != 1 || a.Digests != 1 || a.Unmirrored || a.Unmarked {
		t.Fatalf("%+v, %v", a, err)
	}
	for dir, owner := range map[string]uint32{s.path: tipbox, s.mirror.at.path: tipbox, dead.path: theirs} {
		if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			info, infoErr := d.Info()
			if infoErr == nil && info.Sys().(*syscall.Stat_t).Uid != owner {
				t.Errorf("%s belongs to %d, want %d", path, info.Sys().(*syscall.Stat_t).Uid, owner)
			}
			return errors.Join(err, infoErr)
		}); err != nil {
			t.Fatal(err)
		}
	}
}
