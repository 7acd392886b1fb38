package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"tipbox/intake"
)

// retrySuffix marks a nudge: an empty file TB-XXXX-XXXX.retry (or all.retry)
// in tmp/, by which an operator's command asks the server to try a tip again at
// once. A tip's own file never changes for it, and what no server has read
// when one starts is swept away: at a start everything due is tried anyway.
const (
	retrySuffix = ".retry"
	retryAll    = "all"
)

// load sweeps tmp/ and reads all envelopes.
func (s *Spool) load() error {
	tmp := filepath.Join(s.path, "tmp")
	files, _, err := listing(tmp)
	if err != nil {
		return fmt.Errorf("reading the spool: %w", err)
	}
	for _, name := range files {
		// On a disk that takes no writes the leftovers stay, and nothing else
		// would be gained by not starting: what waits can still be mailed.
		if err := s.disk.remove(filepath.Join(tmp, name)); err != nil {
			s.log.Warn("a leftover in the spool's tmp/ cannot be removed")
		}
	}
	if err := s.disk.remove(filepath.Join(s.path, "new", trialName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.log.Warn("a leftover in the spool's new/ cannot be removed")
	}
	return s.Rescan()
}

// Rescan notices what operators did beside the server: tips held, released,
// taken away, or to be tried again. It reads only names, and the envelopes of
// files it has not seen.
func (s *Spool) Rescan() error {
	err := s.moves.alone(s.rescan)
	if err == nil {
		err = s.readNudges()
	}
	if err != nil {
		return fmt.Errorf("reading the spool: %w", err)
	}
	return nil
}

// found is what one scan comes by.
type found struct {
	seen    map[intake.ID]bool
	unread  map[string]bool
	damaged int
	changed bool // something is not where it was
}

func (s *Spool) rescan() error {
	s.mu.Lock()
	before := s.seq
	s.mu.Unlock()
	f := &found{seen: make(map[intake.ID]bool), unread: make(map[string]bool)}
	for _, dir := range []string{"new", "hold"} {
		files, odd, err := listing(filepath.Join(s.path, dir))
		if err != nil {
			return err
		}
		for _, name := range files {
			s.meet(dir, name, f)
		}
		for _, name := range odd {
			s.setDamagedAside(dir, name, f)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unread, s.damaged = f.unread, f.damaged
	for id, x := range s.index {
		if x.seq <= before && !f.seen[id] {
			s.forget(id)
			s.touch(id, false)
			f.changed = true
		}
	}
	if f.changed {
		s.mirror.changed()
	}
	return nil
}

// meet takes in a file found in dir.
func (s *Spool) meet(dir, name string, f *found) {
	held := dir == "hold"
	id, kept := tipIn(dir, name)
	if id != "" {
		s.mu.Lock()
		x, writing := s.index[id], s.writing[id] != nil
		if x != nil && !f.seen[id] && (x.Held != held || x.Kept != kept) {
			x.Held, x.Kept = held, kept
			s.touch(id, false)
			f.changed = true
		}
		s.mu.Unlock()
		// A second file of an id (a Put whose fsync failed and whose file could
		// not be removed) waits until the first is delivered.
		if x != nil || writing || f.seen[id] {
			f.seen[id] = true
			return
		}
	}
	e, _, err := readFile(filepath.Join(s.path, dir), name, true)
	switch {
	case err == nil:
		e.Held, e.Kept = held, kept
		f.seen[id] = true
		f.changed = true
		s.mu.Lock()
		s.add(&e)
		s.mu.Unlock()
	case errors.Is(err, fs.ErrNotExist): // gone between the listing and now
	case errors.Is(err, ErrCorrupt):
		s.setDamagedAside(dir, name, f)
	default:
		key := name
		if id != "" {
			key = string(id)
		}
		f.unread[key] = errors.Is(err, ErrNewer)
		if _, told := s.unread[key]; !told {
			s.log.Error("a file in the spool cannot be read: "+unreadWhy(err), "id", id)
		}
	}
}

// tipIn returns the id in the name of a file in dir, or "", and whether a person
// put it there.
func tipIn(dir, name string) (id intake.ID, kept bool) {
	base, kept := strings.CutSuffix(name, keptSuffix)
	if kept && dir != "hold" {
		return "", false
	}
	return idOf(base), kept
}

func unreadWhy(err error) string {
	if errors.Is(err, ErrNewer) {
		return ErrNewer.Error()
	}
	return "the disk does not give it back"
}

// setDamagedAside counts a file that is no tip, and moves it out of new/.
func (s *Spool) setDamagedAside(dir, name string, f *found) {
	if dir == "new" {
		s.log.Error("a file in the spool is no tip, or damaged: set aside in hold/", "id", idOf(name))
		if err := s.moves.setAside(filepath.Join(dir, name)); err == nil {
			return // hold/ is read after new/, and it is counted there
		}
	}
	f.damaged++
}

// readNudges takes the nudges from tmp/.
func (s *Spool) readNudges() error {
	tmp := filepath.Join(s.path, "tmp")
	names, _, err := listing(tmp)
	if err != nil {
		return err
	}
	for _, n := range names {
		which, ok := strings.CutSuffix(n, retrySuffix)
		if !ok {
			continue
		}
		if err := s.disk.remove(filepath.Join(tmp, n)); err != nil {
			return err
		}
		s.mu.Lock()
		for id := range s.index {
			if which == retryAll || which == string(id) {
				s.touch(id, true)
			}
		}
		s.mu.Unlock()
	}
	return nil
}
