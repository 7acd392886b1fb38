package spool

import (
	"errors"
	"testing"
)

// What becomes of a tip is said to have become of it only if it has, at whichever
// call the disk fails.
func TestEveryCallOfAMoveFails(t *testing.T) {
	nothing := func(*Spool) error { return nil }
	hold := func(s *Spool) error { return s.Hold(tipID(1)) }
	for name, op := range map[string]struct{ before, do func(s *Spool) error }{
		"Hold":           {nothing, hold},
		"Reached":        {nothing, func(s *Spool) error { return s.Reached(tipID(1), "a@example.vn") }},
		"Remove":         {nothing, func(s *Spool) error { return s.Remove(tipID(1)) }},
		"Remove of held": {hold, func(s *Spool) error { return s.Remove(tipID(1)) }},
		"ReleaseRefused": {hold, (*Spool).ReleaseRefused},
	} {
		for at, done := 0, false; !done; at++ {
			d := &brokenDisk{failAt: -1}
			s := d.on(t, t.TempDir())
			put(t, s, 1)
			if err := op.before(s); err != nil {
				t.Fatal(err)
			}
			d.calls, d.failAt, d.err = nil, at, errors.New("the disk is broken")
			err := op.do(s)
			if done = len(d.calls) <= at; done == (err != nil) {
				t.Errorf("%s: %d calls, the last %s: %v", name, len(d.calls), d.calls[len(d.calls)-1], err)
			}
			s.Close()
		}
	}
}
