package intake

import "sync"

// turns lets the tips of one form be taken one after another, so that each
// counts those before it, however many are sent at once. Tips of different forms
// do not wait for each other.
type turns struct {
	mu   sync.Mutex
	last map[FormMark]chan struct{} // closed when the last in the queue is done
}

// wait returns when it is the caller's turn, who must call done at its end.
func (t *turns) wait(form FormMark) (done func()) {
	own := make(chan struct{})
	t.mu.Lock()
	before := t.last[form]
	t.last[form] = own
	t.mu.Unlock()
	if before != nil {
		<-before
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.last[form] == own {
			delete(t.last, form)
		}
		close(own)
	}
}
