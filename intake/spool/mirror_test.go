package spool

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"tipbox/intake"
)

// mirrored opens a spool with a mirror, both in dir, of which the test is the clock.
func mirrored(t testing.TB, dir string, o Options) *Spool {
	t.Helper()
	o.Dir, o.Mirror, o.Floor, o.Try = filepath.Join(dir, "spool"), filepath.Join(dir, "mirror"), 1, -1
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(o.Mirror, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		t.Fatal(err)
	}
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// tick is what the spool's own clock does.
func (s *Spool) tick() { s.mirror.look(func() {}) }

// same holds the mirror to the spool, byte for byte, with modes and times.
func same(t testing.TB, s *Spool) {
	t.Helper()
	spool, mirror := s.path, s.mirror.at.path
	for _, dir := range []string{"new", "hold", "digest"} {
		here, there := names(t, filepath.Join(spool, dir)), names(t, filepath.Join(mirror, dir))
		if !slices.Equal(here, there) {
			t.Errorf("%s/ has %v, in the mirror %v", dir, here, there)
			continue
		}
		for _, name := range here {
			var of [2]struct {
				content []byte
				info    fs.FileInfo
			}
			for i, path := range []string{filepath.Join(spool, dir, name), filepath.Join(mirror, dir, name)} {
				var err error
				if of[i].content, err = os.ReadFile(path); err != nil {
					t.Fatal(err)
				}
				if of[i].info, err = os.Lstat(path); err != nil {
					t.Fatal(err)
				}
			}
			if a, b := of[0], of[1]; !bytes.Equal(a.content, b.content) || a.info.Mode() != b.info.Mode() || !a.info.ModTime().Equal(b.info.ModTime()) {
				t.Errorf("%s/%s: %v %v, in the mirror %v %v", dir, name, a.info.Mode(), a.info.ModTime(), b.info.Mode(), b.info.ModTime())
			}
		}
	}
	if left := names(t, filepath.Join(mirror, "tmp")); len(left) > 0 {
		t.Errorf("the mirror's tmp/ has %v", left)
	}
	if _, err := os.Lstat(filepath.Join(mirror, "sent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the mirror has a sent/: %v", err)
	}
}

// The mirror has what the spool has, from before Put returns, and no copy of what was
// delivered.
func TestMirrorFollows(t *testing.T) {
	s := mirrored(t, t.TempDir(), Options{KeepSent: week})
	later := envelope(2)
	later.NotBefore = time.Unix(1795442706, 0)
	if err := errors.Join(s.Put(envelope(1), sealed(1)), s.Put(later, sealed(2)), s.Put(bulk(3), sealed(3)), s.Put(envelope(4), sealed(4)),
		s.SaveDigest("na-co-sa-unit", &Digest{Tips: []intake.ID{tipID(3)}})); err != nil {
		t.Fatal(err)
	}
	same(t, s)
	for what, act := range map[string]func() error{
		"reached": func() error { return s.Reached(tipID(2), "a@example.vn") },
		"hold":    func() error { return s.Hold(tipID(1)) },
		"by hand": func() error {
			return errors.Join((&Control{s.moves}).Hold(tipID(4)), s.Rescan())
		},
		"digest":   func() error { return s.SaveDigest("na-co-sa-unit", nil) },
		"release":  s.ReleaseRefused,
		"remove":   func() error { return s.Remove(tipID(2)) },
		"removed":  func() error { return s.Remove(tipID(4)) },
		"resend":   func() error { return errors.Join(s.Remove(tipID(1)), (&Control{s.moves}).Resend(tipID(1)), s.Rescan()) },
		"reach it": func() error { return s.Reached(tipID(3), "a@example.vn") },
	} {
		if err := act(); err != nil && !errors.Is(err, ErrNotHere) {
			t.Errorf("%s: %v", what, err)
		}
		s.mirror.follow()
		same(t, s)
	}
	if st := s.Status(); st.Mirror != "" || st.Strangers != 0 {
		t.Errorf("%+v", st)
	}
}

func bulk(n int) intake.Envelope {
	e := envelope(n)
	e.Lane, e.Rank = intake.Bulk, 2
	return e
}

// Whatever fails in the mirror, the tip is taken; while it is well, a tip that was
// acknowledged is in it though the spool's disk be gone and the power, too; and once
// it is well again it has everything.
func TestEveryCallOfTheMirrorFails(t *testing.T) {
	for _, cause := range []error{syscall.ENOSPC, syscall.EACCES, errPowerCut} {
		for at, over := 0, false; !over; at++ {
			d := &brokenDisk{failAt: -1, err: cause, short: true, unsynced: make(map[string]bool)}
			dir := t.TempDir()
			s := mirrored(t, dir, Options{mirrorDisk: d})
			d.calls, d.failAt = nil, at
			put(t, s, 1)
			over = s.mirror.in
			d.failAt = -1
			if over {
				s.Close()
				d.cut(t)
				if _, b, err := open(t, filepath.Join(dir, "mirror")).Read(tipID(1)); err != nil || !bytes.Equal(b, sealed(1)) {
					t.Errorf("on the mirror alone after a power cut: %d bytes, %v", len(b), err)
				}
				continue
			}
			if st := s.Status(); st.Mirror != "" {
				t.Errorf("%v at %s: a sender's failure is told as %q at once", cause, d.calls[at], st.Mirror)
			}
			put(t, s, 2)
			d.always = cause
			s.tick()
			want := map[error]string{syscall.EACCES: Permission, errPowerCut: OtherFault}[cause]
			if want == "" {
				want = Disk
			}
			if st := s.Status(); st.Mirror != want {
				t.Errorf("%v: told as %q, want %q", cause, st.Mirror, want)
			}
			d.always, d.dead = nil, false
			s.tick()
			same(t, s)
			if st := s.Status(); st.Mirror != "" {
				t.Errorf("after %v: %q", cause, st.Mirror)
			}
		}
	}
}

// A mirror that hangs costs the senders of one moment three seconds, and whoever
// comes after them nothing; nor does it keep the spool from closing.
func TestMirrorHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := new(hangingDisk)
		s := mirrored(t, t.TempDir(), Options{mirrorDisk: d})
		gate := make(chan struct{})
		d.until.Store(&gate)
		began := time.Now()
		for n := range 2 * maxWriters { // more than may write at a time
			go func() {
				if err := s.Put(envelope(1+n), sealed(1+n)); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		time.Sleep(mirrorPatience)
		synctest.Wait()
		for n := range 2 * maxWriters {
			if _, ok := s.Lookup(tipID(1 + n)); !ok {
				t.Fatalf("tip %d is not taken after %v", n, time.Since(began))
			}
		}
		began = time.Now()
		put(t, s, 100)
		if took := time.Since(began); took != 0 {
			t.Errorf("the next one waited %v", took)
		}
		s.tick()
		if st := s.Status(); st.Mirror != Stuck {
			t.Errorf("told as %q", st.Mirror)
		}
		close(gate)
		synctest.Wait()
		d.until.Store(nil)
		s.tick()
		same(t, s)

		// Now it is our own look that hangs.
		gate = make(chan struct{})
		d.until.Store(&gate)
		go s.tick()
		time.Sleep(mirrorPatience + 1)
		began = time.Now()
		put(t, s, 101)
		if st := s.Status(); st.Mirror != Stuck || time.Since(began) != 0 {
			t.Errorf("told as %q, and the next one waited %v", st.Mirror, time.Since(began))
		}
		close(gate)
		synctest.Wait()
		same(t, s)
	})
}

// The worker keeps the mirror by itself, and a mirror that hangs from the start
// keeps nobody from starting, or from ending.
func TestMirrorByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		mirrored(t, dir, Options{}).Close()
		o := Options{Dir: filepath.Join(dir, "spool"), Mirror: filepath.Join(dir, "mirror"), Floor: 1}
		s, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		put(t, s, 1)
		put(t, s, 2)
		if err := errors.Join(s.Remove(tipID(1)), s.Hold(tipID(2))); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		same(t, s)
		s.Close()

		d, gate := new(hangingDisk), make(chan struct{})
		d.until.Store(&gate)
		o.mirrorDisk = d
		began := time.Now()
		if s, err = Open(o); err != nil {
			t.Fatal(err)
		}
		put(t, s, 3)
		if took := time.Since(began); took > mirrorPatience {
			t.Errorf("opening and a tip took %v", took)
		}
		time.Sleep(time.Second)
		if st := s.Status(); st.Mirror != Stuck {
			t.Errorf("told as %q", st.Mirror)
		}
		began = time.Now()
		s.Close()
		if took := time.Since(began); took > mirrorPatience {
			t.Errorf("closing took %v", took)
		}
		close(gate)
	})
}

// While the mirror is away what was delivered is remembered, also past a restart and
// without copies; then it is deleted there, what waits is copied there, and what the
// spool knows nothing of stays and is told.
func TestMirrorAwayAndBack(t *testing.T) {
	dir := t.TempDir()
	mirror := filepath.Join(dir, "mirror")
	s := mirrored(t, dir, Options{})
	for n := range 4 {
		put(t, s, n)
	}
	if err := os.Rename(mirror, mirror+"-"); err != nil {
		t.Fatal(err)
	}
	put(t, s, 4)
	s.tick()
	if st := s.Status(); st.Mirror != Missing {
		t.Errorf("told as %q", st.Mirror)
	}
	if _, err := os.Lstat(mirror); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory of a disk that is not there was made: %v", err)
	}
	if err := errors.Join(s.Remove(tipID(0)), s.Hold(tipID(1)), s.Reached(tipID(2), "a@example.vn")); err != nil {
		t.Fatal(err)
	}
	s.Close()
	lost := filepath.Join(dir, "spool", "new", "0-"+string(tipID(3))+".tip") // by the disk
	if err := errors.Join(os.Remove(lost), os.Rename(mirror+"-", mirror)); err != nil {
		t.Fatal(err)
	}

	s = mirrored(t, dir, Options{})
	if got := names(t, filepath.Join(mirror, "new")); len(got) != 3 || got[1] != filepath.Base(lost) {
		t.Errorf("the mirror has %v", got)
	}
	if st := s.Status(); st.Mirror != "" || st.Strangers != 1 {
		t.Errorf("%+v", st)
	}
	if m, err := readMark(s.path); err != nil || len(m.Gone) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
	// A person takes it back out of the mirror, while no server has it.
	if _, err := desk(t, s.path).Adopt(mirror, "", 1, func(int, int) {}); !errors.Is(err, ErrLocked) {
		t.Errorf("adopted under a server: %v", err)
	}
	s.Close()
	a, err := desk(t, s.path).Adopt(mirror, "", 1, func(int, int) {})
	if err != nil || len(a.Taken) != 1 || a.Taken[0].ID != tipID(3) || a.Known != 3 {
		t.Errorf("%+v, %v", a, err)
	}
	s = mirrored(t, dir, Options{})
	same(t, s)
	for n := range 5 {
		if e, there := s.Lookup(tipID(n)); there != (n != 0) || e.Kept || e.Held != (n == 1) {
			t.Errorf("tip %d: %+v, %v", n, e, there)
		}
	}
}

// Delivered is also what a copy in sent/ says, where a crash left no other word.
func TestMirrorAfterACrash(t *testing.T) {
	dir := t.TempDir()
	s := mirrored(t, dir, Options{KeepSent: week})
	put(t, s, 1)
	put(t, s, 2)
	if err := s.Remove(tipID(1)); err != nil {
		t.Fatal(err)
	}
	s.mirror.gone = nil // killed before it was deleted there
	s.Close()
	s = mirrored(t, dir, Options{KeepSent: week})
	same(t, s)
}

// A spool that has lost its disk, and begins anew, deletes nothing of what its mirror
// has saved; nor does it take the directory that a disk is mounted on for the disk.
func TestMirrorOfAnother(t *testing.T) {
	dir := t.TempDir()
	mirror := filepath.Join(dir, "mirror")
	s := mirrored(t, dir, Options{})
	put(t, s, 1)
	if err := s.SaveDigest("na-co-sa-unit", &Digest{Tips: []intake.ID{tipID(1)}}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.RemoveAll(filepath.Join(dir, "spool")); err != nil {
		t.Fatal(err)
	}
	s = mirrored(t, dir, Options{})
	put(t, s, 2)
	s.tick()
	if st := s.Status(); st.Mirror != Foreign {
		t.Errorf("told as %q", st.Mirror)
	}
	if got := names(t, filepath.Join(mirror, "new")); len(got) != 1 {
		t.Fatalf("the mirror has %v", got)
	}
	// A mark that nobody understands is none: the tips are left alone all the same.
	if err := os.WriteFile(filepath.Join(mirror, markFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.tick()
	if st := s.Status(); st.Mirror != Foreign || len(names(t, filepath.Join(mirror, "new"))) != 1 {
		t.Errorf("with a spoilt mark told as %q", st.Mirror)
	}
	a, err := desk(t, s.path).Adopt(mirror, "", 1, func(int, int) {})
	if err != nil || len(a.Taken) != 1 || a.Digests != 1 || a.Unmarked || len(a.Left) > 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	if err := s.Rescan(); err != nil {
		t.Fatal(err)
	}
	s.tick()
	same(t, s)
	if st := s.Status(); st.Mirror != "" || st.Waiting != 2 {
		t.Errorf("%+v", st)
	}

	// Another spool that is pointed at it is refused.
	other, err := Open(Options{Dir: filepath.Join(dir, "other"), Mirror: mirror, Floor: 1, Try: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if st := other.Status(); st.Mirror != Foreign {
		t.Errorf("another spool: told as %q", st.Mirror)
	}
	s.Close()
	if err := os.RemoveAll(mirror); err != nil {
		t.Fatal(err)
	}
	s = mirrored(t, dir, Options{}) // the bare directory
	// Nor is another's a mirror for one that has its own, though nothing is in it.
	if err := (mark{ID: "other"}).write(osDisk{}, mirror); err != nil {
		t.Fatal(err)
	}
	s.tick()
	if st := s.Status(); st.Mirror != Foreign || len(names(t, mirror)) > 1 {
		t.Errorf("told as %q", st.Mirror)
	}
	if err := os.Remove(filepath.Join(mirror, markFile)); err != nil {
		t.Fatal(err)
	}
	s.tick()
	if st := s.Status(); st.Mirror != Unmarked || len(names(t, mirror)) > 0 {
		t.Errorf("told as %q", st.Mirror)
	}
	if err := os.Remove(filepath.Join(s.path, markFile)); err != nil { // a person says that it is new
		t.Fatal(err)
	}
	s.tick()
	same(t, s)
	if st := s.Status(); st.Mirror != "" {
		t.Errorf("told as %q", st.Mirror)
	}
	// As where the disk is unmounted that lay over one that was a mirror once.
	if err := os.Remove(filepath.Join(mirror, markFile)); err != nil {
		t.Fatal(err)
	}
	s.tick()
	if st := s.Status(); st.Mirror != Unmarked {
		t.Errorf("told as %q", st.Mirror)
	}
}

// What another server has adopted from the mirror, a server that comes back does not
// mail: a person decides.
func TestMirrorWasAdopted(t *testing.T) {
	dir := t.TempDir()
	s := mirrored(t, dir, Options{})
	for n := range 3 {
		put(t, s, n)
	}
	if err := s.Hold(tipID(2)); err != nil {
		t.Fatal(err)
	}
	s.mirror.follow()
	s.Close()
	heir := open(t, filepath.Join(dir, "heir"))
	a, err := desk(t, heir.path).Adopt(filepath.Join(dir, "mirror"), "", 1, func(int, int) {})
	if err != nil || len(a.Taken) != 3 {
		t.Fatalf("%+v, %v", a, err)
	}
	s = mirrored(t, dir, Options{})
	for n := range 3 {
		if e, ok := s.Lookup(tipID(n)); !ok || !e.Held || !e.Kept {
			t.Errorf("tip %d: %+v, %v", n, e, ok)
		}
	}
	same(t, s)
}

// What another server has adopted from the spool is not kept in its mirror, for
// somebody to adopt once more.
func TestAdoptedIsNotMirrored(t *testing.T) {
	dir := t.TempDir()
	s := mirrored(t, dir, Options{})
	put(t, s, 1)
	put(t, s, 2)
	if err := (&Control{s.moves}).Hold(tipID(2)); err != nil {
		t.Fatal(err)
	}
	s.tick()
	s.Close()
	heir := open(t, filepath.Join(dir, "heir"))
	if a, err := desk(t, heir.path).Adopt(s.path, "", 1, quietly); err != nil || len(a.Taken) != 2 {
		t.Fatalf("%+v, %v", a, err)
	}
	s = mirrored(t, dir, Options{})
	same(t, s)
	if st := s.Status(); st.Waiting+st.Held+st.Strangers != 0 || st.Mirror != "" {
		t.Errorf("%+v", st)
	}
}

// What is adopted is on two disks before it is put out of the way, though the server
// here has not seen it yet; and what it then delivers goes in the mirror, too.
func TestAdoptIntoTheMirror(t *testing.T) {
	dead := open(t, t.TempDir())
	put(t, dead, 1)
	put(t, dead, 2)
	dead.Close()
	s := mirrored(t, t.TempDir(), Options{})
	a, err := desk(t, s.path).Adopt(dead.path, s.mirror.at.path, 1, quietly)
	if err != nil || len(a.Taken) != 2 || a.Unmirrored {
		t.Fatalf("%+v, %v", a, err)
	}
	same(t, s)
	s.mirror.compare = false // seen, but not compared yet
	if err := errors.Join(s.rescan(), s.Remove(tipID(1)), s.mirror.deleteGone()); err != nil {
		t.Fatal(err)
	}
	same(t, s)

	// A mirror that is not ours, or takes nothing, keeps nothing from being adopted.
	more := open(t, t.TempDir())
	put(t, more, 3)
	more.Close()
	if a, err := desk(t, s.path).Adopt(more.path, t.TempDir(), 1, quietly); err != nil || len(a.Taken) != 1 || !a.Unmirrored {
		t.Errorf("%+v, %v", a, err)
	}
}
