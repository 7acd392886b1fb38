package spool

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// What every Put would meet is told, whatever it is, and told again when it is
// over; the trial leaves nothing behind.
func TestTrial(t *testing.T) {
	for name, test := range map[string]struct {
		spoil, mend func(dir string, d *brokenDisk) error
		want        string
	}{
		"new is gone": {
			func(dir string, _ *brokenDisk) error { return os.Remove(filepath.Join(dir, "new")) },
			func(dir string, _ *brokenDisk) error { return os.Mkdir(filepath.Join(dir, "new"), 0o700) }, Missing,
		},
		"all is gone": {
			func(dir string, _ *brokenDisk) error { return os.Rename(dir, dir+".away") },
			func(dir string, _ *brokenDisk) error { return os.Rename(dir+".away", dir) }, Missing,
		},
		"not ours": {
			func(_ string, d *brokenDisk) error { d.always = syscall.EACCES; return nil },
			func(_ string, d *brokenDisk) error { d.always = nil; return nil }, Permission,
		},
		"read-only": {
			func(_ string, d *brokenDisk) error { d.always = syscall.EROFS; return nil },
			func(_ string, d *brokenDisk) error { d.always = nil; return nil }, Disk,
		},
		"no block left": {
			func(_ string, d *brokenDisk) error { d.always = syscall.ENOSPC; return nil },
			func(_ string, d *brokenDisk) error { d.always = nil; return nil }, Disk,
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "spool")
			var log bytes.Buffer
			d := &brokenDisk{failAt: -1}
			s := d.on(t, dir)
			s.log = slog.New(slog.NewTextHandler(&log, nil))
			s.look()
			if st := s.Status(); st.Trouble != "" || log.Len() > 0 {
				t.Fatalf("%+v %s", st, &log)
			}
			if err := test.spoil(dir, d); err != nil {
				t.Fatal(err)
			}
			if err := s.Put(envelope(1), sealed(1)); err == nil {
				t.Error("a tip can be stored: this test tries nothing")
			}
			if st := s.Status(); st.Trouble != "" {
				t.Errorf("told at the moment of a tip: %q", st.Trouble)
			}
			s.look()
			if !strings.Contains(log.String(), "reason="+test.want) {
				t.Errorf("not told at once:\n%s", &log)
			}
			s.look()
			if st := s.Status(); st.Trouble != test.want || strings.Count(log.String(), "no tip can be stored") != 1 {
				t.Errorf("%q, want %q\n%s", st.Trouble, test.want, &log)
			}
			if err := test.mend(dir, d); err != nil {
				t.Fatal(err)
			}
			s.look()
			if st := s.Status(); st.Trouble != "" || !strings.Contains(log.String(), "can be stored again") {
				t.Errorf("%q\n%s", st.Trouble, &log)
			}
			put(t, s, 1)
			if left := append(names(t, filepath.Join(dir, "tmp")), names(t, filepath.Join(dir, "new"))...); len(left) != 1 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// The trial makes the calls of a Put.
func TestTrialIsAPut(t *testing.T) {
	d := &brokenDisk{failAt: -1}
	s := d.on(t, t.TempDir())
	if err := s.Put(envelope(1), sealed(1)); err != nil {
		t.Fatal(err)
	}
	put := d.calls
	d.calls = nil
	if err := s.try(); err != nil {
		t.Fatal(err)
	}
	var kinds [2][]string
	for i, calls := range [][]string{put, d.calls} {
		for _, c := range calls {
			kind, _, _ := strings.Cut(c, " ")
			if n := len(kinds[i]); n == 0 || kinds[i][n-1] != kind { // a Put writes twice
				kinds[i] = append(kinds[i], kind)
			}
		}
	}
	if got, want := strings.Join(kinds[1], " "), strings.Join(kinds[0], " ")+" remove times"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// A disk that does not answer is told too, and every one is looked at by the clock.
func TestStuckDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "spool")
		d := new(hangingDisk)
		s, err := Open(Options{Dir: dir, Floor: 1, Try: 30 * time.Second, disk: d})
		if err != nil {
			t.Fatal(err)
		}
		hang := make(chan struct{})
		d.until.Store(&hang)
		time.Sleep(30*time.Second + patience)
		if st := s.Status(); st.Trouble != "" {
			t.Errorf("too early: %q", st.Trouble)
		}
		time.Sleep(time.Second)
		if st := s.Status(); st.Trouble != Stuck {
			t.Errorf("after %v: %q", patience, st.Trouble)
		}
		close(hang)
		synctest.Wait()
		if st := s.Status(); st.Trouble != "" {
			t.Errorf("once it answers: %q", st.Trouble)
		}
		s.Close()
	})
}

type hangingDisk struct {
	osDisk
	until atomic.Pointer[chan struct{}] // nil: it does not hang
}

func (d *hangingDisk) create(path string) (file, error) {
	if until := d.until.Load(); until != nil {
		<-*until // in a bubble
	}
	return d.osDisk.create(path)
}

// A crash in the middle of a trial leaves nothing that counts as a tip.
func TestCrashInATrial(t *testing.T) {
	for at, done := 0, false; !done; at++ {
		dir := t.TempDir()
		d := &brokenDisk{failAt: at, err: errPowerCut}
		s := d.on(t, dir)
		done = s.try() == nil
		s.Close()
		s = open(t, dir)
		if st := s.Status(); st != (Status{Free: st.Free, Floor: st.Floor}) {
			t.Errorf("crash at call %d %v: %+v", at, d.calls, st)
		}
		if err := s.try(); err != nil {
			t.Errorf("crash at call %d %v: %v", at, d.calls, err)
		}
		for _, sub := range []string{"tmp", "new", "hold"} {
			if left := names(t, filepath.Join(dir, sub)); len(left) > 0 {
				t.Errorf("crash at call %d: %s/ has %v", at, sub, left)
			}
		}
		s.Close()
	}
}
