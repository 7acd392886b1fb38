package spool

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"

	"tipbox/intake"
)

// Put implements intake.Spool. It waits where another Put of the same id is
// running, and stores the tip itself if that one fails: ErrSpooled is always
// said of a tip that is safe.
func (s *Spool) Put(e intake.Envelope, sealed []byte) error {
	if !e.ID.Valid() || e.Unit == "" || len(sealed) == 0 {
		return fmt.Errorf("envelope of %q for unit %q with %d bytes is not complete", e.ID, e.Unit, len(sealed))
	}
	entry := &Entry{Envelope: e, Size: int64(len(sealed))}
	if err := s.begin(e.ID); err != nil {
		if errors.Is(err, intake.ErrSpooled) {
			// Its name may have outlived a crash, or a failed fsync, without being
			// on the disk yet.
			err = cmp.Or(s.commit("new"), err)
		}
		return err
	}
	err := s.put(entry, sealed)
	s.mu.Lock()
	if err == nil {
		s.add(entry)
		s.index[e.ID].news = true
	}
	close(s.writing[e.ID])
	delete(s.writing, e.ID)
	s.mu.Unlock()
	return err
}

// IsNews reports, once for each, whether a tip came by Put while this spool was
// open: and not from before, from hold/, or by the hand of an operator.
func (s *Spool) IsNews(id intake.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.index[id]
	if x == nil || !x.news {
		return false
	}
	x.news = false
	return true
}

// begin reserves the id, or returns ErrSpooled.
func (s *Spool) begin(id intake.ID) error {
	for {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return ErrClosed
		}
		if s.index[id] != nil || s.unread[string(id)] {
			s.mu.Unlock()
			return intake.ErrSpooled
		}
		other := s.writing[id]
		if other == nil {
			s.writing[id] = make(chan struct{})
			s.mu.Unlock()
			return nil
		}
		s.mu.Unlock()
		<-other
	}
}

func (s *Spool) put(e *Entry, sealed []byte) error {
	defer s.pending.Add(-e.Size)
	if pending := s.pending.Add(e.Size); !s.makeRoom(uint64(max(0, pending))) {
		return intake.ErrNoRoom
	}
	if err := s.place("new", fileName(e), e, sealed); err != nil {
		return err
	}
	err := s.commit("new")
	if err == nil {
		s.mirror.copy("new", fileName(e))
	} else {
		// Where the name is not durable the tip is not acknowledged, so it must
		// not be delivered either: its sender is asked to send it again.
		_ = s.disk.remove(filepath.Join(s.path, "new", fileName(e)))
	}
	return err
}

// hasRoom reports whether the disk takes this many bytes more and keeps its floor.
func (s *Spool) hasRoom(more uint64) bool {
	free, err := s.disk.free(s.path)
	if err != nil {
		return true // the write itself will tell
	}
	return !free.fixed && free.bytes >= s.floor+more && (!free.counts || free.inodes >= floorInodes)
}
