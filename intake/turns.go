package intake

import (
	"context"
	"sync"
)

const (
	// formTurns bounds how many submissions of one form wait or run at once: more
	// than the most impatient thumb makes of it on a bad line.
	formTurns = 32
	// turnWait bounds how long one waits for those before it, as photoWait does.
	turnWait = photoWait
)

// turns lets the submissions of one form be taken one after another, so that each
// counts those before it, however many come at once. Different forms do not wait
// for each other.
type turns struct {
	mu    sync.Mutex
	forms map[FormMark]*turn
}

type turn struct {
	taken chan struct{} // full while one is taken
	n     int           // wait or are taken
}

// wait returns when it is the caller's turn, who must call done at its end, or
// ErrBusy where too many are before it.
func (t *turns) wait(ctx context.Context, form FormMark) (done func(), err error) {
	t.mu.Lock()
	own := t.forms[form]
	if own == nil {
		own = &turn{taken: make(chan struct{}, 1)}
		t.forms[form] = own
	}
	full := own.n == formTurns
	if !full {
		own.n++
	}
	t.mu.Unlock()
	if full {
		return nil, ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	select {
	case own.taken <- struct{}{}:
		return func() { <-own.taken; t.leave(form, own) }, nil
	case <-ctx.Done():
		t.leave(form, own)
		return nil, ErrBusy
	}
}

func (t *turns) leave(form FormMark, own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if own.n--; own.n == 0 {
		delete(t.forms, form)
	}
}
