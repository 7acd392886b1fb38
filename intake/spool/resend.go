package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"tipbox/intake"
)

// ErrWaiting says that a tip lies in the spool already, waiting or held.
var ErrWaiting = errors.New("the tip is in the spool")

// SentDay is a day of copies.
type SentDay struct {
	Day  string // UTC, 2026-11-29
	Tips int
}

// Sent returns the days of which there are copies of delivered tips, the oldest
// first, with how many there are.
func (c *Control) Sent() ([]SentDay, error) {
	days, err := sentDays(c.moves.path)
	if err != nil {
		return nil, err
	}
	var list []SentDay
	for _, day := range days {
		ids, err := c.sentOn(day)
		if err != nil {
			return nil, err
		}
		if len(ids) > 0 {
			list = append(list, SentDay{day, len(ids)})
		}
	}
	return list, nil
}

// sentOn returns the ids of the copies of a day, sorted.
func (c *Control) sentOn(day string) (ids []intake.ID, err error) {
	files, _, err := listing(filepath.Join(c.moves.path, "sent", day))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading a day of sent/: %w", err)
	}
	for _, name := range files {
		if id := idOf(name); id != "" {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// Resend puts the copy of a delivered tip among the waiting, to be mailed once
// more to all its addresses, with the same Message-ID. It returns ErrNotHere where
// there is no copy, or none any more, and ErrWaiting where the tip itself is there.
func (c *Control) Resend(id intake.ID) error {
	return c.moves.alone(func() error {
		switch _, _, err := c.find(id); {
		case err == nil:
			return ErrWaiting
		case !errors.Is(err, ErrNotHere):
			return err
		}
		days, err := sentDays(c.moves.path)
		if err != nil {
			return err
		}
		for _, day := range slices.Backward(days) { // a tip that was sent again has more than one
			ids, err := c.sentOn(day)
			if err != nil {
				return err
			}
			if slices.Contains(ids, id) {
				name := fileName(&Entry{Envelope: intake.Envelope{ID: id}})
				return c.moves.move(filepath.Join("sent", day), name, "new", name)
			}
		}
		return ErrNotHere
	})
}

// ResendDay is Resend for all copies of a day, 2026-11-29, but those of tips that
// are in the spool. It returns how many there were.
func (c *Control) ResendDay(day string) (n int, err error) {
	ids, err := c.sentOn(day)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		switch err := c.Resend(id); {
		case err == nil:
			n++
		case !errors.Is(err, ErrWaiting) && !errors.Is(err, ErrNotHere):
			return n, err
		}
	}
	return n, nil
}
