package spool

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tipbox/intake"
)

// tipID returns the nth id.
func tipID(n int) intake.ID {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	s := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding).EncodeToString(b[3:])
	return intake.ID("TB-" + s[:4] + "-" + s[4:])
}

func envelope(n int) intake.Envelope {
	return intake.Envelope{ID: tipID(n), Unit: "na-co-sa", Audience: intake.ToUnit}
}

// sealed returns the nth tip's ciphertext.
func sealed(n int) []byte { return bytes.Repeat([]byte(fmt.Sprintf("sealed %d\n", n)), 100) }

func open(t testing.TB, dir string) *Spool {
	t.Helper()
	s, err := Open(Options{Dir: dir, Floor: 1, Try: -1, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func put(t testing.TB, s *Spool, n int) {
	t.Helper()
	if err := s.Put(envelope(n), sealed(n)); err != nil {
		t.Fatalf("tip %d: %v", n, err)
	}
}

func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestPutAndReadBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "spool")
	s := open(t, dir)
	later := intake.Envelope{
		ID: tipID(2), Unit: "na-co-sa", Audience: intake.Oversight, Urgent: true,
		NotBefore: time.Date(2026, 11, 23, 14, 5, 6, 0, time.UTC),
	}
	put(t, s, 1)
	if err := s.Put(later, sealed(2)); err != nil {
		t.Fatal(err)
	}
	want := []string{"0-" + string(tipID(1)) + ".tip", "1795442706-" + string(tipID(2)) + ".tip"}
	if got := names(t, filepath.Join(dir, "new")); !slices.Equal(got, want) {
		t.Errorf("new/ has %v, want %v", got, want)
	}
	s.Close()

	s = open(t, dir)
	if changes := s.Changes(); len(changes) != 2 {
		t.Errorf("after opening %d changes, want 2", len(changes))
	}
	e, b, err := s.Read(tipID(2))
	if err != nil || e.Envelope != later || !bytes.Equal(b, sealed(2)) {
		t.Errorf("read %+v, %d bytes, %v", e, len(b), err)
	}
	if err := s.Remove(tipID(2)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Read(tipID(2)); !errors.Is(err, ErrNotHere) {
		t.Errorf("a removed tip reads as %v", err)
	}
}

func TestNobodyElseReadsAndNoTimeIsTold(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	if err := os.MkdirAll(filepath.Join(dir, "new"), 0o755); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	moment := time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)
	for n := range 4 {
		e := envelope(n)
		if n == 1 {
			e.NotBefore = moment
		}
		if err := s.Put(e, sealed(n)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Hold(tipID(2)); err != nil {
		t.Fatal(err)
	}
	if err := s.Remove(tipID(3)); err != nil {
		t.Fatal(err)
	}
	if err := s.Reached(tipID(0), "a@example.vn"); err != nil {
		t.Fatal(err)
	}
	count := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode, at := fs.FileMode(0o700), epoch
		if !d.IsDir() {
			mode, count = 0o600, count+1
			if strings.Contains(path, string(tipID(1))) {
				at = moment
			}
		}
		if info.Mode().Perm() != mode {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), mode)
		}
		if !info.ModTime().Equal(at) && path != dir {
			t.Errorf("%s was changed at %v, want %v", path, info.ModTime(), at)
		}
		return nil
	})
	if err != nil || count != 3 {
		t.Errorf("walked %d files: %v", count, err)
	}
}

func TestOneServerOnly(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := Open(Options{Dir: dir}); !errors.Is(err, ErrLocked) {
		t.Errorf("a second server gets %v", err)
	}
	s.Close()
	open(t, dir)
}

func TestOneIDOneTip(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	put(t, s, 2)
	if err := s.Hold(tipID(2)); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		if err := s.Put(envelope(n), sealed(n)); !errors.Is(err, intake.ErrSpooled) {
			t.Errorf("tip %d again: %v", n, err)
		}
	}
	s.Close()
	s = open(t, dir)
	if err := s.Put(envelope(2), sealed(2)); !errors.Is(err, intake.ErrSpooled) {
		t.Errorf("a held tip again after a restart: %v", err)
	}

	// The same tip from many at once is taken by exactly one.
	var wg sync.WaitGroup
	errs := make([]error, 32)
	for i := range errs {
		wg.Go(func() { errs[i] = s.Put(envelope(3), sealed(3)) })
	}
	wg.Wait()
	taken := 0
	for _, err := range errs {
		switch {
		case err == nil:
			taken++
		case !errors.Is(err, intake.ErrSpooled):
			t.Error(err)
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times", taken)
	}
}

func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	var wg sync.WaitGroup
	for n := range 500 {
		wg.Go(func() {
			if err := s.Put(envelope(n), sealed(n)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s.Close()
	s = open(t, dir)
	for n := range 500 {
		if _, b, err := s.Read(tipID(n)); err != nil || !bytes.Equal(b, sealed(n)) {
			t.Errorf("tip %d: %v", n, err)
		}
	}
	if left := names(t, filepath.Join(dir, "tmp")); len(left) > 0 {
		t.Errorf("tmp/ has %v", left)
	}
}

func TestReachedSurvives(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	for _, a := range []string{"a@example.vn", "b@example.vn", "a@example.vn"} {
		if err := s.Reached(tipID(1), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Hold(tipID(1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Reached(tipID(1), "c@example.vn"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir)
	e, _ := s.Lookup(tipID(1))
	if want := []string{"a@example.vn", "b@example.vn", "c@example.vn"}; !slices.Equal(e.Reached, want) || !e.Held {
		t.Errorf("after a restart %+v", e)
	}
	if got := names(t, filepath.Join(dir, "new")); len(got) > 0 {
		t.Errorf("new/ has %v", got)
	}
}

func TestFilesThatAreNoTips(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for n := range 4 {
		put(t, s, n)
	}
	s.Close()
	path := func(n int) string { return filepath.Join(dir, "new", "0-"+string(tipID(n))+".tip") }
	whole, err := os.ReadFile(path(0))
	if err != nil {
		t.Fatal(err)
	}
	newer := bytes.Replace(whole, []byte(`{"v":1,`), []byte(`{"v":1,"colour":"red",`), 1)
	for file, content := range map[string][]byte{
		path(0):                             newer,
		path(1):                             whole[:len(whole)-1],
		path(2):                             {},
		filepath.Join(dir, "new", "notes"):  []byte("xin chào"),
		filepath.Join(dir, "tmp", "7.part"): whole,
		filepath.Join(dir, "hold", "0-"+string(tipID(1))+".tip.damaged"): []byte("an earlier one"),
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "new", "folder"), 0o700); err != nil {
		t.Fatal(err)
	}

	s = open(t, dir)
	if st := s.Status(); st.Waiting != 1 || st.Held != 0 || st.Damaged != 5 || st.Unread != 1 {
		t.Errorf("status %+v", st)
	}
	if left := names(t, filepath.Join(dir, "tmp")); len(left) > 0 {
		t.Errorf("tmp/ has %v", left)
	}
	if got := names(t, filepath.Join(dir, "new")); len(got) != 2 {
		t.Errorf("new/ has %v: want the good tip and the newer one", got)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "hold", "0-"+string(tipID(1))+".tip.2.damaged")); err != nil || !bytes.Equal(b, whole[:len(whole)-1]) {
		t.Errorf("the damaged file is not kept as it was: %v", err)
	}
	// A damaged tip is not "spooled already": its sender's second try is taken.
	put(t, s, 1)
	// One that a newer tipbox wrote is.
	if err := s.Put(envelope(0), sealed(0)); !errors.Is(err, intake.ErrSpooled) {
		t.Errorf("a tip in a newer tipbox's file: %v", err)
	}
}

func TestDamageFoundOnReading(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	if err := os.Truncate(filepath.Join(dir, "new", "0-"+string(tipID(1))+".tip"), 200); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Read(tipID(1)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a file cut short reads as %v", err)
	}
	if st := s.Status(); st.Waiting != 0 || st.Damaged != 1 {
		t.Errorf("status %+v", st)
	}
}

func TestIncompleteEnvelopeIsRefused(t *testing.T) {
	s := open(t, t.TempDir())
	for _, e := range []intake.Envelope{{Unit: "u"}, {ID: tipID(1)}, {ID: "../../etc/x", Unit: "u"}} {
		if err := s.Put(e, sealed(1)); err == nil {
			t.Errorf("%+v is taken", e)
		}
	}
	if err := s.Put(envelope(1), nil); err == nil {
		t.Error("an empty tip is taken")
	}
	s.Close()
	if err := s.Put(envelope(1), sealed(1)); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed spool: %v", err)
	}
}
