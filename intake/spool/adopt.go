package spool

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"

	"tipbox/intake"
)

var (
	// ErrNoSpool says that a directory is neither a spool nor a mirror of one.
	ErrNoSpool = errors.New("neither a spool nor a mirror of one")
	// ErrOwn says that a spool was to adopt itself.
	ErrOwn = errors.New("that is the spool itself")
)

// adoptedDir is where, in the spool or mirror that was adopted, the tips lie that are
// another server's now: out of the way of a server that comes back.
const adoptedDir = "adopted"

// adoptBatch is how many tips are adopted while the server beside us waits.
const adoptBatch = 32

// Adopted is what came of an adoption.
type Adopted struct {
	Taken   []Entry // now in this spool
	Known   int     // this spool has them whole, or has delivered them
	Digests int     // that were begun, and go on under the same Message-ID
	Left    []Item  // damaged, unreadable, a newer tipbox's, or no tips: they stay where they are, by path
	// Unmirrored says that this spool's mirror does not have all that was taken: until
	// the server has brought it up to date, that is on one disk alone.
	Unmirrored bool
	// Unmarked says that the other directory takes no writes: a server that is
	// started on it mails all of it once more.
	Unmarked bool
}

// Adopt takes over what the spool or mirror in dir still holds: a dead server's. Each
// tip is here, durably, and in our own mirror, "" for none, before it is put out of the
// way there, and one that is here whole, or was delivered, is not taken again: so it may
// be cut short, and done twice. It takes no more than the disk holds above the floor, in bytes, and
// returns what was done also where it ends with an error: ErrNoSpool, ErrOwn, ErrLocked
// where a server has it, intake.ErrNoRoom.
func (c *Control) Adopt(dir, mirror string, floor uint64, progress func(done, total int)) (*Adopted, error) {
	from, err := openSource(dir, c.moves)
	if err != nil {
		return nil, err
	}
	defer from.close()
	files, err := contents(from.path)
	if err != nil {
		return nil, err
	}
	a := &adoption{Control: c, source: from, floor: floor, reached: make(map[intake.ID][]string)}
	if a.own, err = isMirrorOf(from.path, c.moves.path); err != nil {
		return nil, err
	}
	if mirror != "" && !a.own {
		if ours, err := isMirrorOf(mirror, c.moves.path); err == nil && ours {
			a.mirror = newMirror(&Spool{path: c.moves.path}, mirror, c.moves.disk)
		} else {
			a.Unmirrored = true
		}
	}
	digests := a.digests(files)
	paths := slices.Sorted(maps.Keys(files))
	paths = slices.DeleteFunc(paths, func(path string) bool { return idIn(path) == "" })
	for _, dir := range []string{"new", "hold"} {
		names, odd, err := listing(filepath.Join(from.path, dir))
		if err != nil {
			return nil, fmt.Errorf("reading what is to be adopted: %w", err)
		}
		for _, name := range append(names, odd...) {
			if id, _ := tipIn(dir, name); id == "" {
				a.Left = append(a.Left, Item{Entry{}, filepath.Join(dir, name), ErrCorrupt})
			}
		}
	}
	done := 0
	for batch := range slices.Chunk(paths, adoptBatch) {
		if err := a.take(batch, files); err != nil {
			return &a.Adopted, err
		}
		done += len(batch)
		progress(done, len(paths))
	}
	err = a.takeDigests(digests)
	return &a.Adopted, err
}

// adoption is one that is under way.
type adoption struct {
	*Control
	*source
	Adopted
	floor   uint64
	own     bool                   // it is this spool's own mirror, and stays one: all is left there
	mirror  *mirror                // of this spool
	reached map[intake.ID][]string // by digests that were begun there
}

// take adopts the tips at some paths.
func (a *adoption) take(paths []string, sizes map[string]int64) error {
	theirs := make(map[intake.ID][]string)
	var bytes int64
	for _, path := range paths {
		theirs[idIn(path)] = append(theirs[idIn(path)], path)
		bytes += sizes[path]
	}
	var mu sync.Mutex
	var safe, here []string // their files, and ours: the tip is in it, durably
	err := a.moves.alone(func() error {
		if free, err := a.moves.disk.free(a.moves.path); err == nil && free.bytes < a.floor+uint64(max(0, bytes)) {
			return intake.ErrNoRoom
		}
		delivered, err := sentIDs(a.moves.path)
		if err != nil {
			return err
		}
		ours, err := a.ours()
		if err != nil {
			return err
		}
		err = atOnce(slices.Collect(maps.Keys(theirs)), func(id intake.ID) error {
			t := tip{known: delivered[id], safe: theirs[id]}
			if !t.known {
				var err error
				if t, err = a.takeTip(theirs[id], ours[id]); err != nil {
					return err
				}
			}
			mu.Lock()
			defer mu.Unlock()
			safe = append(safe, t.safe...)
			a.Left = append(a.Left, t.left...)
			switch {
			case t.known:
				a.Known += len(t.safe)
			case t.here != "":
				a.Taken = append(a.Taken, t.entry)
			}
			if t.here != "" {
				here = append(here, t.here)
			}
			return nil
		})
		if err != nil {
			return err
		}
		// Also for what was here already: a run that was cut short may have left it so.
		for _, dir := range []string{"new", "hold"} {
			if err := a.moves.settle(dir); err != nil {
				return noRoom(fmt.Errorf("making a tip's name durable: %w", err))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if a.mirror != nil && !a.Unmirrored {
		a.Unmirrored = atOnce(here, a.copy) != nil
	}
	a.mark(safe)
	return nil
}

// tip is what came of one tip.
type tip struct {
	known bool     // it was here, whole, or was delivered
	entry Entry    // else what was taken
	here  string   // where its file is now, whole; "" for nowhere
	safe  []string // the files there that may go
	left  []Item   // the files there that stay
}

// takeTip puts a tip where it lay there, unless a file here has it whole: a name alone
// is no tip. One that is damaged here is set aside for it.
func (a *adoption) takeTip(theirs, ours []string) (t tip, err error) {
	var damaged []string
	t.here, damaged, err = a.moves.inspect(ours)
	if t.here != "" {
		t.known, t.safe = true, theirs
		return t, nil
	}
	oursErr := err
	for i, path := range theirs {
		sealed, err := []byte(nil), oursErr // what we cannot read may be good: it is not replaced
		if err == nil {
			t.entry, sealed, err = readFile(filepath.Join(a.path, filepath.Dir(path)), filepath.Base(path), false)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // the other server's, before it was locked out
			continue
		case errors.Is(err, fs.ErrPermission):
			return tip{}, err
		case err != nil: // damaged, or a dying disk does not give it back: another file of it, and other tips, may be well
			t.left = append(t.left, Item{Entry{Envelope: intake.Envelope{ID: idIn(path)}}, path, err})
			continue
		}
		to := path
		for _, path := range damaged {
			if filepath.Dir(path) == "hold" {
				to = path // it stays held
			}
			if err := a.moves.setAside(path); err != nil {
				return tip{}, noRoom(err)
			}
		}
		if err := a.place(to, &t.entry, sealed); err != nil {
			return tip{}, noRoom(fmt.Errorf("adopting a tip: %w", err))
		}
		t.here, t.safe = to, theirs[i:]
		return t, nil
	}
	return t, nil
}

// copy has a tip in this spool's mirror, too.
func (a *adoption) copy(path string) error {
	to := filepath.Join(a.mirror.at.path, path)
	if there, _, err := a.mirror.at.inspect([]string{path}); err == nil && there != "" {
		return nil
	}
	if err := a.mirror.write(path); err != nil {
		return err
	}
	if err := likeOwner(to, filepath.Join(a.moves.path, "new")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// atOnce does a thing for all, at the same time: most of it is waiting for the disk.
func atOnce[T any](all []T, do func(T) error) error {
	errs := make([]error, len(all))
	var running sync.WaitGroup
	for i, one := range all {
		running.Go(func() { errs[i] = do(one) })
	}
	running.Wait()
	return cmp.Or(errs...)
}

// ours returns the paths of this spool's files, by their names.
func (a *adoption) ours() (map[intake.ID][]string, error) {
	all := make(map[intake.ID][]string)
	for _, dir := range []string{"new", "hold"} {
		files, _, err := listing(filepath.Join(a.moves.path, dir))
		if err != nil {
			return nil, fmt.Errorf("reading the spool: %w", err)
		}
		for _, name := range files {
			id, _ := tipIn(dir, name)
			all[id] = append(all[id], filepath.Join(dir, name))
		}
	}
	return all, nil
}

// place puts one tip at a path here; its name is not durable yet.
func (a *adoption) place(path string, e *Entry, sealed []byte) error {
	for _, to := range a.reached[e.ID] {
		if !slices.Contains(e.Reached, to) {
			e.Reached = append(e.Reached, to)
		}
	}
	line, err := encodeHeader(e, sealed)
	if err != nil {
		return err
	}
	// A name that neither the server beside us gives, nor a run that was cut short gave.
	part := filepath.Join(a.moves.path, "tmp", rand.Text()+".part")
	err = writePart(a.moves.disk, part, e.NotBefore, io.MultiReader(bytes.NewReader(line), bytes.NewReader(sealed)))
	if err == nil {
		err = likeOwner(part, filepath.Join(a.moves.path, "new"))
	}
	if err == nil {
		err = a.moves.disk.rename(part, filepath.Join(a.moves.path, path))
	}
	if err != nil {
		_ = a.moves.disk.remove(part)
	}
	return err
}
