package limit

import (
	"encoding/binary"
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
	few  func(mark) uint

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

// load is a number of bytes with the latches on the way to how many may be.
type load struct {
	bytes int64
	steps [len(steps)]latch
}

type bulkTip struct {
	site  string
	bytes int64
	photo bool
}

func newBulkLane(most int64, free func() int64, now func() time.Time) *bulkLane {
	return &bulkLane{
		most: most, free: free, now: now, draw: newDraw, few: fewOf,
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
	takesText        // the lane, or its photos' share, fills: from a sender within the limits, or with a proof of work
	takesProven      // the site's share fills: from a network that has sent few, or with a proof of work
	takesFew         // the rest of the lane, or of the site's share: from a network that has sent few
	takesNone
)

// ask tells what the lane takes, whether the sender's network has sent few, and of
// which rank the tip would be.
//
// The last of the room is kept for networks that have sent few: proofs of work
// can be had by the thousand, addresses of one's own less so.
func (b *bulkLane) ask(w want) (f fill, few bool, rank int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, room := micros(b.now()), b.room()
	site := b.site(w.site)
	took, bound := b.count(w.sender)
	few, rank = took < bound, min(bits.Len(took), intake.MaxRank)
	lane, share, photos := b.steps(now, &b.total, room), b.steps(now, site, room/2), b.steps(now, &b.photos, room/4)
	switch {
	case lane == 3 || share == 3 || !b.hasRoom(w):
		return takesNone, few, rank
	case w.photo && (lane > 0 || share > 0 || photos == 3 || b.photos.bytes+w.bytes > room/4):
		return takesText, few, rank
	case lane == 2 || share == 2:
		return takesFew, few, rank
	case share == 1:
		return takesProven, few, rank
	case lane == 1:
		return takesText, few, rank
	}
	return takesAll, few, rank
}

// steps are where on the way to a bound less is taken, in eighths of it: each
// anywhere between the two, by its latch. So they come in their order, and the last
// is never beyond the bound.
var steps = [...]struct{ least, most int64 }{{1, 2}, {2, 4}, {6, 8}}

// steps returns how many of the steps to its bound a load has reached. What is
// asked for does not count: a large blob would close the lane for all the others.
func (b *bulkLane) steps(now int64, l *load, bound int64) (reached int) {
	for i, s := range steps {
		least, wide := bound*s.least/8, bound*(s.most-s.least)/8
		var open bool
		l.steps[i], open = l.steps[i].believed(now).pass(now, l.bytes-least+wide*leastFactor/one, wide, 0, b.draw())
		if !open {
			reached = i + 1
		}
	}
	return reached
}

// room returns how many bytes the lane may have now. What it has counts as free.
func (b *bulkLane) room() int64 {
	return min(b.most, b.free()/4+b.total.bytes/4)
}

func (b *bulkLane) hasRoom(w want) bool {
	room := b.room()
	return b.total.bytes+w.bytes <= room && b.site(w.site).bytes+w.bytes <= room/2
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
	if !b.hasRoom(w) {
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

const (
	leastFew = 2
	mostFew  = 29
)

// fewOf returns how many tips of a network within a day are no longer few. The
// mark draws it, for each network and day: were it the same for all, a sender's
// neighbours behind the same address could see that there was a tip.
func fewOf(m mark) uint {
	return leastFew + uint(binary.BigEndian.Uint32(m[:]))%(mostFew-leastFew+1)
}

// count returns how many tips of the sender's network the lane took today and
// the day before, and how many are no longer few.
func (b *bulkLane) count(sender netip.Addr) (took, few uint) {
	b.turn()
	n := laneNetwork(sender)
	m := b.today.key.mark(n)
	took = uint(b.today.took[m] + b.before.took[b.before.key.mark(n)])
	return took, b.few(m)
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
