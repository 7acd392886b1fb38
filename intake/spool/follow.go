package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"tipbox/intake"
)

// look finds out, on our own clock, whether the mirror is well, takes it up again if
// it is, and brings it up to date. It calls joined as soon as tips are written there.
func (m *mirror) look(joined func()) {
	defer joined()
	m.mu.Lock()
	in := m.in
	m.mu.Unlock()
	take := m.join
	if in {
		take = m.isOurs
	}
	err := m.step(take)
	if err == nil {
		err = m.deleteGone()
	}
	if err == nil {
		err = m.step(m.try)
	}
	if errors.Is(err, intake.ErrNoRoom) { // what else is not wanted there may make some
		if _, err = m.tidy(); err == nil {
			err = m.step(m.try)
		}
	}
	m.mu.Lock()
	m.in = err == nil
	m.mu.Unlock()
	if err == nil {
		joined()
		if !in {
			m.tell(Behind)
		}
		err = m.compareAll()
	}
	if err != nil {
		m.lose()
	}
	if err != nil || m.saved > 0 { // else what is gone goes at once
		m.saveGone()
	}
	m.tell(troubleOfMirror(err))
}

// tell sets what Status says, and logs what is new of it.
func (m *mirror) tell(trouble string) {
	m.mu.Lock()
	before := m.trouble
	m.trouble = trouble
	m.mu.Unlock()
	switch {
	case trouble == before, trouble == Behind:
	case trouble != "":
		m.s.log.Error("tips are not mirrored: they are on one disk alone", "reason", trouble)
	default:
		m.s.log.Info("tips are mirrored")
	}
}

// compareAll makes the mirror hold what the spool holds.
func (m *mirror) compareAll() error {
	wanted, err := m.tidy()
	if err == nil {
		err = m.catchUp(wanted)
	}
	return err
}

// tidy makes the mirror hold nothing but what the spool holds: what was moved is
// moved, what was delivered is deleted. It returns what is to be there.
func (m *mirror) tidy() (wanted map[string]int64, err error) {
	m.mu.Lock()
	has := maps.Clone(m.has) // before the spool is read: what comes meanwhile is nobody's
	m.compare = false
	m.mu.Unlock()
	wanted, err = m.s.holding()
	if err != nil {
		return nil, nil //nolint:nilerr // the spool's own trouble, which Status tells
	}
	at := make(map[intake.ID]string)
	for path := range wanted {
		if id := idIn(path); m.s.has(id) { // else it is not seen yet, or damaged
			at[id] = path
		}
	}
	var unwanted []string
	for path := range has {
		if _, ok := wanted[path]; !ok {
			unwanted = append(unwanted, path)
		}
	}
	strangers, err := m.clear(unwanted, at)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.strangers = strangers
	return wanted, nil
}

// catchUp copies what the mirror lacks, and looks at what the spool has not taken in.
func (m *mirror) catchUp(wanted map[string]int64) error {
	m.mu.Lock()
	has := maps.Clone(m.has)
	m.mu.Unlock()
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		id := idIn(path)
		if size, there := has[path]; there && size == wanted[path] && (id == "" || m.s.has(id)) || m.s.isWriting(id) {
			continue
		}
		select {
		case <-m.end:
			return nil // the next start goes on
		default:
		}
		if err := m.update(path); err != nil {
			return err
		}
	}
	return nil
}

// clear sees to what the mirror holds and the spool does not hold there: a tip that
// was moved (the spool has it at another path) is moved, a digest that is over and
// what was delivered is deleted, what is damaged in the spool is put back there. It
// returns how many are none of these.
func (m *mirror) clear(unwanted []string, at map[intake.ID]string) (strangers int, err error) {
	var sent map[intake.ID]bool
	for _, path := range unwanted {
		id := idIn(path)
		to, here := at[id]
		if id != "" && !here && sent == nil {
			if sent, err = sentIDs(m.s.path); err != nil {
				return 0, nil //nolint:nilerr // the spool's own trouble: nothing is deleted
			}
		}
		switch {
		case id != "" && here && !m.holds(to):
			err = m.step(func() error { return m.move(path, to) })
		case id != "" && !here && !sent[id]:
			if here, err = m.heal(path); err == nil && !here && m.holds(path) {
				strangers++
			}
		default:
			err = m.delete(path)
		}
		if err != nil {
			return 0, err
		}
	}
	return strangers, nil
}

// idIn is the id of the tip at a path such as new/NAME, "" for a digest.
func idIn(path string) intake.ID {
	id, _ := tipIn(filepath.Dir(path), filepath.Base(path))
	return id
}

// holding returns what a mirror is to hold: bytes by path.
func (s *Spool) holding() (all map[string]int64, err error) {
	err = s.moves.alone(func() error {
		all, err = contents(s.path)
		return err
	})
	return all, err
}

// isWriting reports whether a Put of the tip is under way, which sees to the mirror
// itself.
func (s *Spool) isWriting(id intake.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.writing[id] != nil
}

// contents returns the files of a spool or a mirror that are tips by their names, or
// digests, with their lengths.
func contents(path string) (map[string]int64, error) {
	all := make(map[string]int64)
	for _, dir := range []string{"new", "hold", "digest"} {
		names, _, err := listing(filepath.Join(path, dir))
		if errors.Is(err, fs.ErrNotExist) && dir == "digest" {
			continue // there have not always been any
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s/: %w", dir, err)
		}
		for _, name := range names {
			if id, _ := tipIn(dir, name); id == "" && (dir != "digest" || digestIn(name) == "") {
				continue
			}
			info, err := os.Lstat(filepath.Join(path, dir, name))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, fmt.Errorf("reading %s/: %w", dir, err)
			}
			all[filepath.Join(dir, name)] = info.Size()
		}
	}
	return all, nil
}

// sentIDs returns the ids of all copies of delivered tips.
func sentIDs(path string) (map[intake.ID]bool, error) {
	days, err := sentDays(path)
	if err != nil {
		return nil, err
	}
	ids := make(map[intake.ID]bool)
	for _, day := range days {
		files, _, err := listing(filepath.Join(path, "sent", day))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("reading a day of sent/: %w", err)
		}
		for _, name := range files {
			ids[idOf(name)] = true
		}
	}
	return ids, nil
}
