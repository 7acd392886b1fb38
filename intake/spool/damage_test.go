package spool

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tipbox/intake"
)

// Whatever bit of a file has turned: the tip is not handed out for mailing, its
// file is kept, and somebody is told. Only letters whose case means nothing (of
// the envelope's field names) may turn.
func TestFlippedBit(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	e := envelope(1)
	e.Urgent = true
	if err := s.Put(e, []byte("age-encryption.org/v1 sealed")); err != nil {
		t.Fatal(err)
	}
	if err := s.Reached(tipID(1), "a@example.vn"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	path := filepath.Join(dir, "new", "0-"+string(tipID(1))+".tip")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, wantSealed, err := readFile(filepath.Join(dir, "new"), filepath.Base(path), false)
	if err != nil {
		t.Fatal(err)
	}
	same := 0
	for i := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[i/8] ^= 1 << (i % 8)
		got, sealed, err := decodeFile(filepath.Base(path), bytes.NewReader(bad), int64(len(bad)), false)
		switch {
		case errors.Is(err, ErrCorrupt), errors.Is(err, ErrNewer):
		case err != nil:
			t.Errorf("bit %d: %v", i, err)
		case !bytes.Equal(sealed, wantSealed) || got.Envelope != want.Envelope || len(got.Reached) != 1 || got.Reached[0] != "a@example.vn":
			t.Fatalf("bit %d of %q is taken for good: %+v", i, bad, got)
		default:
			same++
		}
	}
	if same > 80 {
		t.Errorf("%d flipped bits of %d change nothing", same, len(good)*8)
	}

	for what, at := range map[string]int{"tip": len(good) - 1, "address": bytes.Index(good, []byte("a@example")), "unit": bytes.Index(good, []byte("na-co-sa"))} {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir)
		if _, _, err := s.Read(tipID(1)); err == nil {
			t.Errorf("%s: a tip with a flipped bit can be read", what)
		}
		if st := s.Status(); st.Damaged != 1 || st.Waiting != 0 {
			t.Errorf("%s: status %+v", what, st)
		}
		s.Close()
		kept := path[:len(path)-len("new/0-TB-0000-0001.tip")] + "hold/" + filepath.Base(path) + damagedSuffix
		if b, err := os.ReadFile(kept); err != nil || !bytes.Equal(b, bad) {
			t.Errorf("%s: the file is not kept: %v", what, err)
		}
		if err := os.Remove(kept); err != nil {
			t.Fatal(err)
		}
	}
}

// A file of before the checksums is read unchecked, and what an older tipbox makes
// of a new one is ErrNewer: it leaves it alone.
func TestFilesOfBeforeTheChecksums(t *testing.T) {
	old := `{"v":1,"id":"TB-0000-0001","unit":"na-co-sa","audience":"unit","urgent":false,"not_before":0,"size":6}` + "\nsealed"
	name := "0-TB-0000-0001.tip"
	if _, sealed, err := decodeFile(name, strings.NewReader(old), int64(len(old)), false); err != nil || string(sealed) != "sealed" {
		t.Errorf("%q, %v", sealed, err)
	}
	withSum := strings.Replace(old, "}", `,"sha256":"3b8e9ae4cba5be2a9a44ab9ad6a1eb0a10d7bb2e4ea1d6ad7fd7c8f7a57a0d3e"}`, 1)
	if _, _, err := decodeFile(name, strings.NewReader(withSum), int64(len(withSum)), false); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a wrong checksum: %v", err)
	}
	future := strings.Replace(old, "}", `,"haste":"much"}`, 1)
	if _, _, err := decodeFile(name, strings.NewReader(future), int64(len(future)), false); !errors.Is(err, ErrNewer) {
		t.Errorf("a field to come: %v", err)
	}
}

// What a person holds and what the mail server refused are told from each other,
// across a restart, whoever moves it.
func TestKeptAndRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for n := 1; n <= 3; n++ {
		put(t, s, n)
	}
	d := desk(t, dir)
	if err := errors.Join(s.Hold(tipID(1)), s.Hold(tipID(2)), d.Hold(tipID(2)), d.Hold(tipID(3))); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir)
	if err := s.ReleaseRefused(); err != nil {
		t.Fatal(err)
	}
	state := func() (list []string) {
		for n := 1; n <= 3; n++ {
			e, _ := s.Lookup(tipID(n))
			list = append(list, map[[2]bool]string{{}: "waiting", {true}: "refused", {true, true}: "kept"}[[2]bool{e.Held, e.Kept}])
		}
		return list
	}
	if got := strings.Join(state(), " "); got != "waiting kept kept" {
		t.Error(got)
	}
	if err := s.Reached(tipID(3), "a@example.vn"); err != nil { // was on its way when it was held
		t.Fatal(err)
	}
	if e, err := d.Show(tipID(3)); err != nil || !e.Kept || len(e.Reached) != 1 {
		t.Errorf("%+v, %v", e, err)
	}
	if err := d.Release(tipID(2)); err != nil {
		t.Fatal(err)
	}
	if err := s.Rescan(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(state(), " "); got != "waiting waiting kept" {
		t.Error(got)
	}
	if err := s.Put(envelope(3), sealed(3)); !errors.Is(err, intake.ErrSpooled) {
		t.Errorf("a tip that a person holds, sent again: %v", err)
	}
	if err := s.Remove(tipID(3)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, filepath.Join(dir, "hold")); len(got) != 0 {
		t.Errorf("hold/ has %v", got)
	}
}
