package spool

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tipbox/intake"
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

// Every command says of a tip that is not there that it is not, and where the spool
// cannot be read, that.
func TestControlOfNothing(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	d := desk(t, dir)
	show := func(c *Control, id intake.ID) error { _, err := c.Show(id); return err }
	commands := map[string]func(*Control, intake.ID) error{
		"show": show, "hold": (*Control).Hold, "release": (*Control).Release, "retry": (*Control).Retry, "resend": (*Control).Resend,
	}
	for name, command := range commands {
		if err := command(d, tipID(1)); !errors.Is(err, ErrNotHere) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "hold")); err != nil {
		t.Fatal(err)
	}
	for name, command := range commands {
		if err := command(d, tipID(1)); err == nil || errors.Is(err, ErrNotHere) {
			t.Errorf("%s without a directory: %v", name, err)
		}
	}
	if _, err := d.List(); err == nil {
		t.Error("list without a directory")
	}
	if err := os.RemoveAll(filepath.Join(dir, "tmp")); err != nil {
		t.Fatal(err)
	}
	if err := d.RetryAll(); err == nil {
		t.Error("retry without a directory")
	}
}
