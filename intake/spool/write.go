package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"tipbox/intake"
)

// How a tip becomes durable, call by call. A power cut between any two of them
// leaves either no file in new/ or the whole of it, and Put returns nil only
// after the last.
//
//	openat(tmp/N.part, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600)
//	write(envelope line), write(sealed tip)
//	utimensat(tmp/N.part, not-before)  before the fsync, which writes it down:
//	                                   the hour of arrival is not to stay there
//	fsync(file)                        the content is on the disk
//	close(file)
//	renameat(tmp/N.part, new/NAME)     it has its name, all at once
//	utimensat(tmp, 1970), utimensat(new, 1970)
//	openat(new), fsync(directory), close     the name is on the disk
//
// The last two lines are shared by all Puts that wait for them at the time.
// A copy of a delivered tip goes into sent/DAY by the very same calls, before the
// tip is taken out of new/: at each moment one of the two is on the disk, whole.
//
// Where a call fails, the file is removed again from where it is and nothing
// is acknowledged. An fsync that failed is never repeated: the kernel may have
// dropped the pages and would report success.
//
// What no program can set are the kernel's own times of birth and of the last
// change of the inode (statx's btime and ctime): they stay for as long as the
// tip waits. The copies in sent/ are written anew when their day is over (see
// sent.renew), so that these times are those of a midnight.

// place stores the entry's file as name in dir ("new", "hold", or a day of sent)
// up to and with the rename; its name is not durable yet. It leaves nothing where it fails, as far
// as the disk lets it.
func (s *Spool) place(dir, name string, e *Entry, sealed []byte) error {
	line, err := encodeHeader(e, sealed)
	if err != nil {
		return err
	}
	s.writers <- struct{}{}
	defer func() { <-s.writers }()
	part := filepath.Join(s.path, "tmp", strconv.FormatUint(s.parts.Add(1), 10)+".part")
	err = writePart(s.disk, part, e.NotBefore, io.MultiReader(bytes.NewReader(line), bytes.NewReader(sealed)))
	if err == nil {
		err = s.disk.rename(part, filepath.Join(s.path, dir, name))
	}
	if err != nil {
		_ = s.disk.remove(part)
		return noRoom(fmt.Errorf("storing a tip: %w", err))
	}
	return nil
}

// commit makes names in dir durable.
func (s *Spool) commit(dir string) error {
	sync := s.moves.settle
	if dir == "new" {
		sync = func(string) error { return s.arrivals.wait() }
	}
	if err := sync(dir); err != nil {
		return noRoom(fmt.Errorf("making a tip's name durable: %w", err))
	}
	return nil
}

// writePart writes a new file with its times, down to the disk.
func writePart(d disk, part string, notBefore time.Time, content io.Reader) error {
	f, err := d.create(part)
	if err != nil {
		return fmt.Errorf("creating its file: %w", err)
	}
	err = fillPart(d, f, part, notBefore, content)
	if closeErr := f.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("closing its file: %w", closeErr)
	}
	return err
}

func fillPart(d disk, f file, part string, notBefore time.Time, content io.Reader) error {
	if _, err := io.Copy(f, content); err != nil {
		return fmt.Errorf("writing its file: %w", err)
	}
	at := epoch
	if !notBefore.IsZero() {
		at = notBefore
	}
	if err := d.setTimes(part, at); err != nil {
		return fmt.Errorf("setting its times: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("syncing its file: %w", err)
	}
	return nil
}

// noRoom marks the errors of a disk that takes no more, or no writes at all.
func noRoom(err error) error {
	for _, e := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EIO} {
		if errors.Is(err, e) {
			return fmt.Errorf("%w: %w", intake.ErrNoRoom, err)
		}
	}
	return err
}

// groupCommit lets everyone who waits for the same directory share one fsync.
type groupCommit struct {
	sync func() error

	turn sync.Mutex // held while a sync runs
	mu   sync.Mutex // guards next
	next *commit    // whom the coming sync will serve
}

type commit struct {
	done chan struct{}
	err  error
}

// wait returns once a sync that began after the call has ended. The first to
// come runs it, as soon as the one before is over; who comes until then rides along.
func (g *groupCommit) wait() error {
	g.mu.Lock()
	c, first := g.next, g.next == nil
	if first {
		c = &commit{done: make(chan struct{})}
		g.next = c
	}
	g.mu.Unlock()
	if !first {
		<-c.done
		return c.err
	}
	g.turn.Lock()
	g.mu.Lock()
	g.next = nil // whoever renames from here on may be too late for this sync
	g.mu.Unlock()
	c.err = g.sync()
	g.turn.Unlock()
	close(c.done)
	return c.err
}
