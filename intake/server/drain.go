package server

import (
	"context"
	"net"
	"time"
)

// newcomer is how long a connection may be here without a request before the end of
// the server does not wait for it any more.
const newcomer = 2 * time.Second

// drain returns when every connection that has a request, or may just be sending
// one, has been answered, or ctx ends. net/http's Shutdown waits for requests whose
// header it has read, and drops without an answer those that it reads afterwards.
func (t *conns) drain(ctx context.Context) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for t.busy(time.Now()) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (t *conns) busy(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.all {
		if c.serving > 0 || now.Sub(c.since) < newcomer {
			return true
		}
	}
	return false
}

// listen notes a listener, to be closed at the end, and reports whether that has
// not begun.
func (s *Server) listen(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, l)
	if !s.ending {
		s.accepting.Add(1)
	}
	return !s.ending
}

// end closes the listeners, and returns when no connection can be between one and
// conns any more.
func (s *Server) end() {
	s.mu.Lock()
	s.ending = true
	for _, l := range s.listeners {
		_ = l.Close()
	}
	s.mu.Unlock()
	s.accepting.Wait()
}

func (s *Server) isEnding() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ending
}
