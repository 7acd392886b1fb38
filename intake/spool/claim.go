package spool

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"tipbox/intake/durable"
)

// markFile is in a mirror and in the spool that it is of.
const markFile = "mirror.json"

// mark says which spool and which mirror belong together: without it a spool that
// has lost its disk, and begins anew, would take all that its mirror has saved for
// delivered.
type mark struct {
	ID string `json:"id"` // 32 hexadecimal digits, random
	// Gone are the names of delivered tips that the mirror may still have: only in
	// the spool's.
	Gone []string `json:"gone,omitempty"`
}

// readMark returns the mark in a directory; one that cannot be understood is none, so
// that a mirror with tips in it is nobody's, and left alone.
func readMark(dir string) (m mark, err error) {
	line, err := os.ReadFile(filepath.Join(dir, markFile))
	if errors.Is(err, fs.ErrNotExist) {
		return mark{}, nil
	}
	if err != nil {
		return mark{}, err
	}
	if json.Unmarshal(line, &m) != nil {
		return mark{}, nil
	}
	return m, nil
}

// isMirrorOf reports whether a directory is the mirror of a spool.
func isMirrorOf(dir, spool string) (bool, error) {
	its, err := readMark(dir)
	if err != nil {
		return false, err
	}
	own, err := readMark(spool)
	return err == nil && own.ID != "" && own.ID == its.ID, err
}

func (m mark) write(d disk, dir string) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, markFile)
	if err := durable.Replace(path, line, 0o600); err != nil {
		return err
	}
	_ = d.setTimes(dir, epoch) // which may be the disk's root, and not ours
	return d.setTimes(path, epoch)
}

// join takes the mirror up: it is there, nobody else's, can be written, and what it
// holds is known.
func (m *mirror) join() error {
	if len(m.writers) > 0 {
		return errStuck // a write that hung may still come through
	}
	m.unlock()
	// Its directory is never made: where the disk is not mounted, that would be on
	// another.
	if _, err := os.Stat(m.at.path); err != nil {
		return err
	}
	if err := m.isOurs(); err != nil {
		return err
	}
	own, err := readMark(m.s.path)
	if err != nil {
		return err
	}
	for _, dir := range []string{"tmp", "new", "hold", "digest"} {
		if err := makeDir(m.at.disk, filepath.Join(m.at.path, dir)); err != nil {
			return noRoom(err)
		}
	}
	has, err := contents(m.at.path)
	if err != nil {
		return err
	}
	ours := own.ID != ""
	if !ours {
		if own, err = m.claim(own, has); err != nil {
			return noRoom(err)
		}
	}
	if err := m.takeLock(); err != nil {
		return err
	}
	if err := errors.Join(m.sweep(), m.handOver(ours)); err != nil {
		return err
	}
	for path := range has {
		if idIn(path) == "" {
			has[path] = -1 // a digest's length does not tell whether it is the same
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.has = has
	for _, name := range own.Gone {
		m.gone[name] = true
	}
	m.saved = len(own.Gone)
	return nil
}

// isOurs says where the directory is not this spool's mirror. Once the spool has one,
// that alone is it: another directory may be the bare one that its disk was mounted on,
// and only a person knows. Without the spool's mark there has been none.
func (m *mirror) isOurs() error { return ownMirror(m.s.path, m.at.path) }

// OwnMirror names what keeps a directory from being the mirror of a spool by their
// marks, Unmarked or Foreign, or what from telling; "" where it is, or where the spool
// has had none yet.
func OwnMirror(spool, dir string) string { return troubleOfMirror(ownMirror(spool, dir)) }

func ownMirror(spool, dir string) error {
	own, err := readMark(spool)
	if err != nil || own.ID == "" {
		return err
	}
	its, err := readMark(dir)
	switch {
	case err != nil:
		return err
	case its.ID == "":
		return errUnmarked
	case its.ID != own.ID:
		return errForeign
	}
	return nil
}

// claim makes a mirror ours that holds nothing but what is damaged, which nobody could
// adopt: that is set aside.
func (m *mirror) claim(own mark, has map[string]int64) (mark, error) {
	for path := range has {
		if !m.isDamaged(path) {
			return own, errForeign
		}
	}
	for path := range has {
		if idIn(path) == "" {
			continue // it is deleted as one that is over
		}
		if err := m.at.setAside(path); err != nil {
			return own, err
		}
		m.s.log.Error("a tip's file in the mirror is damaged and was set aside in its hold/", "id", idIn(path))
		delete(has, path)
	}
	if own.ID == "" {
		var id [16]byte
		_, _ = rand.Read(id[:]) // never fails
		own.ID = hex.EncodeToString(id[:])
	}
	if err := (mark{ID: own.ID}).write(m.at.disk, m.at.path); err != nil {
		return own, err
	}
	return own, own.write(m.s.disk, m.s.path)
}

// isDamaged reports whether a file of the mirror is for sure not what a spool wrote.
func (m *mirror) isDamaged(path string) bool {
	if idIn(path) == "" {
		_, err := readDigest(filepath.Join(m.at.path, path))
		var unread *fs.PathError
		return err != nil && !errors.As(err, &unread)
	}
	_, damaged, _ := m.at.inspect([]string{path})
	return len(damaged) > 0
}

// takeLock locks the mirror against whoever would adopt it, where its file system
// has locks.
func (m *mirror) takeLock() error {
	lock, err := openFileLock(filepath.Join(m.at.path, markFile))
	if err != nil {
		return err
	}
	if free, err := lock.try(); err == nil && !free {
		lock.close()
		return errInUse
	}
	m.lock = lock
	return nil
}

func (m *mirror) unlock() {
	if m.lock != nil {
		m.lock.close()
		m.lock = nil
	}
}

// sweep clears away what a crash left half-written.
func (m *mirror) sweep() error {
	names, _, err := listing(filepath.Join(m.at.path, "tmp"))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := m.at.disk.remove(filepath.Join(m.at.path, "tmp", name)); err != nil {
			return noRoom(err)
		}
	}
	return nil
}

// handOver clears away what was adopted from the mirror. Where that was this spool's
// own, another server mails it, and here it is held, for a person to decide.
func (m *mirror) handOver(own bool) error {
	names, _, err := listing(filepath.Join(m.at.path, adoptedDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	held := 0
	for _, name := range names {
		err := fs.ErrNotExist
		if own {
			err = m.hold(name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil //nolint:nilerr // the spool's own trouble
		}
		if err == nil {
			held++
		}
		if err := m.at.disk.remove(filepath.Join(m.at.path, adoptedDir, name)); err != nil {
			return noRoom(err)
		}
	}
	if held > 0 {
		m.s.log.Warn("another server has adopted tips of this spool, and mails them: here they are held (tipbox spool list)", "count", held)
	}
	_ = m.s.Rescan() // and if not now, then within seconds
	_ = m.at.disk.remove(filepath.Join(m.at.path, adoptedDir))
	return nil
}

// hold holds a tip by hand, wherever it is.
func (m *mirror) hold(name string) error {
	return m.s.moves.alone(func() error {
		err := m.s.moves.move("new", name, "hold", name+keptSuffix)
		if errors.Is(err, fs.ErrNotExist) { // unless it was refused
			err = m.s.moves.move("hold", name, "hold", name+keptSuffix)
		}
		return err
	})
}

// saveGone writes down what is still to be deleted in the mirror, for the next start.
func (m *mirror) saveGone() {
	m.mu.Lock()
	names := slices.Sorted(maps.Keys(m.gone))
	m.mu.Unlock()
	if len(names) == m.saved { // it only grows while the mirror is away
		return
	}
	own, err := readMark(m.s.path)
	if err != nil || own.ID == "" {
		return // then nothing is in the mirror
	}
	own.Gone = names
	if err := own.write(m.s.disk, m.s.path); err != nil {
		m.s.log.Warn("what the mirror is to delete cannot be written down: after a restart it may keep delivered tips")
		return
	}
	m.saved = len(names)
}
