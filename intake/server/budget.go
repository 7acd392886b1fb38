package server

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"
)

const (
	// defaultBudget is how many bytes of posted forms are held at once.
	defaultBudget = 256 << 20

	// An upload that takes longer than stalledAfter for its next stride of bytes
	// has to make room for others: a line that is bad but alive (2 KiB/s) does not,
	// and a byte now and then does not pass for one.
	stalledAfter = 10 * time.Second
	stride       = 16 << 10
	// ownText is how many bytes of text each form may take where there is no room:
	// what is written is given back with every answer. It is enough for a message of
	// 32 KiB, twice what may be sent, while its buffer grows.
	ownText = 64 << 10
	// shedWait bounds how long an upload waits for the room of one that was cut.
	shedWait = 5 * time.Second
	// BusyRetry is what a sender is told to wait when there is no room for a form.
	BusyRetry = 30 * time.Second
)

// BusyError says that the forms being read already take all the memory there is
// for them. Nothing is wrong with this one.
type BusyError struct{ RetryAfter time.Duration }

func (e *BusyError) Error() string {
	return fmt.Sprintf("no room for another upload, retry after %s", e.RetryAfter)
}

// Budget bounds the memory of all posted forms in flight, in bytes. A form is
// charged for what is buffered of it, so that an upload which stalls at its
// first byte costs nearly nothing. A share is kept for texts, so that no flood
// of photos keeps a text out, and a text of a usual length is not turned away at
// all; where photos find no room, the upload that has been quiet the longest is
// cut to make some.
type Budget struct {
	total, text int64

	mu     sync.Mutex
	used   int64
	leases map[*lease]struct{}
	freed  chan struct{} // closed, and replaced, whenever bytes come back
}

// NewBudget returns a budget of total bytes of which photos leave textShare
// alone. Zero stands for 256 MiB, and for an eighth of the budget.
func NewBudget(total, textShare int64) *Budget {
	if total == 0 {
		total = defaultBudget
	}
	if textShare == 0 {
		textShare = total / 8
	}
	return &Budget{
		total: total, text: min(textShare, total),
		leases: make(map[*lease]struct{}), freed: make(chan struct{}),
	}
}

// lease is what one form holds of the budget, and how its upload goes on.
type lease struct {
	budget *Budget
	rc     *http.ResponseController
	ctx    context.Context

	// Guarded by budget.mu.
	held    int64
	written int64     // taken for texts so far
	quiet   time.Time // when the last stride was complete
	reading bool
	photos  bool // holds photos
	cut     bool // its room is needed by others
}

func (b *Budget) lease(ctx context.Context, rc *http.ResponseController) *lease {
	l := &lease{budget: b, rc: rc, ctx: ctx, quiet: time.Now(), reading: true}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leases[l] = struct{}{}
	return l
}

// takeText charges n bytes of text, if there is room or the form has taken little.
func (l *lease) takeText(n int64) bool {
	b := l.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	l.written += n
	if l.written <= ownText {
		return l.charge(n, math.MaxInt64)
	}
	return l.charge(n, b.total)
}

// takePhoto charges n bytes of a photo. Where there is no room it cuts the upload
// that has stalled the longest and waits for its room, or else gives up.
func (l *lease) takePhoto(n int64) bool {
	b := l.budget
	var timeout <-chan time.Time
	for {
		b.mu.Lock()
		ok := l.charge(n, b.total-b.text)
		l.photos = l.photos || ok
		coming := !ok && b.shed()
		freed := b.freed
		b.mu.Unlock()
		if ok || !coming {
			return ok
		}
		if timeout == nil {
			timeout = time.After(shedWait)
		}
		select {
		case <-freed:
		case <-timeout:
			return false
		case <-l.ctx.Done():
			return false
		}
	}
}

// charge is called with the budget locked.
func (l *lease) charge(n, limit int64) bool {
	if l.budget.used > limit-n {
		return false
	}
	l.budget.used += n
	l.held += n
	return true
}

// give returns n bytes.
func (l *lease) give(n int64) {
	b := l.budget
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= n
	l.held -= n
	close(b.freed)
	b.freed = make(chan struct{})
}

// close returns whatever is still held. It may be called more than once.
func (l *lease) close() {
	l.budget.mu.Lock()
	held := l.held
	delete(l.budget.leases, l)
	l.budget.mu.Unlock()
	l.give(held)
}

// strode notes that the upload has come a stride further.
func (l *lease) strode(now time.Time) {
	l.budget.mu.Lock()
	defer l.budget.mu.Unlock()
	l.quiet = now
}

// extend gives the upload until deadline for its next bytes, unless it was cut.
func (l *lease) extend(deadline time.Time) {
	l.budget.mu.Lock()
	defer l.budget.mu.Unlock()
	if !l.cut {
		_ = l.rc.SetReadDeadline(deadline) // not every test's ResponseWriter has one
		// HTTP/2 resets the whole stream where this one passes.
		_ = l.rc.SetWriteDeadline(deadline.Add(answerStall))
	}
}

// arrived notes that the whole form is here: from now on the time is ours.
func (l *lease) arrived() {
	l.budget.mu.Lock()
	defer l.budget.mu.Unlock()
	l.reading = false
	if !l.cut {
		// A deadline that passed while the tip is being sealed would cancel the
		// request's context.
		_ = l.rc.SetReadDeadline(time.Time{})
	}
}

// shed makes sure that room is on its way and reports whether it is. It is
// called with the budget locked.
func (b *Budget) shed() bool {
	var slowest *lease
	for l := range b.leases {
		if !l.reading || !l.photos {
			continue
		}
		if l.cut {
			return true // it was told already and is about to let go
		}
		if slowest == nil || l.quiet.Before(slowest.quiet) {
			slowest = l
		}
	}
	if slowest == nil || time.Since(slowest.quiet) < stalledAfter {
		return false
	}
	slowest.cut = true
	_ = slowest.rc.SetReadDeadline(time.Unix(1, 0))
	return true
}
