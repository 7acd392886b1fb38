package spool

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// What is no tip is listed with the directory that it lies in, and a held tip with
// whether a person put it there.
func TestListTellsWhere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	put(t, s, 2)
	if err := errors.Join(s.Hold(tipID(1)), desk(t, dir).Hold(tipID(2)),
		os.Mkdir(filepath.Join(dir, "hold", "a folder"), 0o700), os.Mkdir(filepath.Join(dir, "new", "another"), 0o700),
		os.WriteFile(filepath.Join(dir, "hold", "ghi-chu.txt"), []byte("x"), 0o600)); err != nil {
		t.Fatal(err)
	}
	items, err := desk(t, dir).List()
	if err != nil {
		t.Fatal(err)
	}
	type where struct{ held, kept, tip bool }
	want := map[string]where{
		"a folder": {held: true}, "another": {}, "ghi-chu.txt": {held: true},
		"0-" + string(tipID(1)) + ".tip":              {held: true, tip: true},
		"0-" + string(tipID(2)) + ".tip" + keptSuffix: {held: true, kept: true, tip: true},
	}
	if len(items) != len(want) {
		t.Errorf("%d items, want %d", len(items), len(want))
	}
	for _, i := range items {
		if got, w := (where{i.Held, i.Kept, i.Problem == nil}), want[i.Name]; got != w {
			t.Errorf("%s: %+v, want %+v", i.Name, got, w)
		}
	}
}
