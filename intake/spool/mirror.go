package spool

import (
	"cmp"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// A mirror is a second directory of the same shape, on another disk: new/, hold/ and
// digest/, byte for byte, and nothing of sent/. A tip is in it, durably, before Put
// returns, and goes when it is delivered. So one disk may die at any moment.
//
// A mirror that fails, or does not answer within mirrorPatience, is away: nobody
// waits for it until our own clock has found it well again, and tips go on being
// taken, on one disk alone meanwhile. Then, in the background, what was delivered
// is deleted there, and what waits is copied there.
//
// Only what this spool knows to be delivered is ever deleted in the mirror. What it
// merely does not have, perhaps because the disk lost it, stays, and is told.

// mirrorPatience is how long whoever stores a tip waits for the mirror.
const mirrorPatience = 3 * time.Second

// What keeps a mirror from being one, as Status names it, beside Missing,
// Permission, Disk, Stuck and OtherFault.
const (
	Foreign = "foreign" // it holds the tips of another spool, or is another's
	// Unmarked: the spool has had a mirror, and this directory does not say it is that:
	// its disk is not mounted, or is a new one, which a person says by deleting the
	// spool's mark.
	Unmarked = "missing: no " + markFile + " there"
	InUse    = "in-use" // somebody adopts what is in it, or another server has it
	Behind   = "behind" // it is being brought up to date
)

var (
	errForeign  = errors.New("the mirror holds another spool's tips")
	errInUse    = errors.New("the mirror is in use by another process")
	errUnmarked = errors.New("the directory is not marked as this spool's mirror")
	errStuck    = errors.New("the mirror does not answer")
)

// mirror is the spool's own view of its mirror. A nil one is none.
type mirror struct {
	s        *Spool
	at       *mover // in the mirror's directory, without a lock
	arrivals *groupCommit
	writers  chan struct{} // a place for each write that is under way
	kick     chan struct{} // there is something to delete or to move
	end      chan struct{}
	done     sync.WaitGroup
	ended    sync.Once
	lock     *dirLock // on its mark, while it is ours; of the worker alone
	saved    int      // how many names the spool's mark has as gone; likewise

	mu        sync.Mutex
	in        bool             // what is taken is written there, too
	has       map[string]int64 // bytes of the files that it holds, by path: new/NAME
	gone      map[string]bool  // names of tips that were delivered and may still be there
	stale     map[string]bool  // paths of files that it holds as they were
	compare   bool             // more has changed than that
	began     time.Time        // of the worker's call that is running, else zero
	trouble   string           // as our own clock last found it
	strangers int              // tips in it that the spool neither has nor has delivered
}

func newMirror(s *Spool, dir string, d disk) *mirror {
	at := &mover{disk: d, path: dir}
	return &mirror{
		s: s, at: at, trouble: Behind,
		arrivals: &groupCommit{sync: func() error { return at.settle("new") }},
		writers:  make(chan struct{}, maxWriters),
		kick:     make(chan struct{}, 1),
		end:      make(chan struct{}),
		has:      make(map[string]int64),
		gone:     make(map[string]bool),
		stale:    make(map[string]bool),
	}
}

// start begins to look after the mirror, every so often, and returns once that was
// done for the first time, or takes too long. Negative: once, and never again.
func (m *mirror) start(every time.Duration) {
	if m == nil {
		return
	}
	if every < 0 {
		m.look(func() {})
		return
	}
	if every == 0 {
		every = lookEvery
	}
	joined := make(chan struct{})
	m.done.Go(func() {
		m.look(sync.OnceFunc(func() { close(joined) }))
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-m.end:
				m.follow()
				return
			case <-tick.C:
				m.look(func() {})
			case <-m.kick:
				m.follow()
			}
		}
	})
	select {
	case <-joined:
	case <-time.After(mirrorPatience):
	}
}

// stop ends that, and waits for what is under way as long as a sender would.
func (m *mirror) stop() {
	if m == nil {
		return
	}
	m.ended.Do(func() {
		close(m.end)
		over := make(chan struct{})
		go func() {
			m.done.Wait()
			m.saveGone()
			m.unlock()
			close(over)
		}()
		select {
		case <-over:
		case <-time.After(mirrorPatience):
		}
	})
}

// delivered has a tip deleted in the mirror, soon.
func (m *mirror) delivered(e *Entry) {
	if m == nil {
		return
	}
	m.dropped(fileName(e))
	m.wake()
}

// dropped notes that the mirror is not to have a tip any more.
func (m *mirror) dropped(name string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone[strings.TrimSuffix(name, keptSuffix)] = true
}

// changed has the mirror follow, soon, what was moved in the spool, or taken away.
func (m *mirror) changed() {
	if m == nil {
		return
	}
	m.mu.Lock()
	m.compare = true
	m.mu.Unlock()
	m.wake()
}

// rewritten has a file copied again, soon.
func (m *mirror) rewritten(dir, name string) {
	if m == nil {
		return
	}
	m.mu.Lock()
	m.stale[filepath.Join(dir, name)] = true
	m.mu.Unlock()
	m.wake()
}

func (m *mirror) wake() {
	select {
	case m.kick <- struct{}{}:
	default:
	}
}

// follow does what has come up, where the mirror is not away. It tells nothing: what
// comes up is a tip's doing.
func (m *mirror) follow() {
	m.mu.Lock()
	in, compare := m.in, m.compare
	m.mu.Unlock()
	if !in {
		return
	}
	err := cmp.Or(m.deleteGone(), m.writeStale())
	if err == nil && compare {
		err = m.compareAll()
	}
	if err != nil {
		m.lose()
	}
}

// status returns what our own clock has found.
func (m *mirror) status(now time.Time) (trouble string, strangers int) {
	if m == nil {
		return "", 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hangs(now) {
		return Stuck, m.strangers
	}
	return m.trouble, m.strangers
}

// step runs one call, or a few, that a disk which hangs would never end.
func (m *mirror) step(f func() error) error {
	m.mu.Lock()
	m.began = time.Now()
	m.mu.Unlock()
	err := f()
	m.mu.Lock()
	m.began = time.Time{}
	m.mu.Unlock()
	return err
}

// troubleOfMirror names what keeps the mirror from being one.
func troubleOfMirror(err error) string {
	switch {
	case errors.Is(err, errForeign):
		return Foreign
	case errors.Is(err, errUnmarked):
		return Unmarked
	case errors.Is(err, errInUse):
		return InUse
	case errors.Is(err, errStuck):
		return Stuck
	}
	return troubleOf(err)
}
