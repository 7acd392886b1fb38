package limit

import (
	"math/bits"
	"net/netip"
	"sync"
	"time"

	"tipbox/intake"
)

// bulkLane keeps the account of what waits in the bulk lane of this server's
// spool: how many bytes, of which site, and how many tips of which network came
// within a day. It is in memory only. After a restart what waits is of no known
// site, and no network has sent anything.
type bulkLane struct {
	most int64        // bytes, at most
	free func() int64 // bytes on the disk
	now  func() time.Time
	draw func() draw

	mu     sync.Mutex
	total  load
	photos load
	sites  map[string]*load
	tips   map[intake.ID]bulkTip

	today, before dayCount
}

// dayCount is how many tips the lane took of each network on one day, by marks
// that nobody can read when the day's key is gone.
type dayCount struct {
	day  int64
	key  daykey
	took map[mark]int
}

// load is a number of bytes with the latch of how many may be.
type load struct {
	bytes     int64
	half, all latch
}

type bulkTip struct {
	site  string
	bytes int64
	photo bool
}

func newBulkLane(most int64, free func() int64, now func() time.Time) *bulkLane {
	return &bulkLane{
		most: most, free: free, now: now, draw: newDraw,
		sites: make(map[string]*load), tips: make(map[intake.ID]bulkTip),
	}
}

// want is a tip that asks for room in the lane.
type want struct {
	site   string
	sender netip.Addr
	bytes  int64
	photo  bool
}

// fill is what the lane takes at the moment.
type fill int

const (
	takesAll    fill = iota
	takesText        // half full, or its photos have their share: from a sender within the limits, or with a proof of work
	takesProven      // the site has half its share: the first tip of a network, or with a proof of work
	takesNone
)

// ask tells what the lane takes, and of which rank the tip would be.
func (b *bulkLane) ask(w want) (f fill, rank int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, room := micros(b.now()), b.room()
	site := b.site(w.site)
	rank = min(bits.Len(b.count(w.sender)), intake.MaxRank)
	open := func(l *latch, used, bound int64) (open bool) {
		*l, open = l.believed(now).pass(now, used, bound, 0, b.draw())
		return open
	}
	// A share is never more than it is called: its latch is for two thirds of it,
	// which the largest factor makes the whole.
	within := func(l *latch, used, share int64) bool { return open(l, used+w.bytes, share*2/3) }
	half := open(&b.total.half, b.total.bytes, room/2)
	siteHalf := open(&site.half, site.bytes, room/4)
	switch {
	case b.total.bytes+w.bytes > room, !within(&site.all, site.bytes, room/2):
		return takesNone, rank
	case w.photo && (!half || !siteHalf || !within(&b.photos.all, b.photos.bytes, room/4)):
		return takesText, rank
	case !siteHalf:
		return takesProven, rank
	case !half:
		return takesText, rank
	}
	return takesAll, rank
}

// room returns how many bytes the lane may have now. What it has counts as free.
func (b *bulkLane) room() int64 {
	return min(b.most, b.free()/4+b.total.bytes/4)
}

func (b *bulkLane) site(code string) *load {
	l := b.sites[code]
	if l == nil {
		l = new(load)
		b.sites[code] = l
	}
	return l
}

// add enters a tip that is about to be spooled, and reports whether there is room
// for it, and whether it was not there before. resize or gone says what became of it.
func (b *bulkLane) add(id intake.ID, w want) (room, entered bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if room := b.room(); b.total.bytes+w.bytes > room || b.site(w.site).bytes+w.bytes > room/2 {
		return false, false
	}
	b.turn()
	b.today.took[b.today.key.mark(laneNetwork(w.sender))]++
	return true, b.enter(id, bulkTip{w.site, w.bytes, w.photo})
}

// found enters a tip that was in the spool before this process.
func (b *bulkLane) found(id intake.ID, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.enter(id, bulkTip{"", bytes, bytes > intake.MaxSealedText})
}

// resize gives a tip that is in the spool its true size.
func (b *bulkLane) resize(id intake.ID, bytes int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t, known := b.tips[id]; known {
		b.leave(id)
		t.bytes = bytes
		b.enter(id, t)
	}
}

// gone says that a tip has left the spool, or did not get there. That its
// network has sent one stays.
func (b *bulkLane) gone(id intake.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leave(id)
}

func (b *bulkLane) enter(id intake.ID, t bulkTip) bool {
	if _, known := b.tips[id]; known {
		return false
	}
	b.tips[id] = t
	b.change(t, 1)
	return true
}

func (b *bulkLane) leave(id intake.ID) {
	if t, known := b.tips[id]; known {
		delete(b.tips, id)
		b.change(t, -1)
	}
}

func (b *bulkLane) change(t bulkTip, sign int64) {
	b.total.bytes += sign * t.bytes
	b.site(t.site).bytes += sign * t.bytes
	if t.photo {
		b.photos.bytes += sign * t.bytes
	}
}

// laneNetwork is what counts as one network in the lane: an IPv4 address, or the
// /48 that an IPv6 line may have.
func laneNetwork(sender netip.Addr) netip.Prefix {
	nets := networks(sender)
	return nets[len(nets)-1].prefix
}

// count returns how many tips of the sender's network the lane took today and
// the day before.
func (b *bulkLane) count(sender netip.Addr) uint {
	b.turn()
	n := laneNetwork(sender)
	return uint(b.today.took[b.today.key.mark(n)] + b.before.took[b.before.key.mark(n)]) //nolint:gosec // never negative
}

// turn begins a new day's count, and forgets the day before yesterday.
func (b *bulkLane) turn() {
	d := day(micros(b.now()))
	if d == b.today.day && b.today.took != nil {
		return
	}
	b.before = b.today
	if b.before.day != d-1 {
		b.before = dayCount{}
	}
	b.today = dayCount{day: d, key: newDaykey(), took: make(map[mark]int)}
}
