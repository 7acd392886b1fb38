package spool

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tipbox/intake"
)

const week = 7 * 24 * time.Hour

// keeping opens a spool that keeps copies for a week.
func keeping(t testing.TB, dir string) *Spool {
	t.Helper()
	s, err := Open(Options{Dir: dir, Floor: 1, Try: -1, KeepSent: week})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// copyOf returns the copy of the nth tip, nil where there is none.
func copyOf(t testing.TB, dir string, n int) []byte {
	t.Helper()
	days, err := sentDays(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range slices.Backward(days) {
		_, b, err := readFile(filepath.Join(dir, "sent", day), "0-"+string(tipID(n))+".tip", false)
		if err == nil {
			return b
		}
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("copy of %s: %v", tipID(n), err)
		}
	}
	return nil
}

// on sets the spool's clock and lets it look after its copies.
func (s *Spool) on(t testing.TB, now time.Time) {
	t.Helper()
	s.now = func() time.Time { return now }
	if err := s.tend(now); err != nil {
		t.Fatal(err)
	}
}

// A copy tells the day and nothing else: no moment of its own, none of the tip
// that was sent for later, no addresses; and the next day no birth in the
// minute of its delivery.
func TestCopyTellsTheDayAlone(t *testing.T) {
	dir := t.TempDir()
	s := keeping(t, dir)
	start := time.Date(2026, 11, 29, 15, 0, 0, 0, time.UTC)
	s.on(t, start)
	later := envelope(1)
	later.NotBefore = start.Add(-time.Hour)
	if err := errors.Join(s.Put(later, sealed(1)), s.Reached(tipID(1), "a@example.vn"), s.Remove(tipID(1))); err != nil {
		t.Fatal(err)
	}
	put(t, s, 2)
	if err := errors.Join(s.Hold(tipID(2)), s.Remove(tipID(2))); err != nil {
		t.Fatal(err)
	}
	if left := slices.Concat(names(t, filepath.Join(dir, "new")), names(t, filepath.Join(dir, "hold")), names(t, filepath.Join(dir, "tmp"))); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	day := filepath.Join(dir, "sent", "2026-11-29")
	first := "0-" + string(tipID(1)) + ".tip"
	if got := names(t, day); !slices.Equal(got, []string{first, "0-" + string(tipID(2)) + ".tip"}) {
		t.Fatalf("sent has %v", got)
	}
	e, b, err := readFile(day, first, false)
	if err != nil || !bytes.Equal(b, sealed(1)) || len(e.Reached) > 0 || !e.NotBefore.IsZero() {
		t.Errorf("%+v, %d bytes, %v", e, len(b), err)
	}
	before, err := os.Stat(filepath.Join(day, first))
	if err != nil {
		t.Fatal(err)
	}
	s.on(t, start.Add(24*time.Hour))
	after, err := os.Stat(filepath.Join(day, first))
	if err != nil || os.SameFile(before, after) {
		t.Errorf("the file of yesterday is the same: its birth is its delivery (%v)", err)
	}
	if !bytes.Equal(copyOf(t, dir, 1), sealed(1)) {
		t.Error("written anew it is another")
	}
	err = filepath.WalkDir(filepath.Join(dir, "sent"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if !info.ModTime().Equal(epoch) || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", path, info.Mode(), info.ModTime())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestDaysAreDeletedWhole(t *testing.T) {
	dir := t.TempDir()
	s := keeping(t, dir)
	start := time.Date(2026, 11, 29, 23, 0, 0, 0, time.UTC)
	for n := range 20 {
		s.on(t, start.AddDate(0, 0, n))
		put(t, s, n)
		if err := s.Remove(tipID(n)); err != nil {
			t.Fatal(err)
		}
		if got, want := len(names(t, filepath.Join(dir, "sent"))), min(n+1, 8); got != want {
			t.Errorf("after %d days there are %d: want %d", n+1, got, want)
		}
	}
	if copyOf(t, dir, 12) == nil || copyOf(t, dir, 11) != nil {
		t.Error("not the last seven days and today are kept")
	}
	s.Close()
	open(t, dir) // keep_sent = "0"
	if got := names(t, filepath.Join(dir, "sent")); len(got) != 0 {
		t.Errorf("kept: %v", got)
	}
}

// The copies go first where the disk is full, the oldest before the others, and no
// further than they must: a tip is not refused for what is delivered already.
func TestCopiesMakeRoom(t *testing.T) {
	dir := t.TempDir()
	start := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	s := keeping(t, dir)
	for n := range 4 {
		s.on(t, start.AddDate(0, 0, n))
		put(t, s, n)
		if err := s.Remove(tipID(n)); err != nil {
			t.Fatal(err)
		}
	}
	s.floor = 1 << 20
	s.disk = &fullDisk{dir: dir, files: 2}
	put(t, s, 10)
	if copyOf(t, dir, 1) != nil || copyOf(t, dir, 2) == nil || copyOf(t, dir, 3) == nil {
		t.Errorf("sent has %v", names(t, filepath.Join(dir, "sent")))
	}
	s.disk = &fullDisk{dir: dir}
	if err := s.Put(envelope(11), sealed(11)); !errors.Is(err, intake.ErrNoRoom) {
		t.Errorf("on a full disk without copies: %v", err)
	}
	if copyOf(t, dir, 3) != nil {
		t.Error("a tip was refused for the sake of a copy")
	}
	// Delivered on a full disk: no copy, and no tip that stays for want of one.
	if err := s.Remove(tipID(10)); err != nil || len(names(t, filepath.Join(dir, "new"))) != 0 || copyOf(t, dir, 10) != nil {
		t.Errorf("%v, new/ has %v", err, names(t, filepath.Join(dir, "new")))
	}
}

// fullDisk has room while sent/ has no more than so many copies.
type fullDisk struct {
	osDisk
	dir   string
	files int
}

func (d *fullDisk) free(string) (room, error) {
	found, err := filepath.Glob(filepath.Join(d.dir, "sent", "*", "*.tip"))
	if len(found) > d.files || d.files == 0 {
		return room{bytes: 1}, err
	}
	return room{bytes: 1 << 40}, err
}

func TestResend(t *testing.T) {
	dir := t.TempDir()
	s := keeping(t, dir)
	start := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	s.on(t, start)
	for n := 1; n <= 3; n++ {
		put(t, s, n)
		if err := errors.Join(s.Reached(tipID(n), "a@example.vn"), s.Remove(tipID(n))); err != nil {
			t.Fatal(err)
		}
	}
	d := desk(t, dir)
	if got, err := d.Sent(); err != nil || !slices.Equal(got, []SentDay{{"2026-11-29", 3}}) {
		t.Errorf("%v, %v", got, err)
	}
	if err := d.Resend(tipID(4)); !errors.Is(err, ErrNotHere) {
		t.Errorf("a tip that never was: %v", err)
	}
	s.Changes()
	if err := d.Resend(tipID(1)); err != nil {
		t.Fatal(err)
	}
	if err := d.Resend(tipID(1)); !errors.Is(err, ErrWaiting) {
		t.Errorf("once more: %v", err)
	}
	if err := s.Rescan(); err != nil {
		t.Fatal(err)
	}
	if got := s.Changes(); len(got) != 1 {
		t.Errorf("the server sees %v", got)
	}
	if e, b, err := s.Read(tipID(1)); err != nil || !bytes.Equal(b, sealed(1)) || len(e.Reached) > 0 {
		t.Errorf("%+v, %d bytes, %v", e, len(b), err)
	}
	// Delivered again the next day: there is a copy of that day, and it can be had again.
	s.on(t, start.AddDate(0, 0, 1))
	if err := s.Remove(tipID(1)); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Sent(); err != nil || !slices.Equal(got, []SentDay{{"2026-11-29", 2}, {"2026-11-30", 1}}) {
		t.Errorf("%v, %v", got, err)
	}
	if n, err := d.ResendDay("2026-11-29"); err != nil || n != 2 {
		t.Errorf("%d, %v", n, err)
	}
	if got := names(t, filepath.Join(dir, "new")); len(got) != 2 {
		t.Errorf("new/ has %v", got)
	}
	if n, err := d.ResendDay("2026-11-01"); err != nil || n != 0 {
		t.Errorf("a day without copies: %d, %v", n, err)
	}
}

// A damaged tip is never copied over a good one, nor handed out from sent/.
func TestDamagedCopy(t *testing.T) {
	dir := t.TempDir()
	s := keeping(t, dir)
	put(t, s, 1)
	if err := s.Remove(tipID(1)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sent", s.sent.today, "0-"+string(tipID(1))+".tip")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 4
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.renew(s.sent.today); err != nil {
		t.Fatal(err)
	}
	if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, b) {
		t.Errorf("a damaged copy was written anew: %v", err)
	}
	if err := errors.Join(desk(t, dir).Resend(tipID(1)), s.Rescan()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Read(tipID(1)); !errors.Is(err, ErrCorrupt) {
		t.Errorf("it reads as %v", err)
	}
	if got := strings.Join(names(t, filepath.Join(dir, "hold")), " "); !strings.HasSuffix(got, damagedSuffix) {
		t.Errorf("hold/ has %q", got)
	}
}

// Whatever keeps copies from being looked after is told, at whichever call it comes:
// who counts on the copies must know.
func TestEveryCallOfTendFails(t *testing.T) {
	start := time.Date(2026, 11, 29, 15, 0, 0, 0, time.UTC)
	for name, after := range map[string]time.Duration{"a new day": 24 * time.Hour, "a day that is over": 2 * week} {
		for at, done := 0, false; !done; at++ {
			d := &brokenDisk{failAt: -1, keep: week}
			s := d.on(t, t.TempDir())
			s.on(t, start)
			put(t, s, 1)
			if err := s.Remove(tipID(1)); err != nil {
				t.Fatal(err)
			}
			d.calls, d.failAt, d.err = nil, at, errors.New("the disk is broken")
			err := s.tend(start.Add(after))
			if done = len(d.calls) <= at; done == (err != nil) {
				t.Errorf("%s: %d calls, the last %s: %v", name, len(d.calls), d.calls[len(d.calls)-1], err)
			}
			s.Close()
		}
	}
}

// Of a tip that is gone, or cannot be read, when all its addresses have it, no copy
// is made of nothing.
func TestNoCopyOfNothing(t *testing.T) {
	dir := t.TempDir()
	s := keeping(t, dir)
	put(t, s, 1)
	put(t, s, 2)
	for n, spoil := range map[int]func(path string) error{
		1: os.Remove,
		2: func(path string) error { return os.Truncate(path, 10) },
	} {
		if err := spoil(filepath.Join(dir, "new", "0-"+string(tipID(n))+".tip")); err != nil {
			t.Fatal(err)
		}
		if err := s.Remove(tipID(n)); err != nil {
			t.Errorf("tip %d: %v", n, err)
		}
	}
	for _, day := range names(t, filepath.Join(dir, "sent")) {
		if copies := names(t, filepath.Join(dir, "sent", day)); len(copies) > 0 {
			t.Errorf("%s has %v", day, copies)
		}
	}
}
