package spool

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// copy has a file of the spool in the mirror, too, durably, or finds that the mirror
// is away: it is not told now, for that would tell that somebody sends, but when our
// own clock finds it.
func (m *mirror) copy(dir, name string) {
	if m == nil || m.away(time.Now()) {
		return
	}
	alarm := time.NewTimer(mirrorPatience)
	defer alarm.Stop()
	select {
	case m.writers <- struct{}{}:
	case <-alarm.C:
		m.lose()
		return
	}
	done := make(chan error, 1)
	go func() { // a call that hangs cannot be ended; it keeps its place
		err := m.write(filepath.Join(dir, name))
		<-m.writers
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil && !errors.Is(err, ErrCorrupt) {
			m.lose()
		}
	case <-alarm.C:
		m.lose()
	}
}

// away reports whether nobody is to wait for the mirror.
func (m *mirror) away(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return !m.in || m.hangs(now)
}

// hangs reports whether the worker waits for the mirror in vain; m.mu is held.
func (m *mirror) hangs(now time.Time) bool {
	return !m.began.IsZero() && now.Sub(m.began) > mirrorPatience
}

func (m *mirror) lose() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.in = false
}

// write copies a file of the spool. One that the spool does not have, or does not
// give back, is no fault of the mirror's; one that is damaged is ErrCorrupt, and never
// copied: the mirror's may be the only good one.
func (m *mirror) write(path string) error {
	from, err := openUnseen(filepath.Join(m.s.path, path))
	if err != nil {
		return nil //nolint:nilerr // delivered meanwhile, most likely
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return nil //nolint:nilerr // likewise
	}
	if err := m.check(path, from, info.Size()); err != nil {
		if errors.Is(err, ErrCorrupt) {
			return err
		}
		return nil //nolint:nilerr // likewise, or a newer tipbox's, which the mirror has
	}
	part := m.part()
	err = writePart(m.at.disk, part, notBefore(filepath.Base(path)), struct{ io.Reader }{from})
	if err == nil {
		err = m.at.disk.rename(part, filepath.Join(m.at.path, path))
	}
	if err != nil {
		_ = m.at.disk.remove(part)
		return noRoom(fmt.Errorf("mirroring a tip: %w", err))
	}
	settle := m.arrivals.wait
	if dir := filepath.Dir(path); dir != "new" {
		settle = func() error { return m.at.settle(dir) }
	}
	if err := settle(); err != nil {
		return noRoom(fmt.Errorf("mirroring a tip: %w", err))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.has[path] = info.Size()
	return nil
}

// check reads a file of the spool, whole, and goes back to its beginning.
func (m *mirror) check(path string, f io.ReadSeeker, size int64) error {
	var err error
	if idIn(path) == "" {
		if json.NewDecoder(f).Decode(new(Digest)) != nil {
			err = fmt.Errorf("a digest: %w", ErrCorrupt)
		}
	} else {
		_, _, err = decodeFile(filepath.Base(path), f, size, false)
	}
	// What a newer tipbox wrote cannot be checked: it is better than nothing.
	if errors.Is(err, ErrNewer) {
		if _, there := os.Lstat(filepath.Join(m.at.path, path)); errors.Is(there, fs.ErrNotExist) {
			err = nil
		}
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	return err
}

// part names a new file in tmp/, as nobody else names one who writes there, too.
func (m *mirror) part() string { return filepath.Join(m.at.path, "tmp", rand.Text()+".part") }

// notBefore is the moment in a file's name, zero for none.
func notBefore(name string) time.Time {
	digits, _, _ := strings.Cut(name, "-")
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n > 0 {
		return time.Unix(n, 0)
	}
	return time.Time{}
}

// try does what write does, with a file that is no tip.
func (m *mirror) try() error {
	part := m.part()
	err := writePart(m.at.disk, part, time.Time{}, strings.NewReader("tipbox\n"))
	if err != nil {
		_ = m.at.disk.remove(part)
		return noRoom(fmt.Errorf("trying to write to the mirror: %w", err))
	}
	return noRoom(errors.Join(m.at.disk.remove(part), m.at.settle("new")))
}

// deleteGone deletes in the mirror what was delivered. No sync, as in Remove.
func (m *mirror) deleteGone() error {
	m.mu.Lock()
	names := slices.Collect(maps.Keys(m.gone))
	m.mu.Unlock()
	for _, name := range names {
		if _, back := m.s.Lookup(idOf(name)); !back { // sent again by an operator
			for _, path := range placesOf(name) {
				// Also what an adoption has put there without our seeing it.
				if err := m.delete(path); err != nil {
					return err
				}
			}
		}
		m.mu.Lock()
		delete(m.gone, name)
		m.mu.Unlock()
	}
	return nil
}

// writeStale copies again what was written anew.
func (m *mirror) writeStale() error {
	m.mu.Lock()
	paths := slices.Collect(maps.Keys(m.stale))
	clear(m.stale)
	m.mu.Unlock()
	for _, path := range paths {
		if err := m.update(path); err != nil {
			return err
		}
	}
	return nil
}

// holds reports whether the mirror has the file.
func (m *mirror) holds(path string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, there := m.has[path]
	return there
}

// delete deletes a file of the mirror, if it is there.
func (m *mirror) delete(path string) error {
	err := m.step(func() error {
		switch err := m.at.disk.remove(filepath.Join(m.at.path, path)); {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return fmt.Errorf("deleting a delivered tip in the mirror: %w", err)
		}
		return m.at.forgetTimes(filepath.Dir(path))
	})
	if err == nil {
		m.mu.Lock()
		delete(m.has, path)
		m.mu.Unlock()
	}
	return err
}

// move moves a tip within the mirror as it was moved in the spool.
func (m *mirror) move(from, to string) error {
	err := m.at.move(filepath.Dir(from), filepath.Base(from), filepath.Dir(to), filepath.Base(to))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // then it is copied
	}
	if err != nil {
		return noRoom(err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.has[to] = m.has[from]
	delete(m.has, from)
	return nil
}
