package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// source is the spool or mirror that is adopted, locked.
type source struct {
	path  string
	locks []*dirLock
}

// openSource also takes data_dir for the spool in it.
func openSource(dir string, own *mover) (*source, error) {
	if _, err := os.Stat(filepath.Join(dir, "new")); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(dir, "spool", "new")); err == nil {
			dir = filepath.Join(dir, "spool")
		}
	}
	for _, name := range []string{"new", "hold"} {
		switch _, _, err := listing(filepath.Join(dir, name)); {
		case errors.Is(err, fs.ErrNotExist):
			return nil, ErrNoSpool
		case err != nil:
			return nil, fmt.Errorf("reading what is to be adopted: %w", err)
		}
	}
	theirs, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("reading what is to be adopted: %w", err)
	}
	if ours, err := os.Stat(own.path); err != nil || os.SameFile(ours, theirs) {
		return nil, errors.Join(ErrOwn, err)
	}
	s := &source{path: dir}
	for path, open := range map[string]func(string) (*dirLock, error){dir: openLock, filepath.Join(dir, markFile): openFileLock} {
		lock, err := open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a spool without a mirror has no mark
		}
		if err != nil {
			s.close()
			return nil, err
		}
		s.locks = append(s.locks, lock)
		if free, err := lock.try(); err == nil && !free { // some network file systems have no locks
			s.close()
			return nil, ErrLocked
		}
	}
	return s, nil
}

func (s *source) close() {
	for _, lock := range s.locks {
		lock.close()
	}
}

// clearAdopted removes what another server has adopted of this spool, and returns the
// names, which our mirror is not to keep either.
func (s *Spool) clearAdopted() []string {
	dir := filepath.Join(s.path, adoptedDir)
	files, _, err := listing(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, name := range files {
		err = errors.Join(err, s.disk.remove(filepath.Join(dir, name)))
	}
	if errors.Join(err, s.disk.remove(dir)) != nil {
		s.log.Warn("what another server has adopted cannot be removed")
	}
	return files
}
