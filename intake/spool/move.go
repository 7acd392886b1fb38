package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"tipbox/intake"
)

// mover moves tips between new/ and hold/. Whoever does so, server or operator,
// holds a lock on hold/ for as long as it takes, a few system calls: else the
// server could rewrite a tip in new/ (see Spool.Reached) at the very moment an
// operator holds it, and the tip would be in both.
type mover struct {
	disk disk
	path string
	mu   sync.Mutex // flock does not exclude goroutines of one process
	lock *dirLock
}

func newMover(d disk, path string) (*mover, error) {
	lock, err := openLock(filepath.Join(path, "hold"))
	if err != nil {
		return nil, err
	}
	return &mover{disk: d, path: path, lock: lock}, nil
}

// alone runs f while nobody else moves or rewrites a tip.
func (m *mover) alone(f func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.lock.take(); err != nil {
		return err
	}
	return errors.Join(f(), m.lock.release())
}

// move renames a file durably, also where a power cut falls between the two
// fsyncs: the new name first, then the old one's going.
func (m *mover) move(fromDir, from, toDir, to string) error {
	if err := m.disk.rename(filepath.Join(m.path, fromDir, from), filepath.Join(m.path, toDir, to)); err != nil {
		return fmt.Errorf("moving a tip: %w", err)
	}
	if err := m.settle(toDir); err != nil {
		return fmt.Errorf("moving a tip: %w", err)
	}
	if err := m.settle(fromDir); err != nil {
		return fmt.Errorf("moving a tip: %w", err)
	}
	return nil
}

// settle makes the names in a directory durable and takes the hour from it.
func (m *mover) settle(dir string) error {
	if err := m.forgetTimes(dir); err != nil {
		return err
	}
	return m.disk.syncDir(filepath.Join(m.path, dir))
}

// forgetTimes sets the times of tmp/ and of the directory, which tell when the
// last tip came or went.
func (m *mover) forgetTimes(dir string) error {
	for _, d := range []string{"tmp", dir} {
		if err := m.disk.setTimes(filepath.Join(m.path, d), epoch); err != nil {
			return fmt.Errorf("setting a directory's times: %w", err)
		}
	}
	return nil
}

// setAside moves a file that is no tip to hold/, under a name that is not a
// tip's: it is never deleted, and never in the way of the tip itself, should
// its sender send it again. m is held.
func (m *mover) setAside(path string) error {
	dir, name := filepath.Dir(path), filepath.Base(path)
	kept := name[:min(len(name), longestKept)]
	to := kept + damagedSuffix
	for n := 2; ; n++ {
		_, err := os.Lstat(filepath.Join(m.path, "hold", to))
		if errors.Is(err, fs.ErrNotExist) {
			return m.move(dir, name, "hold", to)
		}
		if err != nil {
			return fmt.Errorf("setting a file aside: %w", err)
		}
		to = fmt.Sprintf("%s.%d%s", kept, n, damagedSuffix)
	}
}

// longestKept is how much of a name is kept in hold/, so that there is room for
// the number and the suffix: file systems take 255 bytes.
const longestKept = 200

const damagedSuffix = ".damaged"

// where returns the directory that has the tip's file now, and its name there;
// m is held.
func (m *mover) where(e *Entry) (dir, name string, err error) {
	for _, path := range placesOf(fileName(e)) {
		if _, err := os.Lstat(filepath.Join(m.path, path)); err == nil { //nolint:gosec,nolintlint // as in disk.go
			return filepath.Dir(path), filepath.Base(path), nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return "", "", fmt.Errorf("looking for a tip: %w", err)
		}
	}
	return "", "", ErrNotHere
}

// Read returns a tip and its sealed bytes. It returns ErrNotHere where the tip
// is held or gone, and ErrCorrupt where its file is damaged: that is then in
// hold/ and no longer in the index.
func (s *Spool) Read(id intake.ID) (Entry, []byte, error) {
	known, ok := s.Lookup(id)
	if !ok {
		return Entry{}, nil, ErrNotHere
	}
	name := fileName(&known)
	e, sealed, err := readFile(filepath.Join(s.path, "new"), name, false)
	var aside error
	if errors.Is(err, ErrCorrupt) {
		aside = s.moves.alone(func() error {
			// An adoption, or the mirror, may have put a good one there.
			if e, sealed, err = readFile(filepath.Join(s.path, "new"), name, false); errors.Is(err, ErrCorrupt) {
				return s.moves.setAside(filepath.Join("new", name))
			}
			return nil
		})
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Entry{}, nil, ErrNotHere
	case errors.Is(err, ErrCorrupt):
		s.log.Error("a tip's file is damaged and was set aside in hold/", "id", id)
		s.mu.Lock()
		defer s.mu.Unlock()
		if aside == nil {
			s.damaged++
			s.forget(id)
			s.touch(id, false)
			s.mirror.changed() // which may have it whole
		}
		return Entry{}, nil, errors.Join(err, aside)
	case err != nil:
		return Entry{}, nil, err
	}
	return e, sealed, nil
}

// Reached notes durably that these addresses have the tip, so that neither a
// crash nor a hold sends it to them again: the file is replaced by one that says so.
func (s *Spool) Reached(id intake.ID, addresses ...string) error {
	return s.moves.alone(func() error {
		known, ok := s.Lookup(id)
		if !ok {
			return ErrNotHere
		}
		dir, name, err := s.moves.where(&known)
		if err != nil {
			return err
		}
		e, sealed, err := readFile(filepath.Join(s.path, dir), name, false)
		if err != nil {
			return err
		}
		for _, a := range addresses {
			if !slices.Contains(e.Reached, a) {
				e.Reached = append(e.Reached, a)
			}
		}
		if err := s.place(dir, name, &e, sealed); err != nil {
			return err
		}
		if err := s.commit(dir); err != nil {
			return err
		}
		s.mirror.rewritten(dir, name)
		s.mu.Lock()
		defer s.mu.Unlock()
		if x := s.index[id]; x != nil {
			x.Reached = e.Reached
		}
		return nil
	})
}

// Hold moves a tip that the mail server refuses to hold/, where it waits for a
// person, and for the next ReleaseRefused.
func (s *Spool) Hold(id intake.ID) error {
	return s.moves.alone(func() error {
		e, ok := s.Lookup(id)
		if !ok {
			return ErrNotHere
		}
		dir, name, err := s.moves.where(&e)
		if err != nil {
			return err
		}
		if dir == "new" {
			if err := s.moves.move("new", name, "hold", name); err != nil {
				return err
			}
			s.mirror.changed()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if x := s.index[id]; x != nil && !x.Held {
			x.Held = true
			s.touch(id, false)
		}
		return nil
	})
}

// ReleaseRefused puts back among the waiting whatever lies in hold/ because the
// mail server refused it, but not what a person put there. Where some of it
// cannot be moved, the error says so of the first.
func (s *Spool) ReleaseRefused() error {
	return s.moves.alone(func() error {
		var failed error
		for _, e := range s.refused() {
			err := s.moves.move("hold", fileName(&e), "new", fileName(&e))
			if errors.Is(err, fs.ErrNotExist) {
				continue // an operator was quicker: the next look at the files says so
			}
			if err != nil {
				failed = cmp.Or(failed, err)
				continue
			}
			s.mirror.changed()
			s.mu.Lock()
			if x := s.index[e.ID]; x != nil {
				x.Held = false
				s.touch(e.ID, false)
			}
			s.mu.Unlock()
		}
		return failed
	})
}

func (s *Spool) refused() (list []Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.index {
		if x.Held && !x.Kept {
			list = append(list, x.Entry)
		}
	}
	return list
}

// Remove takes away a tip that all its addresses have, wherever an operator may
// have moved it meanwhile, once a sealed copy of it is in sent/, durably, where
// such are kept. The removal itself is not synced: should the power fail, the tip
// is there again and is sent once more, with the same Message-ID; that costs less
// than two more waits for the disk with every tip.
func (s *Spool) Remove(id intake.ID) error {
	s.keepCopy(id)
	return s.moves.alone(func() error {
		e, ok := s.Lookup(id)
		if !ok {
			return nil
		}
		dir, name, err := s.moves.where(&e)
		if err == nil {
			err = s.disk.remove(filepath.Join(s.path, dir, name))
			if err == nil {
				err = s.moves.forgetTimes(dir)
			}
		}
		if err != nil && !errors.Is(err, ErrNotHere) {
			return fmt.Errorf("deleting a delivered tip: %w", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.forget(id)
		s.mirror.delivered(&e)
		return nil
	})
}
