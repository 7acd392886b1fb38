package spool

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// What is damaged in the spool is never copied over the mirror's good file, however it
// is met, but put back from there, held or waiting as it was. Where both are damaged,
// both are kept, and told.
func TestMirrorHealsTheSpool(t *testing.T) {
	dir := t.TempDir()
	s := mirrored(t, dir, Options{})
	path := func(n int) string { return filepath.Join("new", "0-"+string(tipID(n))+".tip") }
	kept := func(n int) string { return filepath.Join("hold", filepath.Base(path(n))+keptSuffix) }
	for n := 1; n <= 6; n++ {
		put(t, s, n)
	}
	c := &Control{s.moves}
	if err := errors.Join(c.Hold(tipID(4)), c.Hold(tipID(5)), s.Rescan()); err != nil {
		t.Fatal(err)
	}
	s.tick()
	same(t, s)
	turn := func(path string, at int) {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[(len(b)+at)%len(b)] ^= 1
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	spool, mirror := s.path, s.mirror.at.path

	// While it runs: cut short, one bit of the tip, and both files of one.
	turn(filepath.Join(spool, path(2)), -1)
	if err := errors.Join(os.Truncate(filepath.Join(spool, path(1)), 500), os.Truncate(filepath.Join(spool, path(6)), 500),
		os.Truncate(filepath.Join(mirror, path(6)), 600)); err != nil {
		t.Fatal(err)
	}
	s.tick()
	if _, _, err := s.Read(tipID(2)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("one bit: %v", err)
	}
	s.mirror.follow()
	if st := s.Status(); st.Waiting != 3 || st.Held != 2 || st.Damaged != 3 || st.Mirror != "" || st.Strangers != 0 {
		t.Errorf("%+v", st)
	}
	for _, dir := range []string{spool, mirror} {
		if _, err := os.Lstat(filepath.Join(dir, "hold", filepath.Base(path(6))+damagedSuffix)); err != nil {
			t.Error(err)
		}
	}

	// While it does not: the envelope of one that waits, and held ones.
	s.Close()
	turn(filepath.Join(spool, path(3)), 20)
	turn(filepath.Join(spool, kept(4)), 20)
	if err := os.Truncate(filepath.Join(spool, kept(5)), 100); err != nil {
		t.Fatal(err)
	}
	s = mirrored(t, dir, Options{})
	s.tick()
	if st := s.Status(); st.Waiting != 3 || st.Held != 2 || st.Damaged != 6 || st.Mirror != "" || st.Strangers != 0 {
		t.Errorf("after a restart: %+v", st)
	}
	for n, path := range map[int]string{1: path(1), 2: path(2), 3: path(3), 4: kept(4), 5: kept(5)} {
		for _, dir := range []string{spool, mirror} {
			if _, b, err := readFile(filepath.Join(dir, filepath.Dir(path)), filepath.Base(path), false); err != nil || !bytes.Equal(b, sealed(n)) {
				t.Errorf("tip %d in %s: %d bytes, %v", n, filepath.Base(dir), len(b), err)
			}
		}
	}

	// Nor is a digest, or what a newer tipbox wrote, written over with what cannot be told to be whole.
	if err := errors.Join(s.SaveDigest("na-co-sa-unit", new(Digest)), os.WriteFile(filepath.Join(spool, "digest", "na-co-sa-unit.json"), []byte(`{"tips":`), 0o600),
		os.WriteFile(filepath.Join(spool, path(1)), []byte(`{"v":2}`+"\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	s.tick()
	if d, err := readDigest(filepath.Join(mirror, "digest", "na-co-sa-unit.json")); err != nil {
		t.Errorf("%+v, %v", d, err)
	}
	if _, _, err := readFile(filepath.Join(mirror, "new"), filepath.Base(path(1)), false); err != nil {
		t.Error(err)
	}
}

// A mirror of another spool that holds nothing any more but what is damaged is taken
// up, once the rest is adopted: nobody could ever take that out of it.
func TestDamagedIsNotForeign(t *testing.T) {
	dir := t.TempDir()
	s := mirrored(t, dir, Options{})
	put(t, s, 1)
	put(t, s, 2)
	if err := s.SaveDigest("na-co-sa-unit", new(Digest)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	mirror, name := s.mirror.at.path, "0-"+string(tipID(2))+".tip"
	if err := errors.Join(os.RemoveAll(s.path), os.Truncate(filepath.Join(mirror, "new", name), 500),
		os.WriteFile(filepath.Join(mirror, "digest", "na-co-sa-unit.json"), []byte("{"), 0o600)); err != nil {
		t.Fatal(err)
	}
	s = mirrored(t, dir, Options{})
	if st := s.Status(); st.Mirror != Foreign {
		t.Errorf("told as %q", st.Mirror)
	}
	a, err := desk(t, s.path).Adopt(mirror, "", 1, quietly)
	if err != nil || len(a.Taken) != 1 || len(a.Left) != 1 || a.Left[0].Name != filepath.Join("new", name) {
		t.Errorf("%+v, %v", a, err)
	}
	if err := s.Rescan(); err != nil {
		t.Fatal(err)
	}
	s.tick()
	if st := s.Status(); st.Mirror != "" || st.Waiting != 1 || st.Strangers != 0 {
		t.Errorf("%+v", st)
	}
	if got := names(t, filepath.Join(mirror, "hold")); len(got) != 1 || got[0] != name+damagedSuffix {
		t.Errorf("the mirror's hold/ has %v", got)
	}
	if got := names(t, filepath.Join(mirror, "digest")); len(got) > 0 {
		t.Errorf("the mirror's digest/ has %v", got)
	}
}
