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
	"os"
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
	Known   int     // this spool has them, or has delivered them
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
// way there, and one that is known here is not taken again: so it may be cut short, and
// done twice. It takes no more than the disk holds above the floor, in bytes, and
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
	var safe []string // here, durably
	err := a.moves.alone(func() error {
		known, err := a.known()
		if err != nil {
			return err
		}
		var bytes int64
		for _, path := range paths {
			bytes += sizes[path]
		}
		if free, err := a.moves.disk.free(a.moves.path); err == nil && free.bytes < a.floor+uint64(max(0, bytes)) {
			return intake.ErrNoRoom
		}
		var lacking []string
		for _, path := range paths {
			if id := idIn(path); known[id] {
				a.Known++
				safe = append(safe, path)
			} else {
				known[id] = true // of two files of one tip the other waits for the next run
				lacking = append(lacking, path)
			}
		}
		placed, err := a.placeAll(lacking)
		safe = append(safe, placed...)
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
		a.Unmirrored = atOnce(safe, a.copy) != nil
	}
	a.mark(safe)
	return nil
}

// placeAll puts tips where they lay there, and returns the paths of those that are here.
func (a *adoption) placeAll(paths []string) (placed []string, err error) {
	var mu sync.Mutex
	err = atOnce(paths, func(path string) error {
		dir, name := filepath.Split(path)
		e, sealed, err := readFile(filepath.Join(a.path, dir), name, false) // whole: its checksums are held to it
		if err == nil {
			if err := a.place(path, &e, sealed); err != nil {
				return noRoom(fmt.Errorf("adopting a tip: %w", err))
			}
		}
		mu.Lock()
		defer mu.Unlock()
		switch {
		case errors.Is(err, fs.ErrNotExist): // the other server's, before it was locked out
		case errors.Is(err, fs.ErrPermission):
			return err
		case err != nil: // damaged, or a dying disk does not give it back: the others may be well
			a.Left = append(a.Left, Item{Entry{Envelope: intake.Envelope{ID: idIn(path)}}, path, err})
		default:
			a.Taken = append(a.Taken, e)
			placed = append(placed, path)
		}
		return nil
	})
	return placed, err
}

// copy has a tip in this spool's mirror, too.
func (a *adoption) copy(path string) error {
	to := filepath.Join(a.mirror.at.path, path)
	if _, err := os.Lstat(to); err == nil {
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
func atOnce(paths []string, do func(path string) error) error {
	errs := make([]error, len(paths))
	var running sync.WaitGroup
	for i, path := range paths {
		running.Go(func() { errs[i] = do(path) })
	}
	running.Wait()
	return cmp.Or(errs...)
}

// known returns the ids of the tips that this spool has, or has delivered.
func (a *adoption) known() (map[intake.ID]bool, error) {
	ids, err := sentIDs(a.moves.path)
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{"new", "hold"} {
		files, _, err := listing(filepath.Join(a.moves.path, dir))
		if err != nil {
			return nil, fmt.Errorf("reading the spool: %w", err)
		}
		for _, name := range files {
			id, _ := tipIn(dir, name)
			ids[id] = true
		}
	}
	return ids, nil
}

// place puts one tip where it lay there; its name is not durable yet.
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
