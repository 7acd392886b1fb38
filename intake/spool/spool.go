// Package spool keeps sealed tips on disk until the mail server has them, and
// copies of them for some days after that. One immutable file a tip, in
// DATA/spool/new, or in hold/ where a person has to decide, then in sent/DAY; see
// write.go for how a file becomes durable. Only one server works on a spool at a
// time; an operator's Control may beside it.
package spool

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"tipbox/intake"
)

// DefaultFloor is the free disk space, in bytes, below which no tip is taken
// where Options do not say otherwise: room for a hundred of the largest tips,
// so that the spool's own bookkeeping never fails for want of a block.
const DefaultFloor = 512 << 20

// floorInodes is the same for inodes.
const floorInodes = 1024

// maxWriters is how many tips are written at a time. The disk takes no more at
// once; with hundreds, the kernel spends its time on who may enter tmp/ next.
const maxWriters = 16

var (
	// ErrLocked says that another server works on the spool.
	ErrLocked = errors.New("another tipbox server is using this spool")
	// ErrClosed says that the spool is closed.
	ErrClosed = errors.New("spool is closed")
	// ErrNotHere says that the spool does not hold the tip, or not where it was looked for.
	ErrNotHere = errors.New("no such tip in the spool")
)

// Options say where a spool is.
type Options struct {
	Dir   string // DATA/spool; made with its parents if missing
	Floor uint64 // bytes of free disk below which Put returns ErrNoRoom; 0 is DefaultFloor
	// KeepSent is how long copies of delivered tips are kept, in whole days, rounded
	// up; 0 keeps none, and deletes those of before.
	KeepSent time.Duration
	// Try is how often it is tried whether a tip could be stored, and looked after
	// the copies; default 30 seconds, negative never.
	Try time.Duration
	// Mirror is a directory on another disk, which must exist: each tip is synced
	// there, too, before Put returns, as long as it answers; "" for none.
	Mirror string
	Log    *slog.Logger

	disk, mirrorDisk disk // for tests
}

// Spool is a spool in the hands of the server. It satisfies intake.Spool.
type Spool struct {
	path     string
	floor    uint64
	log      *slog.Logger
	disk     disk
	lock     *dirLock // for as long as the spool is open
	moves    *mover
	arrivals *groupCommit  // of names in new/
	parts    atomic.Uint64 // names in tmp/
	writers  chan struct{} // a place for each who writes a file
	pending  atomic.Int64  // bytes of the tips being written
	wake     chan struct{}
	sent     *sent
	mirror   *mirror // nil for none
	trial    trial
	now      func() time.Time

	mu      sync.Mutex
	closed  bool
	writing map[intake.ID]chan struct{} // closed when the Put of the id is over
	index   map[intake.ID]*indexed
	seq     uint64
	watcher Watcher
	changed map[intake.ID]bool // since the last Changes; true: asked to be tried again
	unread  map[string]bool    // files not taken in, by id, else by name; true: a newer tipbox reads them
	damaged int                // files in hold/ that are no tips
}

// indexed is what is kept in memory of a tip.
type indexed struct {
	Entry
	seq  uint64 // of its coming into the index
	news bool   // Put brought it, and nobody has asked IsNews
}

// Open opens the spool, making it where there is none, clears away what a
// crash left half-written, and reads the envelopes of all that waits. It
// returns ErrLocked where another server has it.
func Open(o Options) (*Spool, error) {
	if o.disk == nil {
		o.disk = osDisk{}
	}
	if o.Floor == 0 {
		o.Floor = DefaultFloor
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if err := makeDirs(o.disk, o.Dir); err != nil {
		return nil, fmt.Errorf("making the spool: %w", err)
	}
	lock, err := openLock(o.Dir)
	if err != nil {
		return nil, err
	}
	switch free, err := lock.try(); {
	case err != nil:
		lock.close()
		return nil, err
	case !free:
		lock.close()
		return nil, ErrLocked
	}
	moves, err := newMover(o.disk, o.Dir)
	if err != nil {
		lock.close()
		return nil, err
	}
	s := &Spool{
		path: o.Dir, floor: o.Floor, log: o.Log, disk: o.disk, lock: lock, moves: moves,
		arrivals: &groupCommit{sync: func() error { return moves.settle("new") }},
		writers:  make(chan struct{}, maxWriters),
		wake:     make(chan struct{}, 1),
		writing:  make(map[intake.ID]chan struct{}),
		index:    make(map[intake.ID]*indexed),
		changed:  make(map[intake.ID]bool),
		sent:     newSent(moves, o.KeepSent),
		now:      time.Now,
	}
	if err := errors.Join(s.load(), moves.forgetTimes("digest")); err != nil {
		s.release()
		return nil, err
	}
	if o.Mirror != "" {
		if o.mirrorDisk == nil {
			o.mirrorDisk = osDisk{}
		}
		s.mirror = newMirror(s, o.Mirror, o.mirrorDisk)
	}
	for _, name := range s.clearAdopted() {
		s.mirror.dropped(name)
	}
	s.mirror.start(o.Try)
	s.watch(o.Try)
	return s, nil
}

func makeDirs(d disk, path string) error {
	for _, p := range []string{path, filepath.Join(path, "tmp"), filepath.Join(path, "new"), filepath.Join(path, "hold"), filepath.Join(path, "sent"), filepath.Join(path, "digest")} {
		if err := makeDir(d, p); err != nil {
			return err
		}
		info, err := os.Stat(p)
		if err != nil {
			return err
		}
		if info.Mode().Perm() != 0o700 {
			if err := os.Chmod(p, 0o700); err != nil { //nolint:gosec // a directory needs its x
				return err
			}
		}
	}
	return nil
}

// Close waits for the Puts that are running, for as long as the disk makes them
// wait, and gives the spool back.
func (s *Spool) Close() error {
	for {
		s.mu.Lock()
		s.closed = true
		var running chan struct{}
		for _, c := range s.writing {
			running = c
			break
		}
		s.mu.Unlock()
		if running == nil {
			break
		}
		<-running
	}
	s.trial.stop()
	s.mirror.stop()
	s.release()
	return nil
}

func (s *Spool) release() {
	s.moves.lock.close()
	s.lock.close()
}

// add puts an entry into the index; s.mu is held.
func (s *Spool) add(e *Entry) {
	s.seq++
	s.index[e.ID] = &indexed{Entry: *e, seq: s.seq}
	if s.watcher != nil && e.Lane == intake.Bulk {
		s.watcher.Found(e.ID, e.Size)
	}
	s.touch(e.ID, false)
}

// forget takes a tip out of the index; s.mu is held.
func (s *Spool) forget(id intake.ID) {
	delete(s.index, id)
	if s.watcher != nil {
		s.watcher.Gone(id)
	}
}

// Watcher keeps the account of the bulk lane.
type Watcher interface {
	// Found tells of a tip of the bulk lane that is in the spool, perhaps not for
	// the first time.
	Found(id intake.ID, bytes int64)
	// Gone tells that a tip, of whichever lane, has left it.
	Gone(id intake.ID)
}

// Watch tells w of what is in the spool, and from then on of what comes and goes.
func (s *Spool) Watch(w Watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watcher = w
	for id, x := range s.index {
		if x.Lane == intake.Bulk {
			w.Found(id, x.Size)
		}
	}
}

// touch tells whoever asks Changes of the id; s.mu is held.
func (s *Spool) touch(id intake.ID, again bool) {
	s.changed[id] = s.changed[id] || again
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Wake returns a channel that has a value when Changes has something to tell.
func (s *Spool) Wake() <-chan struct{} { return s.wake }

// Changes returns the ids of tips that came, went, or were held or released
// since it was last called, at first of all that are there; true where an
// operator asked for the tip to be tried again at once. It has one reader, the runner.
func (s *Spool) Changes() map[intake.ID]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := s.changed
	s.changed = make(map[intake.ID]bool)
	return changed
}

// Lookup returns what the spool knows of a tip.
func (s *Spool) Lookup(id intake.ID) (Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.index[id]; x != nil {
		return x.Entry, true
	}
	return Entry{}, false
}
