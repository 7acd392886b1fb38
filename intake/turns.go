package intake

import (
	"context"
	"slices"
	"sync"
)

const (
	// formWaiters bounds how many submissions of one form wait for the one that is
	// being taken: an impatient thumb on a bad line makes no more of it that still
	// has somebody in front of it.
	formWaiters = 4
	// allWaiters bounds those of all forms. Each holds a connection that cannot be
	// ended for another, so they must be few beside the connections that are held.
	allWaiters = 128
	// turnWait bounds how long one waits for those before it, as photoWait does.
	turnWait = photoWait
)

// turns lets the submissions of one form be taken one after another, so that each
// counts those before it, however many come at once. Different forms do not wait
// for each other.
//
// Where too many wait, the newest stays: it is the one whose answer somebody still
// looks at. It takes the place of the oldest of its own form, or else of the form
// that has the most, so that no flood costs more than the forms it is made with.
type turns struct {
	mu      sync.Mutex
	forms   map[FormMark]*turn
	waiting int
}

// turn is a form of which one submission is being taken.
type turn struct {
	waiters []chan bool // oldest first; each is told once whether its turn has come
}

// wait returns when it is the caller's turn, who must call done at its end, or
// ErrBusy where it did not come.
func (t *turns) wait(ctx context.Context, form FormMark) (done func(), err error) {
	t.mu.Lock()
	own := t.forms[form]
	if own == nil {
		t.forms[form] = &turn{}
		t.mu.Unlock()
		return func() { t.next(form) }, nil
	}
	switch {
	case len(own.waiters) == formWaiters:
		t.tell(own, false)
	case t.waiting == allWaiters:
		t.tell(t.longest(), false)
	}
	told := make(chan bool, 1)
	own.waiters = append(own.waiters, told)
	t.waiting++
	t.mu.Unlock()

	ctx, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	var came bool
	select {
	case came = <-told:
	case <-ctx.Done():
		came = t.leave(own, told)
	}
	if !came {
		return nil, ErrBusy
	}
	return func() { t.next(form) }, nil
}

// next gives the turn to the oldest of those who wait.
func (t *turns) next(form FormMark) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own := t.forms[form]; len(own.waiters) > 0 {
		t.tell(own, true)
	} else {
		delete(t.forms, form)
	}
}

// leave ends a wait, unless its turn has come just now.
func (t *turns) leave(own *turn, told chan bool) (came bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(own.waiters, told); i >= 0 {
		own.waiters = slices.Delete(own.waiters, i, i+1)
		t.waiting--
		return false
	}
	return <-told
}

// tell is called with mu held, for a form on which somebody waits.
func (t *turns) tell(own *turn, came bool) {
	own.waiters[0] <- came
	own.waiters = slices.Delete(own.waiters, 0, 1)
	t.waiting--
}

// longest returns a form on which the most wait. It is called with mu held.
func (t *turns) longest() (most *turn) {
	for _, own := range t.forms {
		if most == nil || len(own.waiters) > len(most.waiters) {
			most = own
		}
	}
	return most
}
