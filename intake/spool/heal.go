package spool

import (
	"cmp"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"tipbox/intake"
)

// update copies a file of the spool to the mirror. One that is damaged in the spool is
// none, whatever its name and its length: the mirror's stays, and is put in its place.
func (m *mirror) update(path string) error {
	err := m.step(func() error { return m.write(path) })
	if errors.Is(err, ErrCorrupt) {
		_, err = m.heal(path)
	}
	return err
}

// heal sees to a tip whose file in the spool may be damaged, or was and is set aside:
// the mirror's, at path, is put in its place, where it is whole and the tip was not
// delivered meanwhile. It reports whether the spool has the tip then. Where it does
// not, and the mirror's is damaged too, that is set aside in its hold/.
func (m *mirror) heal(path string) (here bool, err error) {
	if idIn(path) == "" {
		return false, nil // a digest that is not whole is as if it had not been begun
	}
	var e Entry
	var sealed []byte
	var theirs error
	_ = m.step(func() error {
		e, sealed, theirs = readFile(filepath.Join(m.at.path, filepath.Dir(path)), filepath.Base(path), false)
		return nil
	})
	aside, healed := false, false
	// An error is the spool's own trouble, which Status tells.
	_ = m.s.moves.alone(func() error {
		name := strings.TrimSuffix(filepath.Base(path), keptSuffix)
		whole, damaged, err := m.s.moves.inspect(placesOf(name))
		if err != nil || whole != "" || m.isGone(name) {
			here = true
			return err
		}
		to := ""
		for _, path := range damaged {
			if err := m.s.moves.setAside(path); err != nil {
				return err
			}
			to, aside = path, true
		}
		if to == "" {
			if to, err = m.s.wasAt(name, path); err != nil || to == "" {
				return err
			}
		}
		if theirs != nil {
			return nil
		}
		if err := m.s.place(filepath.Dir(to), filepath.Base(to), &e, sealed); err != nil {
			return err
		}
		here, healed = true, true
		return m.s.commit(filepath.Dir(to))
	})
	switch {
	case healed:
		m.s.log.Warn("a tip's file is damaged and was set aside in hold/: the mirror's is in its place", "id", e.ID)
	case aside:
		m.s.log.Error("a tip's file is damaged and was set aside in hold/", "id", idIn(path))
	}
	if healed || aside {
		_ = m.s.Rescan() // and if not now, then within seconds
	}
	if !here && errors.Is(theirs, ErrCorrupt) {
		err = m.setAside(path)
	}
	return here, err
}

// wasAt returns where a tip was of which a damaged file is set aside, "" for none.
// Where that file does not tell, it was at path.
func (s *Spool) wasAt(name, path string) (to string, err error) {
	files, _, err := listing(filepath.Join(s.path, "hold"))
	for _, file := range files {
		rest, its := strings.CutPrefix(file, name)
		if !its || !strings.HasSuffix(rest, damagedSuffix) {
			continue
		}
		if strings.HasPrefix(rest, keptSuffix) {
			return filepath.Join("hold", name+keptSuffix), nil
		}
		to = path
	}
	return to, err
}

// setAside moves a damaged file of the mirror out of the way, as in the spool.
func (m *mirror) setAside(path string) error {
	m.s.log.Error("a tip's file in the mirror is damaged and was set aside in its hold/", "id", idIn(path))
	if err := m.step(func() error { return m.at.setAside(path) }); err != nil {
		return noRoom(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.has, path)
	return nil
}

// isGone reports whether a tip was delivered and may still be in the mirror.
func (m *mirror) isGone(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.gone[name]
}

// placesOf returns where the file of a tip may be.
func placesOf(name string) []string {
	return []string{filepath.Join("new", name), filepath.Join("hold", name), filepath.Join("hold", name+keptSuffix)}
}

// has reports whether the spool has taken in a tip, or knows it to be there though it
// cannot read it: a file that is damaged by its envelope is none, whatever its name.
func (s *Spool) has(id intake.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, unread := s.unread[string(id)]
	return s.index[id] != nil || s.writing[id] != nil || unread
}

// inspect reads files of one tip, whole. It returns the path of the first that is what
// a spool wrote, else those that are damaged, or the error of one that may be neither.
func (m *mover) inspect(paths []string) (whole string, damaged []string, err error) {
	for _, path := range paths {
		_, _, readErr := readFile(filepath.Join(m.path, filepath.Dir(path)), filepath.Base(path), false)
		switch {
		case readErr == nil:
			return path, nil, nil
		case errors.Is(readErr, ErrCorrupt):
			damaged = append(damaged, path)
		case !errors.Is(readErr, fs.ErrNotExist):
			err = cmp.Or(err, readErr)
		}
	}
	return "", damaged, err
}
