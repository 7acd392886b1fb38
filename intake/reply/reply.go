// Package reply keeps sealed replies until their senders have looked, on disk or in
// Redis, and knows the passes by which a unit's officers may leave them. Nothing that
// it keeps tells which tip a reply is for, which unit wrote it, or when somebody
// looked: what a sender deletes goes from the store on a clock of our own.
package reply

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"sync"
	"syscall"
	"time"

	"tipbox/crypto/receipt"
	"tipbox/intake"
	"tipbox/intake/redis"
)

// Life is how long a reply waits, at least; it goes when the week of its end is over.
const Life = 90 * 24 * time.Hour

const (
	// MaxKept is how many replies the store takes, 64 MiB of them.
	MaxKept = 16 << 10
	// minShare is how many replies a unit may leave in a week however many units
	// there are; up to so many a pass that has got out can spoil.
	minShare = 200

	maxLooks  = 64              // that run at once; the next are told to come again
	sweepEach = 24 * time.Hour  // how often deletions are carried out
	idleEach  = 2 * time.Second // how often Redis is asked for nothing
)

// What Post and Look return.
var (
	ErrPass  = errors.New("not a reply pass of this half-year or the last")
	ErrShape = errors.New("not a sealed reply")
	ErrMany  = errors.New("the code has as many replies as it can have")
	ErrFull  = errors.New("no room for replies")
	ErrAway  = errors.New("the replies cannot be reached")
	ErrBusy  = errors.New("too many look at once")
)

// Options are what Replies are made of.
type Options struct {
	Dir       string        // of replies on disk; made where it is not there
	Redis     *redis.Server // keeps them for several servers; nil: Dir does
	Free      func() int64  // bytes of the disk that may still be used; nil: all
	Secrets   [][]byte      // of the service: the first makes passes, all check
	Directory *intake.Directory
	Log       *slog.Logger     // default none
	Now       func() time.Time // default time.Now
}

// Replies are what waits for senders. They are safe for concurrent use.
type Replies struct {
	o      Options
	passes *passes
	store  store
	share  int
	looks  chan struct{}

	mu     sync.Mutex
	gone   map[mark]map[Name]bool // deleted, and still in the store
	week   string                 // that left counts
	left   map[string]int         // by unit: replies left this week
	broken string                 // what is wrong with the store, "" for nothing
}

// store is where replies are.
type store interface {
	get(ctx context.Context, m mark, now time.Time) ([][]byte, error)
	// add reports whether the reply is new, or returns ErrMany or ErrFull.
	add(ctx context.Context, m mark, sealed []byte, now time.Time) (bool, error)
	// remove forgets what has one of the names, if it is there.
	remove(ctx context.Context, m mark, names map[Name]bool, now time.Time) error
	// expire forgets what has ended.
	expire(now time.Time) error
	close() error
}

// mark is what a lookup is known by in the store: whoever reads it there can neither
// look nor delete.
type mark [16]byte

func markOf(l receipt.Lookup) mark {
	sum := sha256.Sum256(append([]byte("tipbox/v1/reply mark\x00"), l[:]...))
	return mark(sum[:16])
}

func (m mark) String() string { return hex.EncodeToString(m[:]) }

// Name stands for a sealed reply: the first 16 bytes of its SHA-256.
type Name [16]byte

// NameOf returns the name of a sealed reply.
func NameOf(sealed []byte) Name {
	sum := sha256.Sum256(sealed)
	return Name(sum[:16])
}

func (n Name) String() string { return hex.EncodeToString(n[:]) }

// ParseNames reads names, joined by full stops, and passes over what is none.
func ParseNames(text string) (names []Name) {
	for part := range strings.SplitSeq(text, ".") {
		var n Name
		if len(part) != hex.EncodedLen(len(n)) {
			continue
		}
		if _, err := hex.Decode(n[:], []byte(part)); err == nil {
			names = append(names, n)
		}
	}
	return names
}

// New opens the store. It returns what the disk says, or what is wrong with the
// address of Redis: whether that answers is seen later, and told by Trouble.
func New(o Options) (*Replies, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Free == nil {
		o.Free = func() int64 { return 1 << 62 }
	}
	p, err := newPasses(o.Secrets, o.Directory)
	if err != nil {
		return nil, err
	}
	r := &Replies{
		o: o, passes: p, looks: make(chan struct{}, maxLooks), gone: make(map[mark]map[Name]bool),
		share: shareOf(o.Directory),
	}
	if o.Redis != nil {
		r.store, err = openRedis(*o.Redis)
	} else {
		r.store, err = openDisk(o.Dir, o.Free, o.Now())
	}
	if err != nil {
		return nil, fmt.Errorf("opening the replies: %w", err)
	}
	return r, nil
}

// Use has the passes be those of these units from now on.
func (r *Replies) Use(d *intake.Directory) {
	r.passes.use(d)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.share = shareOf(d)
}

// shareOf returns how many replies one of the units may leave in a week.
func shareOf(d *intake.Directory) int { return max(minShare, MaxKept/2/max(1, len(d.Units()))) }

// Close carries out the deletions and lets go of the store.
func (r *Replies) Close(ctx context.Context) error {
	r.sweep(ctx)
	return r.store.close()
}

// Look returns the sealed replies to a code, in no order, or ErrBusy or ErrAway. It
// changes nothing, and its work is about the same for a lookup that nobody knows.
func (r *Replies) Look(ctx context.Context, l receipt.Lookup) ([][]byte, error) {
	select {
	case r.looks <- struct{}{}:
		defer func() { <-r.looks }()
	default:
		return nil, ErrBusy
	}
	m := markOf(l)
	all, err := r.store.get(ctx, m, r.o.Now())
	if err != nil {
		return nil, asError(err) // and not noted: a line in the log would tell when somebody looked
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	gone, kept := r.gone[m], all[:0]
	for _, sealed := range all {
		if !gone[NameOf(sealed)] {
			kept = append(kept, sealed)
		}
	}
	return kept, nil
}

// Post leaves a reply with a pass, durably. The same bytes again are fine. It returns
// ErrPass, ErrShape, ErrMany, ErrFull or ErrAway.
func (r *Replies) Post(ctx context.Context, pass string, l receipt.Lookup, sealed []byte) error {
	now := r.o.Now()
	unit, ok := r.passes.check(pass, now)
	switch {
	case !ok:
		return ErrPass
	case !receipt.IsSealed(sealed):
		return ErrShape
	case !r.take(unit, now):
		return ErrFull
	}
	m := markOf(l)
	if err := r.carryOut(ctx, m); err != nil { // what was deleted takes no place
		r.giveBack(unit)
		return err
	}
	added, err := r.store.add(ctx, m, sealed, now)
	if err != nil || !added {
		r.giveBack(unit)
	}
	if errors.Is(err, ErrMany) {
		return err
	}
	return r.note(err)
}

// take charges a unit's share of this week. It is kept in memory only: on the disk it
// would tell which unit answers how much.
func (r *Replies) take(unit string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if week := weekOf(now); r.left == nil || week != r.week {
		r.week, r.left = week, make(map[string]int)
	}
	if r.left[unit] >= r.share {
		return false
	}
	r.left[unit]++
	return true
}

func (r *Replies) giveBack(unit string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left[unit] > 0 {
		r.left[unit]--
	}
}

// Pass returns the pass of this half-year of a unit's audience, and its half-year's
// name.
func (r *Replies) Pass(unit string, a intake.Audience) (half, pass string) {
	half = halfOf(r.o.Now())
	return half, r.passes.make(unit, a, half)
}

// Trouble returns what is wrong with the store, in words for health, or "".
func (r *Replies) Trouble() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.broken
}

// note remembers what is wrong with the store, logs it once, and returns asError.
func (r *Replies) note(err error) error {
	if errors.Is(err, context.Canceled) {
		return asError(err) // who asked has gone: nothing is wrong
	}
	broken := ""
	if err != nil {
		if broken = redis.Kind(err); r.o.Redis == nil {
			broken = diskKind(err)
		}
	}
	r.mu.Lock()
	before := r.broken
	r.broken = broken
	r.mu.Unlock()
	switch {
	case broken == before:
	case broken != "":
		r.o.Log.Warn("replies cannot be kept", "reason", broken)
	default:
		r.o.Log.Info("replies can be kept again")
	}
	return asError(err)
}

// asError returns an error of a store as ErrMany, ErrFull or ErrAway.
func asError(err error) error {
	switch {
	case err == nil, errors.Is(err, ErrMany):
		return err
	case errors.Is(err, ErrFull), redis.Kind(err) == redis.OutOfMemory, errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// within returns a random duration below d.
func within(d time.Duration) time.Duration {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(d)))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return time.Duration(n.Int64())
}
