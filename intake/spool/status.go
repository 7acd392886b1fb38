package spool

import "time"

// Status is the spool's own part of the service's health.
type Status struct {
	Waiting int // tips in new/
	Held    int // tips in hold/, for a person to decide
	Damaged int // files in hold/ that are not whole
	Unread  int // files that a newer tipbox wrote, or that the disk does not give back
	Free    uint64
	Floor   uint64
	NoRoom  bool // Put refuses: Free is under Floor, the inodes are used up, or the disk is read-only
	// Trouble is why no tip could be stored when that was last tried, on our own
	// clock: one of the names in try.go, or "".
	Trouble string
	// NoCopies says that copies of delivered tips should be kept and cannot be.
	NoCopies bool
	// Mirror is why tips are not mirrored, or not all yet, as our own clock last found
	// it: one of the names in try.go and mirror.go. It is "" where all are, and where
	// no mirror is wanted.
	Mirror string
	// Strangers is how many tips are in the mirror that the spool neither has nor
	// knows to be delivered.
	Strangers int
}

// Status counts what is in the spool and asks the disk.
func (s *Spool) Status() Status {
	st := Status{Floor: s.floor, NoRoom: !s.hasRoom(0)}
	if free, err := s.disk.free(s.path); err == nil {
		st.Free = free.bytes
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st.Damaged, st.Unread = s.damaged, len(s.unread)
	st.Trouble, st.NoCopies = s.trial.found(time.Now())
	st.Mirror, st.Strangers = s.mirror.status(time.Now())
	for _, x := range s.index {
		if x.Held {
			st.Held++
		} else {
			st.Waiting++
		}
	}
	return st
}
