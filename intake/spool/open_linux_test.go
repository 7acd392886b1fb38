package spool

import (
	"io/fs"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestReadingLeavesNoTime: that a tip was read to be mailed moves no time of
// last reading, of its file or of its directory: for one sent "now" that would
// be when it came.
func TestReadingLeavesNoTime(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := open(t, dir)
	put(t, s, 1)
	put(t, s, 2)
	if err := s.Reached(tipID(1), "a@example.vn"); err != nil {
		t.Fatal(err)
	}
	if err := s.Hold(tipID(2)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Read(tipID(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Rescan(); err != nil {
		t.Fatal(err)
	}
	desk, err := OpenControl(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	if items, err := desk.List(); len(items) != 2 || err != nil {
		t.Fatalf("%d items, %v", len(items), err)
	}
	type seen struct {
		path string
		at   time.Time
	}
	var all []seen
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info() // from before WalkDir itself reads the directory
		if err != nil {
			return err
		}
		st := info.Sys().(*syscall.Stat_t)
		all = append(all, seen{path, time.Unix(st.Atim.Unix())})
		return nil
	})
	if err != nil || len(all) != 7 {
		t.Fatalf("walked %v: %v", all, err)
	}
	for _, f := range all {
		if !f.at.Equal(epoch) {
			t.Errorf("%s was last read at %v", f.path, f.at)
		}
	}
}
