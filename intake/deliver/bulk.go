package deliver

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"tipbox/intake"
	"tipbox/intake/spool"
)

const (
	// digestEvery is how often a digest goes to a unit's receiver, at most; the
	// urgent tips of the bulk lane have one of their own.
	digestEvery       = 15 * time.Minute
	digestEveryUrgent = 5 * time.Minute
	// digestBytes is what a digest may have as it is sent: below the 10,240,000 of
	// Postfix and the 10 MB of many webmails.
	digestBytes = 9_000_000
)

// bulkKey names a bulk.
type bulkKey struct {
	laneKey
	urgent bool
}

// name is what the digest that was begun is called in the spool.
func (k bulkKey) name() string {
	name := k.unit + "-" + string(k.audience)
	if k.urgent {
		name += "-urgent"
	}
	return name
}

// bulk is the way of the bulk lane to one receiver of a unit: what waits for its
// digests. Digests go by a clock of our own, so that none tells when a tip came.
type bulk struct {
	key    bulkKey
	window time.Duration
	every  time.Duration
	wake   chan struct{}

	mu     sync.Mutex
	tips   map[intake.ID]*parcel
	begun  *spool.Digest // the digest that is on its way
	next   time.Time     // no attempt before
	tick   time.Time     // when the next new digest may go
	failed int           // attempts that failed, in a row
	reason string        // of the last
	most   int           // bytes of a digest
	successes
}

func newBulk(key bulkKey, window time.Duration, begun *spool.Digest, now time.Time) *bulk {
	b := &bulk{
		key: key, window: window, every: digestEvery, begun: begun, most: digestBytes,
		wake: make(chan struct{}, 1), tips: make(map[intake.ID]*parcel),
	}
	if key.urgent {
		b.every = digestEveryUrgent
	}
	b.tick = now.Add(rand.N(b.every)) //nolint:gosec // seeded by the system (ChaCha8)
	return b
}

// add takes in a tip.
func (b *bulk) add(e spool.Entry, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tips[e.ID] == nil {
		b.tips[e.ID] = &parcel{Entry: e, due: now.Add(drawnAnew(e.NotBefore.Sub(now), b.window))}
		tell(b.wake)
	}
}

// remove forgets a tip.
func (b *bulk) remove(id intake.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tips, id)
}

// retry makes the way as if nothing had been tried.
func (b *bulk) retry(intake.ID, time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failed, b.next, b.tick = 0, time.Time{}, time.Time{}
	tell(b.wake)
}

// tryNow ends the pause that a server out of reach has brought.
func (b *bulk) tryNow() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed > 0 {
		b.failed, b.next = 0, time.Time{}
		tell(b.wake)
	}
}

// due reports whether a digest may go now, or else when to ask again, which is
// zero for "when something comes".
func (b *bulk) due(now time.Time) (ready bool, again time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.begun != nil {
		return !b.next.After(now), b.next
	}
	for _, p := range b.tips {
		if again.IsZero() || p.due.Before(again) {
			again = p.due
		}
	}
	if again.IsZero() {
		return false, again
	}
	again = later(again, later(b.next, b.tick))
	return !again.After(now), again
}

// choose returns the tips of the next digest.
func (b *bulk) choose(now time.Time) []intake.ID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var due []spool.Entry
	for _, p := range b.tips {
		if !p.due.After(now) {
			due = append(due, p.Entry)
		}
	}
	return Choose(due, b.most)
}

// Choose returns which of the tips go in a digest of at most so many bytes: of
// those that have reached the same addresses the first of a network first, then
// what brought a proof of work, then whose networks have sent least; texts before
// photos; and of equals any with the same chance. The first goes however large.
func Choose(tips []spool.Entry, most int) []intake.ID {
	type candidate struct {
		spool.Entry
		rank  int
		photo bool
		luck  uint64
	}
	var all []candidate
	for _, e := range tips {
		c := candidate{e, 2 * e.Rank, e.Size > intake.MaxSealedText, rand.Uint64()} //nolint:gosec // seeded by the system (ChaCha8)
		if e.Work && e.Rank > 0 {
			c.rank = 1
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b candidate) int {
		if a.photo != b.photo && a.rank == b.rank {
			if b.photo {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.luck, b.luck))
	})
	var ids []intake.ID
	for _, c := range all {
		if strings.Join(c.Reached, "\n") != strings.Join(all[0].Reached, "\n") {
			continue
		}
		if size := Encoded(c.Size); size <= most || ids == nil {
			ids = append(ids, c.ID)
			most -= size
		}
	}
	return ids
}

// Encoded is how many bytes an attachment of so many bytes has in a mail, with its
// header (RFC 2045, section 6.8).
func Encoded(size int64) int {
	letters := (size + 2) / 3 * 4
	return int(letters+letters/38) + 400
}

// put notes why a digest did not go, "" where it did, and when to try next.
func (b *bulk) put(reason string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reason = reason
	if reason != "" && reason != Stopping {
		b.failed++
		b.next = now.Add(pause(b.failed))
		return
	}
	b.failed, b.next = 0, time.Time{}
	for !b.tick.After(now) {
		b.tick = b.tick.Add(b.every * max(1, now.Sub(b.tick)/b.every))
	}
}
