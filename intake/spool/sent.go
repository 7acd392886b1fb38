package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"tipbox/intake"
)

// sent is the directory of copies: a mail server that took a mail can still lose
// it, and most send a report without what was in it. One directory a day (UTC),
// so that no time but the day is told, and files as in new/, with not-before 0:
// a copy and no renamed file, for a rename keeps the time at which the kernel saw
// the file come into being, which is the arrival of a tip that was sent for later.
type sent struct {
	moves *mover
	days  int // that copies are kept; 0: none

	mu     sync.Mutex
	today  string // the directory that copies go to now, "" where there is none
	ending string // the day to renew, "" for none; of tend alone
	room   sync.Mutex

	arrivals *groupCommit
}

func newSent(moves *mover, keep time.Duration) *sent {
	n := &sent{moves: moves, days: int((keep + 24*time.Hour - 1) / (24 * time.Hour))}
	n.arrivals = &groupCommit{sync: func() error { return moves.settle(n.dir()) }}
	return n
}

// dir returns where copies go now, from the spool's directory, or "".
func (n *sent) dir() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.today == "" {
		return ""
	}
	return filepath.Join("sent", n.today)
}

// keepCopy stores a copy of a delivered tip. Where it cannot, for want of room or
// whatever else, the tip is delivered all the same; tend finds out, on our own clock.
func (s *Spool) keepCopy(id intake.ID) {
	dir := s.sent.dir()
	if dir == "" {
		return
	}
	e, sealed, err := s.delivered(id)
	if err != nil || !s.hasRoom(uint64(e.Size)) { //nolint:gosec // a size is above 0
		return
	}
	e.NotBefore, e.Reached = time.Time{}, nil
	if s.place(dir, fileName(&e), &e, sealed) != nil {
		return
	}
	_ = s.sent.arrivals.wait()
	if s.sent.dir() != dir { // midnight: the sync was another directory's
		_ = s.moves.settle(dir)
	}
}

// delivered reads a tip wherever it is.
func (s *Spool) delivered(id intake.ID) (e Entry, sealed []byte, err error) {
	err = s.moves.alone(func() error {
		known, ok := s.Lookup(id)
		if !ok {
			return ErrNotHere
		}
		dir, name, err := s.moves.where(&known)
		if err != nil {
			return err
		}
		e, sealed, err = readFile(filepath.Join(s.path, dir), name, false)
		return err
	})
	return e, sealed, err
}

// tend opens a new day, ends the one before, and deletes the days that are over.
// The day's directory is made by the clock and not by the day's first tip, whose
// moment its birth would be.
func (s *Spool) tend(now time.Time) error {
	n := s.sent
	days, err := sentDays(s.path)
	if err != nil {
		return err
	}
	today := now.UTC().Format(time.DateOnly)
	oldest := now.UTC().AddDate(0, 0, -n.days).Format(time.DateOnly)
	for _, day := range days {
		if n.days > 0 && day >= oldest {
			continue
		}
		if err := s.drop(day); err != nil {
			return err
		}
	}
	if n.days == 0 {
		return s.moves.forgetTimes("sent")
	}
	dir := filepath.Join("sent", today)
	if err := makeDir(s.disk, filepath.Join(s.path, dir)); err != nil {
		return fmt.Errorf("making a day of sent/: %w", err)
	}
	if err := errors.Join(s.moves.forgetTimes(dir), s.moves.forgetTimes("sent")); err != nil {
		return err
	}
	n.mu.Lock()
	begins := n.today != today
	n.today = today
	n.mu.Unlock()
	if i, _ := slices.BinarySearch(days, today); begins && i > 0 {
		n.ending = days[i-1]
		for _, day := range days[:i-1] { // copies of the bulk lane stay a day
			if err := s.thin(day); err != nil {
				return err
			}
		}
	}
	if n.ending != "" {
		if err := s.renew(n.ending); err != nil {
			return err
		}
		n.ending = ""
	}
	return nil
}

// renew writes the copies of a day that is over anew, so that the kernel's own
// times, which no program can set, do not keep the minute of each delivery: they
// are all of the same night.
func (s *Spool) renew(day string) error {
	dir := filepath.Join("sent", day)
	files, _, err := listing(filepath.Join(s.path, dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted just now
	}
	if err != nil {
		return fmt.Errorf("reading a day of sent/: %w", err)
	}
	for _, name := range files {
		err := s.moves.alone(func() error { // else an operator could send it again meanwhile
			e, sealed, err := readFile(filepath.Join(s.path, dir), name, false)
			if err != nil {
				return nil //nolint:nilerr // gone, or damaged: it stays as it is
			}
			return s.place(dir, name, &e, sealed)
		})
		if err != nil {
			return err
		}
	}
	return s.moves.settle(dir)
}

// drop deletes a day of sent/. No sync: what comes back after a power cut goes
// with the next look.
func (s *Spool) drop(day string) error {
	dir := filepath.Join(s.path, "sent", day)
	files, _, err := listing(dir)
	if err != nil {
		return fmt.Errorf("reading a day of sent/: %w", err)
	}
	for _, name := range files {
		if err := s.disk.remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("deleting a copy: %w", err)
		}
	}
	if filepath.Join("sent", day) != s.sent.dir() {
		if err := s.disk.remove(dir); err != nil {
			return fmt.Errorf("deleting a day of sent/: %w", err)
		}
	}
	return s.moves.forgetTimes("sent")
}

// thin deletes the copies of the bulk lane of a day.
func (s *Spool) thin(day string) error {
	dir := filepath.Join(s.path, "sent", day)
	files, _, err := listing(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // its days are over
	}
	if err != nil {
		return fmt.Errorf("reading a day of sent/: %w", err)
	}
	for _, name := range files {
		e, _, err := readFile(dir, name, true)
		if err != nil || e.Lane != intake.Bulk {
			continue // what is damaged or gone goes with its day
		}
		if err := s.disk.remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("deleting a copy: %w", err)
		}
	}
	return s.moves.forgetTimes(filepath.Join("sent", day))
}

// makeRoom reports whether the disk takes this many bytes more and keeps its
// floor, after the copies, oldest first, have gone if they must.
func (s *Spool) makeRoom(more uint64) bool {
	if s.hasRoom(more) {
		return true
	}
	s.sent.room.Lock()
	defer s.sent.room.Unlock()
	days, err := sentDays(s.path)
	if err != nil {
		return false
	}
	for _, day := range days { // a flood's first
		if s.hasRoom(more) {
			return true
		}
		if s.thin(day) != nil {
			return false
		}
	}
	for _, day := range days {
		if s.hasRoom(more) {
			return true
		}
		if s.drop(day) != nil {
			return false
		}
	}
	return s.hasRoom(more)
}

// sentDays returns the days that have a directory in sent/, the oldest first.
func sentDays(path string) ([]string, error) {
	_, dirs, err := listing(filepath.Join(path, "sent"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading sent/: %w", err)
	}
	slices.Sort(dirs)
	return slices.DeleteFunc(dirs, func(name string) bool {
		_, err := time.Parse(time.DateOnly, name)
		return err != nil
	}), nil
}
