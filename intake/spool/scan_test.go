package spool

import (
	"os"
	"path/filepath"
	"testing"
)

// A tip that a crash has left both waiting and held waits: the copy in hold/ must
// not keep the one in new/ from being mailed.
func TestTwoFilesOfOneTip(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	s.Close()
	name := "0-" + string(tipID(1)) + ".tip"
	if err := os.Link(filepath.Join(dir, "new", name), filepath.Join(dir, "hold", name)); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	for range 2 {
		if e, ok := s.Lookup(tipID(1)); !ok || e.Held {
			t.Errorf("%+v, %v", e, ok)
		}
		if err := s.rescan(); err != nil {
			t.Fatal(err)
		}
	}
	if st := s.Status(); st.Waiting != 1 || st.Held != 0 || st.Damaged != 0 {
		t.Errorf("status %+v", st)
	}
	// Once it is delivered the other is found, and sent again rather than lost.
	if err := s.Remove(tipID(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.rescan(); err != nil {
		t.Fatal(err)
	}
	if st := s.Status(); st.Waiting != 0 || st.Held != 1 {
		t.Errorf("after the delivery: status %+v", st)
	}
}

// A waiting tip whose file cannot be read back is told, not noted as reached, and
// stays: the addresses that have it are written down again once the disk gives it.
func TestReachedUnreadable(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	path := filepath.Join(dir, "new", "0-"+string(tipID(1))+".tip")
	if err := os.Rename(path, path+"-"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{\"v\":1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Reached(tipID(1), "one@example.vn"); err == nil {
		t.Error("noted in a file that is damaged")
	}
	if err := os.Rename(path+"-", path); err != nil {
		t.Fatal(err)
	}
	if err := s.Reached(tipID(1), "one@example.vn"); err != nil {
		t.Error(err)
	}
	if e, b, err := s.Read(tipID(1)); err != nil || len(b) != len(sealed(1)) || len(e.Reached) != 1 {
		t.Errorf("%+v, %v", e, err)
	}
}
