package limit

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"tipbox/intake"
)

// memory is the store in this process: what there is without Redis, and what
// takes over while Redis does not answer.
//
// It is bounded without a rule of its own: nothing is spent unless all limits
// allow, so it never has more live senders than the limit on the whole service
// lets through in a sender's window (5,000 with the design's limits, about
// 1 MB), and those that ended are swept out every minute.
type memory struct {
	rules Rules
	now   func() time.Time
	forms *forms

	mu    sync.Mutex
	tats  map[string]int64
	days  map[int64]*daykey // today's and, while they overlap, yesterday's
	sweep *time.Timer       // nil while there is nothing to sweep
}

const sweepEvery = time.Minute

func newMemory(rules Rules, now func() time.Time) *memory {
	return &memory{
		rules: rules, now: now, forms: newForms(maxForms, now),
		tats: make(map[string]int64), days: make(map[int64]*daykey),
	}
}

func (m *memory) take(_ context.Context, site string, sender netip.Addr) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := micros(m.now())
	key, earlier := m.senderKeys(now, prefix(sender))
	// Each by itself: one that is not to be believed must not hide the other.
	believed := func(key string) int64 { return m.rules.Sender.believed(now, m.tats[key]) }
	asks := [...]struct {
		limit, key string
		rule       Rule
		tat        int64
	}{
		{"sender", key, m.rules.Sender, max(believed(key), believed(earlier))},
		{"site", siteKey(site), m.rules.Site, m.tats[siteKey(site)]},
		{"all", allKey, m.rules.All, m.tats[allKey]},
	}
	var refused intake.LimitError
	for i, a := range asks {
		next, wait := a.rule.take(now, a.tat)
		if duration(wait) > refused.RetryAfter {
			refused = intake.LimitError{Limit: a.limit, RetryAfter: duration(wait)}
		}
		asks[i].tat = next
	}
	if refused.Limit != "" {
		return &refused
	}
	for _, a := range asks {
		m.tats[a.key] = a.tat
	}
	if m.sweep == nil {
		m.sweep = time.AfterFunc(sweepEvery, m.forget)
	}
	return nil
}

func (m *memory) refund(_ context.Context, site string, sender netip.Addr) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := micros(m.now())
	key, _ := m.senderKeys(now, prefix(sender))
	give := func(key string, r Rule) {
		if tat := r.refund(now, m.tats[key]); tat > now {
			m.tats[key] = tat
		} else {
			delete(m.tats, key)
		}
	}
	give(key, m.rules.Sender)
	give(siteKey(site), m.rules.Site)
	give(allKey, m.rules.All)
	return nil
}

// senderKeys returns the sender's key and its earlier one, "" where that no
// longer matters.
func (m *memory) senderKeys(now int64, p netip.Prefix) (key, earlier string) {
	today := day(now)
	k := m.days[today]
	if k == nil {
		fresh := newDaykey()
		k = &fresh
		m.days[today] = k
	}
	if old := m.days[today-1]; old != nil && overlaps(now, m.rules.Sender) {
		earlier = old.sender(p)
	}
	return k.sender(p), earlier
}

// forget drops what no limit needs any more, keys of senders included, and
// comes again while there is something left.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := micros(m.now())
	longest := max(m.rules.Sender.window(), m.rules.Site.window(), m.rules.All.window())
	for key, tat := range m.tats {
		if tat <= now || tat > now+longest { // the clock stepped back
			delete(m.tats, key)
		}
	}
	for d := range m.days {
		if d != day(now) && (d != day(now)-1 || !overlaps(now, m.rules.Sender)) {
			delete(m.days, d)
		}
	}
	if len(m.tats) == 0 {
		clear(m.days)
		m.sweep = nil
		return
	}
	m.sweep.Reset(sweepEvery)
}

func (m *memory) served(_ context.Context, form intake.FormMark) ([]intake.TipMark, error) {
	return m.forms.served(form), nil
}

func (m *memory) record(_ context.Context, form intake.FormMark, tip intake.TipMark) error {
	m.forms.record(form, tip)
	return nil
}
