package spool

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"tipbox/intake"
)

var errPowerCut = errors.New("power cut")

// brokenDisk is the real disk, of which one call fails, and which knows what a
// power cut takes away: content that no fsync of the file, and names that no
// fsync of the directory wrote down. A lenient power cut takes nothing: the
// kernel may have written everything by itself. A test demands the same of both.
type brokenDisk struct {
	osDisk
	mu     sync.Mutex // held in each call
	calls  []string
	failAt int           // the call that fails, from 0; -1 is none
	always error         // every call fails with it
	err    error         // with what; errPowerCut is the end
	short  bool          // a failing write leaves half of what it was given
	full   bool          // free says so
	keep   time.Duration // copies of what is delivered
	dead   bool

	unsynced map[string]bool // files whose content is not on the disk
	names    []rename        // that are not on the disk
}

type rename struct{ from, to, existed string }

func (d *brokenDisk) fails(format string, args ...any) error {
	if d.dead {
		return errPowerCut
	}
	d.calls = append(d.calls, fmt.Sprintf(format, args...))
	if d.always != nil {
		return d.always
	}
	if d.failAt == len(d.calls)-1 {
		d.dead = errors.Is(d.err, errPowerCut)
		return d.err
	}
	return nil
}

func short(path string) string {
	return filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path))
}

func (d *brokenDisk) create(path string) (file, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails("create %s", short(path)); err != nil {
		return nil, err
	}
	d.unsynced[path] = true
	f, err := d.osDisk.create(path)
	return &brokenFile{f, path, d}, err
}

func (d *brokenDisk) setTimes(path string, t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails("times %s %d", short(path), t.Unix()); err != nil {
		return err
	}
	return d.osDisk.setTimes(path, t)
}

func (d *brokenDisk) rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails("rename %s %s", short(from), short(to)); err != nil {
		return err
	}
	r := rename{from: from, to: to}
	if _, err := os.Lstat(to); err == nil { // keep what the new name takes away
		r.existed = to + ".replaced"
		if err := os.Link(to, r.existed); err != nil {
			return err
		}
	}
	d.names = append(d.names, r)
	if d.unsynced[from] {
		d.unsynced[to] = true
		delete(d.unsynced, from)
	}
	return d.osDisk.rename(from, to)
}

func (d *brokenDisk) remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails("remove %s", short(path)); err != nil {
		return err
	}
	return d.osDisk.remove(path)
}

func (d *brokenDisk) syncDir(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.fails("syncdir %s", filepath.Base(path)); err != nil {
		return err
	}
	d.names = slices.DeleteFunc(d.names, func(r rename) bool {
		if filepath.Dir(r.to) == path && r.existed != "" {
			_ = os.Remove(r.existed)
		}
		return filepath.Dir(r.to) == path
	})
	return nil
}

func (d *brokenDisk) free(path string) (room, error) {
	if d.full {
		return room{bytes: 1 << 20, counts: true, inodes: 1 << 20}, nil
	}
	return room{bytes: 1 << 40, counts: true, inodes: 1 << 20}, nil
}

// cut does to the real files what a strict power cut does.
func (d *brokenDisk) cut(t *testing.T) {
	t.Helper()
	for path := range maps.Keys(d.unsynced) {
		if err := os.Truncate(path, 0); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	for _, r := range slices.Backward(d.names) {
		if err := os.Rename(r.to, r.from); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if r.existed != "" {
			if err := os.Rename(r.existed, r.to); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type brokenFile struct {
	f    file
	path string
	d    *brokenDisk
}

func (f *brokenFile) Write(p []byte) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.fails("write %s", short(f.path)); err != nil {
		n := 0
		if f.d.short {
			n, _ = f.f.Write(p[:len(p)/2])
		}
		return n, err
	}
	return f.f.Write(p)
}

func (f *brokenFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if err := f.d.fails("fsync %s", short(f.path)); err != nil {
		return err
	}
	delete(f.d.unsynced, f.path)
	return nil
}

func (f *brokenFile) Close() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	err := f.d.fails("close %s", short(f.path))
	if closed := f.f.Close(); err == nil {
		err = closed
	}
	return err
}

// on opens the spool on a disk that fails from then on as d says.
func (d *brokenDisk) on(t *testing.T, dir string) *Spool {
	t.Helper()
	failAt := d.failAt
	d.failAt, d.unsynced = -1, make(map[string]bool)
	s, err := Open(Options{Dir: dir, Try: -1, KeepSent: d.keep, Log: slog.New(slog.DiscardHandler), disk: d})
	if err != nil {
		t.Fatal(err)
	}
	d.calls, d.failAt = nil, failAt
	t.Cleanup(func() { s.Close() })
	return s
}

// TestCalls holds the sequence of calls that write.go promises.
func TestCalls(t *testing.T) {
	d := &brokenDisk{failAt: -1}
	s := d.on(t, t.TempDir())
	later := envelope(1)
	later.NotBefore = time.Unix(1795442706, 0)
	name := "1795442706-" + string(tipID(1)) + ".tip"
	do := func(err error, want ...string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(d.calls, want) {
			t.Errorf("calls:\n%q\nwant:\n%q", d.calls, want)
		}
		d.calls = nil
	}
	do(s.Put(later, sealed(1)),
		"create tmp/1.part", "write tmp/1.part", "write tmp/1.part", "times tmp/1.part 1795442706",
		"fsync tmp/1.part", "close tmp/1.part", "rename tmp/1.part new/"+name,
		"times "+short(filepath.Join(s.path, "tmp"))+" 0", "times "+short(filepath.Join(s.path, "new"))+" 0", "syncdir new")
	parent := filepath.Base(s.path)
	settle := func(dir string) []string {
		return []string{"times " + parent + "/tmp 0", "times " + parent + "/" + dir + " 0", "syncdir " + dir}
	}
	do(s.Reached(tipID(1), "a@example.vn"), append([]string{
		"create tmp/2.part", "write tmp/2.part", "write tmp/2.part", "times tmp/2.part 1795442706",
		"fsync tmp/2.part", "close tmp/2.part", "rename tmp/2.part new/" + name}, settle("new")...)...)
	do(s.Hold(tipID(1)), append(append([]string{"rename new/" + name + " hold/" + name}, settle("hold")...), settle("new")...)...)
	do(s.Remove(tipID(1)), "remove hold/"+name, "times "+parent+"/tmp 0", "times "+parent+"/hold 0")

	// Where copies are kept, one is durable before the tip goes.
	s.sent.days, s.now = 7, func() time.Time { return time.Unix(1795442706, 0) }
	if err := s.tend(s.now()); err != nil {
		t.Fatal(err)
	}
	d.calls = nil
	const day = "2026-11-23"
	if err := s.Put(later, sealed(1)); err != nil {
		t.Fatal(err)
	}
	d.calls = nil
	do(s.Remove(tipID(1)), slices.Concat([]string{
		"create tmp/4.part", "write tmp/4.part", "write tmp/4.part", "times tmp/4.part 0", "fsync tmp/4.part", "close tmp/4.part",
		"rename tmp/4.part " + day + "/0-" + string(tipID(1)) + ".tip",
		"times " + parent + "/tmp 0", "times sent/" + day + " 0", "syncdir " + day,
		"remove new/" + name, "times " + parent + "/tmp 0", "times " + parent + "/new 0"})...)
	do((&Control{s.moves}).Resend(tipID(1)), "rename "+day+"/0-"+string(tipID(1))+".tip new/0-"+string(tipID(1))+".tip",
		"times "+parent+"/tmp 0", "times "+parent+"/new 0", "syncdir new",
		"times "+parent+"/tmp 0", "times sent/"+day+" 0", "syncdir "+day)
}

// TestEveryCallOfPutFails makes each call of a Put fail in each way that a disk
// does: nothing is acknowledged, nothing is kept, and the next Put works.
func TestEveryCallOfPutFails(t *testing.T) {
	const calls = 10
	for _, cause := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO, syscall.EPERM} {
		for at := range calls {
			d := &brokenDisk{failAt: at, err: cause, short: true}
			dir := t.TempDir()
			s := d.on(t, dir)
			err := s.Put(envelope(1), sealed(1))
			if !errors.Is(err, cause) {
				t.Errorf("%v at %s: Put returns %v", cause, d.calls[at], err)
			}
			if !errors.Is(cause, syscall.EPERM) && !errors.Is(err, intake.ErrNoRoom) {
				t.Errorf("%v at %s: %v is not ErrNoRoom", cause, d.calls[at], err)
			}
			if left := append(names(t, filepath.Join(dir, "new")), names(t, filepath.Join(dir, "tmp"))...); len(left) > 0 {
				t.Errorf("%v at %s leaves %v", cause, d.calls[at], left)
			}
			if err := s.Put(envelope(1), sealed(1)); err != nil {
				t.Errorf("after %v at %s: %v", cause, d.calls[at], err)
			}
		}
	}
}

// TestPowerCut cuts the power at each call of each thing a spool does, and
// looks at what the next server finds.
func TestPowerCut(t *testing.T) {
	const a, b = "a@example.vn", "b@example.vn"
	acts := map[string]struct {
		act func(s *Spool) error
		// holds reports whether the state of tip 1 is right, given whether act
		// returned nil, and whether there is a copy of it.
		holds func(e Entry, here, copied, done bool) bool
	}{
		"put": {
			func(s *Spool) error { return s.Put(envelope(1), sealed(1)) },
			func(e Entry, here, _, done bool) bool { return (here || !done) && !e.Held },
		},
		"release refused": {
			func(s *Spool) error { return s.ReleaseRefused() },
			func(e Entry, here, _, done bool) bool { return here && (!e.Held || !done) },
		},
		"remove": {
			func(s *Spool) error { return s.Remove(tipID(1)) },
			func(_ Entry, here, copied, _ bool) bool { return here || copied }, // a second mail, at worst
		},
		"resend": {
			func(s *Spool) error { return (&Control{s.moves}).Resend(tipID(1)) },
			func(e Entry, here, copied, done bool) bool {
				return (here || copied) && (here || !done) && !e.Held && len(e.Reached) == 0
			},
		},
		"renew": {
			func(s *Spool) error { return s.renew(s.sent.today) },
			func(_ Entry, here, copied, _ bool) bool { return copied && !here },
		},
		"reached": {
			func(s *Spool) error { return s.Reached(tipID(1), b) },
			func(e Entry, here, _, done bool) bool {
				return here && slices.Contains(e.Reached, a) && (!done || slices.Contains(e.Reached, b))
			},
		},
		"hold": {
			func(s *Spool) error { return s.Hold(tipID(1)) },
			func(e Entry, here, _, done bool) bool {
				return here && slices.Contains(e.Reached, a) && (e.Held || !done)
			},
		},
	}
	for name, c := range acts {
		t.Run(name, func(t *testing.T) {
			for at, done := 0, false; !done; at++ {
				for _, strict := range []bool{false, true} {
					dir := t.TempDir()
					s := keeping(t, dir)
					put(t, s, 9)
					if name != "put" {
						put(t, s, 1)
						if err := s.Reached(tipID(1), a); err != nil {
							t.Fatal(err)
						}
					}
					var err error
					switch name {
					case "release refused":
						err = s.Hold(tipID(1))
					case "resend", "renew":
						err = s.Remove(tipID(1))
					}
					if err != nil {
						t.Fatal(err)
					}
					s.Close()

					d := &brokenDisk{failAt: at, err: errPowerCut, short: true, keep: week}
					s = d.on(t, dir)
					done = c.act(s) == nil
					where := fmt.Sprintf("power cut at call %d %v, strict %v", at, d.calls[len(d.calls)-1], strict)
					if strict {
						d.cut(t)
					} else {
						for _, r := range d.names {
							_ = os.Remove(r.existed)
						}
					}
					s.Close()

					s = keeping(t, dir)
					e, here := s.Lookup(tipID(1))
					if copied := bytes.Equal(copyOf(t, dir, 1), sealed(1)); !c.holds(e, here, copied, done) {
						t.Errorf("%s: after a restart the tip is %+v, there: %v, copied: %v", where, e, here, copied)
					}
					if here && !e.Held {
						if _, got, err := s.Read(tipID(1)); err != nil || !bytes.Equal(got, sealed(1)) {
							t.Errorf("%s: the tip reads as %d bytes, %v", where, len(got), err)
						}
					}
					if _, got, err := s.Read(tipID(9)); err != nil || !bytes.Equal(got, sealed(9)) {
						t.Errorf("%s: the other tip: %v", where, err)
					}
					if st := s.Status(); st.Damaged+st.Unread > 0 {
						t.Errorf("%s: %+v", where, st)
					}
					if left := names(t, filepath.Join(dir, "tmp")); len(left) > 0 {
						t.Errorf("%s: tmp/ has %v", where, left)
					}
					s.Close()
				}
			}
		})
	}
}

// TestPowerCutAfterACrash: the server is killed before a tip's name is on the
// disk, but the kernel still has it, and the next server finds it. Who sends the
// tip again is thanked only once it would outlive a power cut too.
func TestPowerCutAfterACrash(t *testing.T) {
	dir := t.TempDir()
	killed := &brokenDisk{failAt: 9, err: errPowerCut}
	s := killed.on(t, dir)
	if err := s.Put(envelope(1), sealed(1)); !errors.Is(err, errPowerCut) || len(killed.names) != 1 {
		t.Fatalf("%v at %v", err, killed.calls)
	}
	s.Close()

	d := &brokenDisk{failAt: 2, err: syscall.EIO, names: killed.names}
	s = d.on(t, dir)
	if err := s.Put(envelope(1), sealed(1)); !errors.Is(err, intake.ErrNoRoom) {
		t.Errorf("sent again while the directory cannot be synced: %v", err)
	}
	if err := s.Put(envelope(1), sealed(1)); !errors.Is(err, intake.ErrSpooled) {
		t.Errorf("sent again: %v", err)
	}
	d.cut(t)
	s.Close()
	if _, _, err := open(t, dir).Read(tipID(1)); err != nil {
		t.Errorf("what was thanked is gone: %v", err)
	}
}

func TestFreeSpaceHasAFloor(t *testing.T) {
	d := &brokenDisk{failAt: -1, full: true}
	s := d.on(t, t.TempDir())
	if err := s.Put(envelope(1), sealed(1)); !errors.Is(err, intake.ErrNoRoom) {
		t.Errorf("under the floor: %v", err)
	}
	if st := s.Status(); !st.NoRoom || st.Free != 1<<20 || st.Floor != DefaultFloor {
		t.Errorf("status %+v", st)
	}
	if len(d.calls) > 0 {
		t.Errorf("the disk was written to: %v", d.calls)
	}
	d.full = false
	put(t, s, 1)
	d.full = true // what is spooled can still be worked off
	if err := errors.Join(s.Reached(tipID(1), "a@example.vn"), s.Remove(tipID(1))); err != nil {
		t.Error(err)
	}
}
