package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"tipbox/intake"
)

// What keeps a tip from being stored, as Status names it.
const (
	Missing    = "missing"    // a directory of the spool is not there
	Permission = "permission" // it is there and not ours
	Disk       = "disk"       // the disk is full, read-only or broken
	Stuck      = "stuck"      // the disk does not answer
	OtherFault = "other"
)

// patience is how long the disk may take until it counts as stuck.
const patience = 10 * time.Second

// lookEvery is how often it is tried whether a tip could be stored.
const lookEvery = 30 * time.Second

// soon is how long after a try that failed the next one comes: whoever mends the
// disk sees it.
const soon = 2 * time.Second

// trialName is the file in new/ that a trial ends in, for as long as it takes to
// remove it. A crash may leave it there.
const trialName = ".trial"

// trial is what the last try to store something found.
type trial struct {
	end  chan struct{}
	done sync.WaitGroup

	mu       sync.Mutex
	began    time.Time // of the try that is running, else zero
	trouble  string
	noCopies bool
}

// watch tries now, and from now on, whether a tip could be stored: whoever asks
// for the spool's health is told what the last try found, and the moment of a
// failure is ours, not a sender's.
func (s *Spool) watch(every time.Duration) {
	if every < 0 {
		s.trial.noCopies = s.tend(s.now()) != nil
		return
	}
	if every == 0 {
		every = lookEvery
	}
	s.trial.end = make(chan struct{})
	s.look()
	s.trial.done.Go(func() {
		for {
			next := every
			if trouble, _ := s.trial.found(time.Now()); trouble != "" {
				next = min(every, soon)
			}
			select {
			case <-s.trial.end:
				return
			case <-time.After(next):
				s.look()
			}
		}
	})
}

func (t *trial) stop() {
	if t.end != nil {
		close(t.end)
		t.done.Wait()
		t.end = nil
	}
}

// found returns what keeps tips from being stored, and whether copies cannot be.
func (t *trial) found(now time.Time) (trouble string, noCopies bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.began.IsZero() && now.Sub(t.began) > patience {
		return Stuck, t.noCopies
	}
	return t.trouble, t.noCopies
}

// look tries to store something, and sees to the copies.
func (s *Spool) look() {
	t := &s.trial
	t.mu.Lock()
	t.began = time.Now()
	before, copiesBefore := t.trouble, t.noCopies
	t.mu.Unlock()
	s.makeRoom(0)
	trouble := troubleOf(s.try())
	noCopies := s.tend(s.now()) != nil
	t.mu.Lock()
	t.began, t.trouble, t.noCopies = time.Time{}, trouble, noCopies
	t.mu.Unlock()
	switch {
	case trouble != "" && trouble != before:
		s.log.Error("no tip can be stored", "reason", trouble)
	case trouble == "" && before != "":
		s.log.Info("tips can be stored again")
	}
	if noCopies && !copiesBefore {
		s.log.Warn("copies of delivered tips cannot be kept as spool.keep_sent has it")
	}
}

// try does what Put does, with a file that is no tip and is removed at once.
func (s *Spool) try() error {
	return s.moves.alone(func() error { // for the name stands in new/, where only tips may be met
		part := filepath.Join(s.path, "tmp", strconv.FormatUint(s.parts.Add(1), 10)+".part")
		to := filepath.Join(s.path, "new", trialName)
		err := writePart(s.disk, part, time.Time{}, bytes.NewReader(make([]byte, 4096)))
		if err == nil {
			err = s.disk.rename(part, to)
		}
		if err != nil {
			_ = s.disk.remove(part)
			return noRoom(fmt.Errorf("trying to store something: %w", err))
		}
		err = s.moves.settle("new")
		return noRoom(errors.Join(err, s.disk.remove(to), s.moves.forgetTimes("new")))
	})
}

func troubleOf(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ESTALE):
		return Missing
	case errors.Is(err, fs.ErrPermission):
		return Permission
	case errors.Is(err, intake.ErrNoRoom):
		return Disk
	}
	return OtherFault
}
