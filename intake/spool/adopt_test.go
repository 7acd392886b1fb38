package spool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"tipbox/intake"
)

func quietly(int, int) {}

// What a dead server's spool holds is here as it was there: waiting, held, held by
// hand, for later, whom it has reached; and the digest that was begun goes on.
func TestAdopt(t *testing.T) {
	data := t.TempDir()
	dead := open(t, filepath.Join(data, "spool"))
	later := envelope(2)
	later.NotBefore = time.Unix(1795442706, 0)
	if err := errors.Join(dead.Put(envelope(1), sealed(1)), dead.Put(later, sealed(2)), dead.Put(bulk(3), sealed(3)), dead.Put(envelope(4), sealed(4)),
		dead.Put(envelope(5), sealed(5)), dead.Put(envelope(6), sealed(6)), dead.Put(envelope(7), sealed(7)), dead.Put(envelope(8), sealed(8)),
		dead.Hold(tipID(4)), (&Control{dead.moves}).Hold(tipID(5)), dead.Reached(tipID(3), "a@example.vn"),
		dead.SaveDigest("na-co-sa-unit", &Digest{Tips: []intake.ID{tipID(3)}, Reached: []string{"a@example.vn", "b@example.vn"}}),
		dead.SaveDigest("na-co-sa-oversight", &Digest{Tips: []intake.ID{tipID(9)}})); err != nil {
		t.Fatal(err)
	}
	// Seven is cut short, eight a newer tipbox's, and two things are no tips.
	spoil := func(n int, text string) {
		t.Helper()
		path := filepath.Join(dead.path, "new", "0-"+string(tipID(n))+".tip")
		if err := errors.Join(os.Rename(path, path+"-"), os.WriteFile(path, []byte(text), 0o600), os.Remove(path+"-")); err != nil {
			t.Fatal(err)
		}
	}
	spoil(7, `{"v":1,"id":"`)
	spoil(8, `{"v":2}`+"\n")
	if err := errors.Join(os.WriteFile(filepath.Join(dead.path, "hold", "x.damaged"), nil, 0o600), os.Mkdir(filepath.Join(dead.path, "new", "folder"), 0o700)); err != nil {
		t.Fatal(err)
	}
	heir := keeping(t, t.TempDir())
	put(t, heir, 1) // it came here, too
	put(t, heir, 6) // and this was delivered here
	if err := errors.Join(heir.Remove(tipID(6)), heir.SaveDigest("na-co-sa-oversight", &Digest{Tips: []intake.ID{tipID(1)}})); err != nil {
		t.Fatal(err)
	}
	d := desk(t, heir.path)
	if _, err := d.Adopt(data, "", 1, quietly); !errors.Is(err, ErrLocked) {
		t.Errorf("while it lives: %v", err)
	}
	dead.Close()
	steps := 0
	a, err := d.Adopt(data, "", 1, func(done, total int) { steps = total - done })
	if err != nil || len(a.Taken) != 4 || a.Known != 2 || a.Digests != 1 || len(a.Left) != 4 || a.Unmarked || steps != 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	var left []string
	for _, i := range a.Left {
		left = append(left, i.Name)
		if _, err := os.Lstat(filepath.Join(dead.path, i.Name)); err != nil {
			t.Error(err)
		}
	}
	slices.Sort(left)
	if want := []string{"hold/x.damaged", "new/0-" + string(tipID(7)) + ".tip", "new/0-" + string(tipID(8)) + ".tip", "new/folder"}; !slices.Equal(left, want) {
		t.Errorf("left %v", left)
	}
	if err := heir.Rescan(); err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]Entry{
		1: {Envelope: envelope(1)}, 2: {Envelope: later}, 3: {Envelope: bulk(3), Reached: []string{"a@example.vn", "b@example.vn"}},
		4: {Envelope: envelope(4), Held: true}, 5: {Envelope: envelope(5), Held: true, Kept: true},
	} {
		e, ok := heir.Lookup(tipID(n))
		want.Size = e.Size
		if !ok || fmt.Sprint(e) != fmt.Sprint(want) {
			t.Errorf("tip %d: %+v, %v, want %+v", n, e, ok, want)
		}
	}
	if _, b, err := heir.Read(tipID(2)); err != nil || !bytes.Equal(b, sealed(2)) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if _, ok := heir.Lookup(tipID(6)); ok {
		t.Error("what was delivered here was adopted")
	}
	if got := heir.Digest("na-co-sa-unit"); got == nil || len(got.Reached) != 2 {
		t.Errorf("%+v", got)
	}
	if got := heir.Digest("na-co-sa-oversight"); got == nil || got.Tips[0] != tipID(1) {
		t.Errorf("our own digest became %+v", got)
	}
	if heir.IsNews(tipID(2)) {
		t.Error("an adopted tip counts as news")
	}

	// Once more there is nothing to do; and a dead server that comes back has nothing
	// to mail, and keeps nothing of what is another's.
	again, err := d.Adopt(dead.path, "", 1, quietly)
	if err != nil || len(again.Taken)+again.Known+again.Digests != 0 {
		t.Errorf("%+v, %v", again, err)
	}
	if st := open(t, dead.path).Status(); st.Waiting+st.Held != 0 {
		t.Errorf("%+v", st)
	}
	if _, err := os.Lstat(filepath.Join(dead.path, adoptedDir)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was adopted lies about: %v", err)
	}
}

// What is not a dead server's spool is refused, and what the disk does not hold.
func TestAdoptRefuses(t *testing.T) {
	heir, dead := open(t, t.TempDir()), t.TempDir()
	put(t, open(t, dead), 1)
	d := desk(t, heir.path)
	for what, refused := range map[string]struct {
		dir   string
		floor uint64
		want  error
	}{
		"itself":     {heir.path, 1, ErrOwn},
		"no spool":   {t.TempDir(), 1, ErrNoSpool},
		"not there":  {filepath.Join(t.TempDir(), "x"), 1, ErrNoSpool},
		"a live one": {dead, 1, ErrLocked},
	} {
		if _, err := d.Adopt(refused.dir, "", refused.floor, quietly); !errors.Is(err, refused.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	s := open(t, t.TempDir())
	put(t, s, 2)
	s.Close()
	if a, err := d.Adopt(s.path, "", 1<<60, quietly); !errors.Is(err, intake.ErrNoRoom) || len(a.Taken) > 0 {
		t.Errorf("without room: %+v, %v", a, err)
	}
	if got := names(t, filepath.Join(s.path, "new")); len(got) != 1 {
		t.Errorf("and there are left %v", got)
	}
}

// An adoption that is cut short, at whichever call, by a crash, a power cut or a disk
// that fails, loses nothing; done again it ends as if it had been done once.
func TestAdoptCutShort(t *testing.T) {
	for _, cause := range []error{errPowerCut, syscall.EIO} {
		for _, strict := range []bool{false, true} {
			if strict && !errors.Is(cause, errPowerCut) {
				continue
			}
			for at, done := 0, false; !done; at++ {
				dead := open(t, t.TempDir())
				put(t, dead, 1)
				put(t, dead, 2)
				if err := dead.Hold(tipID(2)); err != nil {
					t.Fatal(err)
				}
				dead.Close()
				heir := open(t, t.TempDir())
				heir.Close()
				d := &brokenDisk{failAt: at, err: cause, short: true, unsynced: make(map[string]bool)}
				c := desk(t, heir.path)
				c.moves.disk = d
				_, err := c.Adopt(dead.path, "", 1, quietly)
				done = err == nil && len(d.calls) <= at
				where := fmt.Sprintf("%v at call %d of %v, strict %v", cause, at, d.calls[max(0, len(d.calls)-2):], strict)
				if strict {
					d.cut(t)
				}
				found := 0
				for n := 1; n <= 2; n++ {
					for _, dir := range []string{heir.path, dead.path} {
						for _, sub := range []string{"new", "hold"} {
							if e, _, err := readFile(filepath.Join(dir, sub), "0-"+string(tipID(n))+".tip", false); err == nil && e.ID == tipID(n) {
								found |= n
							}
						}
					}
				}
				if found != 3 {
					t.Errorf("%s: tips are lost", where)
				}
				if err := errors.Join(c.Close()); err != nil {
					t.Fatal(err)
				}
				if _, err := desk(t, heir.path).Adopt(dead.path, "", 1, quietly); err != nil {
					t.Errorf("%s: again: %v", where, err)
				}
				heir, dead = open(t, heir.path), open(t, dead.path)
				if st := heir.Status(); st.Waiting != 1 || st.Held != 1 || st.Damaged+st.Unread > 0 {
					t.Errorf("%s: again: %+v", where, st)
				}
				if st := dead.Status(); st.Waiting+st.Held > 0 {
					t.Errorf("%s: the dead server still has %+v", where, st)
				}
				heir.Close()
				dead.Close()
			}
		}
	}
}

// A name is no tip: what is damaged here, or lies there a second time and is garbled,
// keeps the good file neither from being adopted nor makes it one that may go.
func TestAdoptTrustsNoName(t *testing.T) {
	name := func(n int) string { return "0-" + string(tipID(n)) + ".tip" }
	dead, heir := open(t, t.TempDir()), mirrored(t, t.TempDir(), Options{})
	for n := 1; n <= 3; n++ {
		put(t, dead, n)
	}
	put(t, heir, 2)
	put(t, heir, 3)
	if err := errors.Join((&Control{heir.moves}).Hold(tipID(2)), heir.Rescan()); err != nil {
		t.Fatal(err)
	}
	heir.tick()
	dead.Close()
	kept, waits := filepath.Join("hold", name(2)+keptSuffix), filepath.Join("new", name(3))
	if err := errors.Join(os.WriteFile(filepath.Join(dead.path, "hold", name(1)), []byte("garbled"), 0o600),
		os.Truncate(filepath.Join(heir.path, kept), 100),                         // with its envelope
		os.Truncate(filepath.Join(heir.path, waits), 300),                        // in the tip
		os.Truncate(filepath.Join(heir.mirror.at.path, kept), 100)); err != nil { // there, too
		t.Fatal(err)
	}
	a, err := desk(t, heir.path).Adopt(dead.path, heir.mirror.at.path, 1, quietly)
	if err != nil || len(a.Taken) != 3 || a.Known != 0 || len(a.Left) != 1 || a.Unmirrored {
		t.Errorf("%+v, %v", a, err)
	}
	heir.Close()
	open(t, dead.path) // and what was adopted is gone
	for n, path := range map[int]string{1: filepath.Join("new", name(1)), 2: kept, 3: waits} {
		for _, dir := range []string{heir.path, heir.mirror.at.path} {
			if _, b, err := readFile(filepath.Join(dir, filepath.Dir(path)), filepath.Base(path), false); err != nil || !bytes.Equal(b, sealed(n)) {
				t.Errorf("tip %d in %s: %d bytes, %v", n, filepath.Base(dir), len(b), err)
			}
		}
	}
	if got := names(t, filepath.Join(heir.path, "hold")); len(got) != 3 {
		t.Errorf("hold/ has %v: want the tip and two damaged files", got)
	}
}
