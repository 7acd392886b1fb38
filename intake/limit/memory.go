package limit

import (
	"context"
	"sync"
	"time"
)

// memory is the store in this process: what there is without Redis, and what
// takes over while Redis does not answer. It has three keys a site.
type memory struct {
	rules Rules
	now   func() time.Time
	draw  func() draw

	mu    sync.Mutex
	edges map[string]edge
}

func newMemory(rules Rules, now func() time.Time) *memory {
	return &memory{rules: rules, now: now, draw: newDraw, edges: make(map[string]edge)}
}

func (m *memory) take(_ context.Context, site string, may allowed) (reach, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, keys := micros(m.now()), sharedKeys(site)
	var limits [sharedEdges]limited
	for i, rule := range m.rules.shared() {
		limits[i] = limited{rule, m.edges[keys[i]], m.draw()}
	}
	got := decide(now, &limits, may)
	for i, key := range keys {
		m.keep(now, key, limits[i].edge)
	}
	return got, nil
}

func (m *memory) refund(_ context.Context, site string, spent reach) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, keys, rules := micros(m.now()), sharedKeys(site), m.rules.shared()
	for _, i := range spent.charged() {
		m.keep(now, keys[i], rules[i].refund(now, m.edges[keys[i]]))
	}
	return nil
}

// follow notes how far ahead Redis' TATs are, so that going on without Redis
// costs no fresh burst.
func (m *memory) follow(site string, ahead [sharedEdges]int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := micros(m.now())
	for i, key := range sharedKeys(site) {
		e := m.edges[key]
		e.tat = now + ahead[i]
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
