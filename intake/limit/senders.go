package limit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"
)

// senders counts in this process alone how many tips came from a network. What
// stands for an address here is made with a key that is drawn anew each day and
// leaves the process as little as the address does: there are only 2^32 IPv4
// addresses, and whoever has key and marks finds each of them in minutes.
//
// Of IPv6 a line has a /64 to itself, and often a /56 or a /48: these count as
// well, with a limit so much wider. Behind one IPv4 address there may be a whole
// village.
type senders struct {
	rule Rule
	now  func() time.Time
	draw func() draw

	mu    sync.Mutex
	lines map[mark]line
	days  map[int64]*daykey
	sweep *time.Timer // nil while there is nothing to sweep
}

// line is what is kept of one network.
type line struct{ front, bulk edge }

const sweepEvery = time.Minute

func newSenders(rule Rule, now func() time.Time) *senders {
	return &senders{rule: rule, now: now, draw: newDraw, lines: make(map[mark]line), days: make(map[int64]*daykey)}
}

// network is a prefix with how many times the sender's limit it has.
type network struct {
	prefix netip.Prefix
	times  int
}

// networks returns what an address counts as, the narrowest first.
func networks(sender netip.Addr) []network {
	sender = sender.Unmap().WithZone("")
	at := func(bits int) netip.Prefix {
		p, _ := sender.Prefix(bits) // the zero Addr gives the zero Prefix: one sender for all who have none
		return p
	}
	if !sender.Is6() {
		return []network{{at(32), 1}}
	}
	return []network{{at(64), 1}, {at(56), 4}, {at(48), 16}}
}

// reserved is what a sender was found to be allowed, spent until it is settled.
type reserved struct {
	allowed
	sender netip.Addr
}

// reserve spends one submission of each lane in which the sender's limits allow
// one. settle gives back what is not used in the end.
func (s *senders) reserve(sender netip.Addr) reserved {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := micros(s.now())
	r := reserved{sender: sender}
	nets := networks(sender)
	front, bulk := make([]limited, len(nets)), make([]limited, len(nets))
	for i, n := range nets {
		l := s.find(now, n.prefix)
		front[i] = limited{s.rule.times(n.times), l.front, s.draw(), 1}
		bulk[i] = limited{s.rule.times(n.times * bulkTimes), l.bulk, s.draw(), 1}
	}
	r.front, r.bulk = takeAll(now, front), takeAll(now, bulk)
	for i, n := range nets {
		s.keep(now, n.prefix, line{front[i].edge, bulk[i].edge})
	}
	return r
}

// settle gives back what was reserved and not used.
func (s *senders) settle(r reserved, used allowed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := micros(s.now())
	for _, n := range networks(r.sender) {
		l := s.find(now, n.prefix)
		if r.front && !used.front {
			l.front = s.rule.times(n.times).refund(now, l.front, 1)
		}
		if r.bulk && !used.bulk {
			l.bulk = s.rule.times(n.times*bulkTimes).refund(now, l.bulk, 1)
		}
		s.keep(now, n.prefix, l)
	}
}

// mark stands for a network, for one day.
type mark [16]byte

// daykey is the secret under which networks are known for one day.
type daykey [sha256.Size]byte

func newDaykey() (k daykey) {
	_, _ = rand.Read(k[:]) // never fails: it ends the process instead
	return k
}

func (k *daykey) mark(p netip.Prefix) mark {
	h := hmac.New(sha256.New, k[:])
	b, _ := p.MarshalBinary() // never fails
	h.Write(b)
	return mark(h.Sum(nil))
}

const daySeconds = 24 * 60 * 60

// day numbers the days of Unix time.
func day(now int64) int64 { return now / (daySeconds * int64(time.Second/time.Microsecond)) }

// mark returns what the network is known as on the day, which must be today or
// a day whose key is still known: else false.
func (s *senders) mark(today int64, p netip.Prefix, of int64) (mark, bool) {
	k := s.days[of]
	if k == nil {
		if of != today {
			return mark{}, false
		}
		fresh := newDaykey()
		k = &fresh
		s.days[today] = k
	}
	return k.mark(p), true
}

// find returns the network's line. What was kept of it yesterday goes on: else a
// flooder would have a fresh budget at midnight.
func (s *senders) find(now int64, p netip.Prefix) line {
	today := day(now)
	m, _ := s.mark(today, p, today)
	if l, ok := s.lines[m]; ok {
		return l
	}
	if m, ok := s.mark(today, p, today-1); ok {
		l := s.lines[m]
		delete(s.lines, m)
		return l
	}
	return line{}
}

func (s *senders) keep(now int64, p netip.Prefix, l line) {
	m, _ := s.mark(day(now), p, day(now))
	if l.front.spent(now) || l.bulk.spent(now) {
		s.lines[m] = l
	} else {
		delete(s.lines, m)
	}
	if s.sweep == nil {
		s.sweep = time.AfterFunc(sweepEvery, s.forget)
	}
}

// forget drops what no limit needs any more, and comes again while there is
// something left. A day's key goes as soon as no line can hang on it.
func (s *senders) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := micros(s.now())
	rule := s.rule.times(bulkTimes) // of the same window as all others
	for m, l := range s.lines {
		l.front, l.bulk = rule.believed(now, l.front), rule.believed(now, l.bulk)
		if !l.front.spent(now) && !l.bulk.spent(now) {
			delete(s.lines, m)
		}
	}
	longest := max(rule.most(), mostClosed)
	for d := range s.days {
		if d != day(now) && (d != day(now)-1 || day(now-longest) == day(now)) {
			delete(s.days, d)
		}
	}
	if len(s.lines) == 0 {
		clear(s.days)
		s.sweep = nil
		return
	}
	s.sweep.Reset(sweepEvery)
}
