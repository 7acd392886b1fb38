package spool

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"tipbox/intake"
)

func desk(t *testing.T, dir string) *Control {
	t.Helper()
	d, err := OpenControl(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestControlBesideAServer(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for n := 1; n <= 3; n++ {
		put(t, s, n)
	}
	s.Changes()
	d := desk(t, dir)
	changes := func(want map[intake.ID]bool) {
		t.Helper()
		if err := s.Rescan(); err != nil {
			t.Fatal(err)
		}
		got := s.Changes()
		if len(got) != len(want) {
			t.Errorf("changes %v, want %v", got, want)
		}
		for id, again := range want {
			if g, ok := got[id]; !ok || g != again {
				t.Errorf("changes %v, want %v", got, want)
			}
		}
	}
	changes(nil)

	if err := d.Hold(tipID(1)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Read(tipID(1)); !errors.Is(err, ErrNotHere) {
		t.Errorf("a tip just held reads as %v", err)
	}
	changes(map[intake.ID]bool{tipID(1): false})
	if e, ok := s.Lookup(tipID(1)); !ok || !e.Held {
		t.Errorf("the server knows of it as %+v, %v", e, ok)
	}
	if err := s.Put(envelope(1), sealed(1)); !errors.Is(err, intake.ErrSpooled) {
		t.Errorf("a held tip again: %v", err)
	}
	for _, err := range []error{d.Hold(tipID(1)), d.Retry(tipID(1)), d.Release(tipID(2)), d.Hold(tipID(9))} {
		if !errors.Is(err, ErrNotHere) {
			t.Errorf("got %v, want ErrNotHere", err)
		}
	}
	if err := d.Release(tipID(1)); err != nil {
		t.Fatal(err)
	}
	changes(map[intake.ID]bool{tipID(1): false})

	if err := errors.Join(d.Retry(tipID(2)), d.Retry(tipID(2))); err != nil {
		t.Fatal(err)
	}
	changes(map[intake.ID]bool{tipID(2): true})
	if err := d.RetryAll(); err != nil {
		t.Fatal(err)
	}
	changes(map[intake.ID]bool{tipID(1): true, tipID(2): true, tipID(3): true})
	if left := names(t, filepath.Join(dir, "tmp")); len(left) > 0 {
		t.Errorf("tmp/ has %v", left)
	}

	// Taken away by hand: the server forgets it.
	if err := os.Remove(filepath.Join(dir, "new", "0-"+string(tipID(3))+".tip")); err != nil {
		t.Fatal(err)
	}
	changes(map[intake.ID]bool{tipID(3): false})
	if _, ok := s.Lookup(tipID(3)); ok {
		t.Error("a tip that is gone is still known")
	}
}

// TestHeldWhileUnderWay: an operator holds a tip that the runner is mailing.
func TestHeldWhileUnderWay(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	put(t, s, 2)
	d := desk(t, dir)
	if err := errors.Join(d.Hold(tipID(1)), d.Hold(tipID(2))); err != nil {
		t.Fatal(err)
	}
	// The first went to one of two: noted where it is now, and nowhere else.
	if err := s.Reached(tipID(1), "a@example.vn"); err != nil {
		t.Fatal(err)
	}
	if e, err := d.Show(tipID(1)); err != nil || !e.Held || len(e.Reached) != 1 {
		t.Errorf("shown as %+v, %v", e, err)
	}
	// The second went to all: it is gone, and cannot be released to go again.
	if err := s.Remove(tipID(2)); err != nil {
		t.Fatal(err)
	}
	if err := d.Release(tipID(2)); !errors.Is(err, ErrNotHere) {
		t.Errorf("releasing a delivered tip: %v", err)
	}
	if items, err := d.List(); err != nil || len(items) != 1 {
		t.Errorf("listed %+v, %v", items, err)
	}
}

// TestControlAndServerAtOnce lets both pull at the same tips: each stays one file.
func TestControlAndServerAtOnce(t *testing.T) {
	const tips = 10
	dir := t.TempDir()
	s := open(t, dir)
	for n := range tips {
		put(t, s, n)
	}
	var wg sync.WaitGroup
	for range 2 {
		d := desk(t, dir)
		wg.Go(func() {
			for n := range tips * 5 {
				_ = d.Hold(tipID(n % tips))
				_ = d.Release(tipID(n % tips))
			}
		})
	}
	for n := range tips * 5 {
		if err := s.Reached(tipID(n%tips), string(rune('a'+n/tips))+"@example.vn"); err != nil {
			t.Error(err)
		}
		if err := s.Rescan(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	items, err := desk(t, dir).List()
	if err != nil || len(items) != tips {
		t.Errorf("%d tips, want %d: %v", len(items), tips, err)
	}
	for _, i := range items {
		if i.Problem != nil || len(i.Reached) != 5 {
			t.Errorf("%+v", i)
		}
	}
}

func TestListOrder(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	for n, change := range map[int]func(*intake.Envelope){
		2: func(e *intake.Envelope) { e.NotBefore = time.Unix(1795442706, 0) },
		3: func(e *intake.Envelope) { e.Urgent = true },
		4: func(*intake.Envelope) {},
	} {
		e := envelope(n)
		change(&e)
		if err := s.Put(e, sealed(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Hold(tipID(4)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hold", "x"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	items, err := desk(t, dir).List()
	if err != nil || len(items) != 5 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	for i, id := range []intake.ID{"", tipID(4), tipID(3), tipID(1), tipID(2)} {
		if items[i].ID != id {
			t.Errorf("item %d is %q, want %q", i, items[i].ID, id)
		}
	}
	if !errors.Is(items[0].Problem, ErrCorrupt) {
		t.Errorf("the odd file's problem: %v", items[0].Problem)
	}
}

func TestControlWithoutASpool(t *testing.T) {
	if _, err := OpenControl(filepath.Join(t.TempDir(), "spool")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
