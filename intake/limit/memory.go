package limit

import (
	"context"
	"sync"
	"time"
)

// memory is the store in this process: what there is without Redis, and what
// takes over while Redis does not answer. It has three keys a site.
//
// Servers that share a Redis share the limits without it as well, as far as that can
// be: each goes on from what Redis last said, of what is left it takes the part that
// falls to one of so many, and what it granted meanwhile Redis hears of when it is
// back.
type memory struct {
	rules Rules
	now   func() time.Time
	draw  func() draw

	mu      sync.Mutex
	edges   map[string]edge
	servers int64 // that share the limits, this one among them; 0 where none do
	owed    map[string]debt
}

// debt is what Redis has not heard of one of its keys, as a TAT.
type debt struct {
	tat  int64
	kind int // of limit
}

func newMemory(rules Rules, now func() time.Time) *memory {
	return &memory{rules: rules, now: now, draw: newDraw, edges: make(map[string]edge), owed: make(map[string]debt)}
}

func (m *memory) take(_ context.Context, site string, may allowed) (reach, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, keys, rules := micros(m.now()), sharedKeys(site), m.rules.shared()
	var limits [sharedEdges]limited
	for i, rule := range rules {
		limits[i] = limited{rule, m.edges[keys[i]], m.draw(), m.servers}
	}
	got := decide(now, &limits, may)
	for i, key := range keys {
		m.keep(now, key, limits[i].edge)
	}
	for _, i := range got.charged() {
		m.owe(now, keys[i], i, rules[i].interval())
	}
	return got, nil
}

func (m *memory) refund(_ context.Context, site string, spent reach) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, keys, rules := micros(m.now()), sharedKeys(site), m.rules.shared()
	for _, i := range spent.charged() {
		m.keep(now, keys[i], rules[i].refund(now, m.edges[keys[i]], m.servers))
		m.owe(now, keys[i], i, -rules[i].interval())
	}
	return nil
}

// follow notes how far ahead Redis' TATs are, and what its latches are, so that going
// on without Redis costs no fresh burst. Times are from now on.
func (m *memory) follow(site string, ahead [sharedEdges]edge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := micros(m.now())
	for i, key := range sharedKeys(site) {
		e := ahead[i]
		e.tat += now
		if e.until > 0 {
			e.until += now
		}
		m.keep(now, key, e)
	}
}

func (m *memory) keep(now int64, key string, e edge) {
	if e.spent(now) {
		m.edges[key] = e
	} else {
		delete(m.edges, key)
	}
}

// shareWith says how many servers share the limits.
func (m *memory) shareWith(servers int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.servers = int64(servers)
}

func (m *memory) owe(now int64, key string, kind int, time int64) {
	if m.servers == 0 {
		return
	}
	d := debt{max(now, m.owed[key].tat) + time, kind}
	if d.tat > now {
		m.owed[key] = d
	} else {
		delete(m.owed, key)
	}
}

// debts returns what Redis is owed of each key from now on, and forgets it.
func (m *memory) debts() map[string]debt {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, owed := micros(m.now()), m.owed
	for key, d := range owed {
		if d.tat -= now; d.tat > 0 {
			owed[key] = d
		} else {
			delete(owed, key)
		}
	}
	m.owed = make(map[string]debt)
	return owed
}
