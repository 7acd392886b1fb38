package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"tipbox/intake"
)

// Control is an operator's view of a spool, beside the running server or without
// one. Whatever it does is a rename or an empty file, which the server notices
// within seconds.
type Control struct{ moves *mover }

// Item is a file in the spool.
type Item struct {
	Entry
	Name    string // of the file
	Problem error  // ErrCorrupt, ErrNewer or why it cannot be read: then Entry has only Held
}

// OpenControl opens the spool in dir for an operator. The error wraps
// fs.ErrNotExist where no server has made one yet.
func OpenControl(dir string) (*Control, error) {
	for _, name := range []string{"tmp", "new", "hold"} {
		if _, _, err := listing(filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("opening the spool: %w", err)
		}
	}
	moves, err := newMover(osDisk{}, dir)
	if err != nil {
		return nil, err
	}
	return &Control{moves}, nil
}

// Close lets go of the spool.
func (c *Control) Close() error {
	c.moves.lock.close()
	return nil
}

// List returns what is in the spool: held first, then urgent, then by
// not-before and id. That order says nothing about when tips came.
func (c *Control) List() ([]Item, error) {
	var items []Item
	err := c.moves.alone(func() error {
		for _, dir := range []string{"hold", "new"} {
			files, odd, err := listing(filepath.Join(c.moves.path, dir))
			if err != nil {
				return fmt.Errorf("reading the spool: %w", err)
			}
			for _, name := range files {
				e, _, err := readFile(filepath.Join(c.moves.path, dir), name, true)
				if errors.Is(err, fs.ErrNotExist) {
					continue // delivered at this moment
				}
				e.Held = dir == "hold"
				_, e.Kept = tipIn(dir, name)
				items = append(items, Item{e, name, err})
			}
			for _, name := range odd {
				items = append(items, Item{Entry{Held: dir == "hold"}, name, ErrCorrupt})
			}
		}
		return nil
	})
	rank := func(i Item) int {
		switch {
		case i.Problem != nil:
			return 0
		case i.Held:
			return 1
		case i.Urgent:
			return 2
		}
		return 3
	}
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(rank(a)-rank(b), a.NotBefore.Compare(b.NotBefore), cmp.Compare(a.Name, b.Name))
	})
	return items, err
}

// Show returns one tip's envelope, or ErrNotHere.
func (c *Control) Show(id intake.ID) (Entry, error) {
	var e Entry
	err := c.moves.alone(func() error {
		dir, name, err := c.find(id)
		if err != nil {
			return err
		}
		e, _, err = readFile(filepath.Join(c.moves.path, dir), name, true)
		e.Held = dir == "hold"
		_, e.Kept = tipIn(dir, name)
		return err
	})
	return e, err
}

// Hold keeps a tip from being mailed, one that waits or one that is held because
// the mail server refused it, until it is released. It returns ErrNotHere where it
// is neither.
func (c *Control) Hold(id intake.ID) error {
	return c.moves.alone(func() error {
		dir, name, err := c.find(id)
		if err != nil {
			return err
		}
		if _, kept := tipIn(dir, name); kept {
			return ErrNotHere
		}
		return c.moves.move(dir, name, "hold", name+keptSuffix)
	})
}

// Release puts a held tip back among the waiting, to be mailed at once or, if
// it was sent for later, at its moment. It returns ErrNotHere where it is not held.
func (c *Control) Release(id intake.ID) error {
	return c.moves.alone(func() error {
		dir, name, err := c.find(id)
		if err != nil {
			return err
		}
		if dir != "hold" {
			return ErrNotHere
		}
		return c.moves.move(dir, name, "new", strings.TrimSuffix(name, keptSuffix))
	})
}

// Retry asks the server to try a waiting tip again at once, whatever its
// schedule; one sent for later still waits for its moment. It returns
// ErrNotHere where the tip is not waiting.
func (c *Control) Retry(id intake.ID) error {
	return c.moves.alone(func() error {
		dir, _, err := c.find(id)
		if err != nil {
			return err
		}
		if dir != "new" {
			return ErrNotHere
		}
		return c.nudge(string(id))
	})
}

// RetryAll asks it for all waiting tips.
func (c *Control) RetryAll() error { return c.nudge(retryAll) }

func (c *Control) nudge(which string) error {
	f, err := c.moves.disk.create(filepath.Join(c.moves.path, "tmp", which+retrySuffix))
	switch {
	case errors.Is(err, fs.ErrExist): // asked already
		return nil
	case err != nil:
		return fmt.Errorf("asking for another try: %w", err)
	}
	return f.Close()
}

// find returns where a tip's file is.
func (c *Control) find(id intake.ID) (dir, name string, err error) {
	for _, dir := range []string{"new", "hold"} {
		files, _, err := listing(filepath.Join(c.moves.path, dir))
		if err != nil {
			return "", "", fmt.Errorf("reading the spool: %w", err)
		}
		for _, name := range files {
			if found, _ := tipIn(dir, name); found == id {
				return dir, name, nil
			}
		}
	}
	return "", "", ErrNotHere
}
