// Package tally counts, per unit and week and no finer, what became of tips. It
// counts in memory, and writes once, after the week, to disk or to Redis. What is
// shown outside says of 0 to 4 only that it is fewer than 5: see Cell.
package tally

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"tipbox/intake"
	"tipbox/intake/redis"
)

// Least is the smallest count that is shown.
const Least = 5

// Keep is how many weeks are kept.
const Keep = 104

// Cell is a count: 0 where it is below Least, and nobody knows how far.
type Cell int

func (c Cell) String() string {
	if c < Least {
		return "< " + strconv.Itoa(Least)
	}
	return strconv.Itoa(int(c))
}

// Counts are a unit's, of one week: of tips for the unit itself, never for its
// oversight. A tip that was held and has gone later is in two of them.
type Counts struct {
	Delivered Cell `json:"delivered,omitempty"` // mailed one by one
	Bulk      Cell `json:"bulk,omitempty"`      // mailed in digests
	Held      Cell `json:"held,omitempty"`      // refused by the mail server
}

// hidden returns the counts without what is not shown.
func (c Counts) hidden() Counts {
	for _, cell := range []*Cell{&c.Delivered, &c.Bulk, &c.Held} {
		if *cell < Least {
			*cell = 0
		}
	}
	return c
}

// Options are where the counts go.
type Options struct {
	Dir   string           // of weeks on disk; made when there is one
	Redis *redis.Server    // keeps them for several servers; nil: Dir does
	Log   *slog.Logger     // default none
	Now   func() time.Time // default time.Now
}

// Tally counts. It is safe for concurrent use.
type Tally struct {
	o     Options
	store store

	mu    sync.Mutex
	weeks map[string]*counting
}

// counting is a week that is not written yet.
type counting struct {
	whole bool // counted from its beginning on
	units map[string]*Counts
	held  map[intake.ID]bool // so that one that is refused each day counts once
	field string             // drawn for it: see redisStore
}

// store keeps weeks. What is put a second time changes nothing.
type store interface {
	put(ctx context.Context, week string, w *written) error
	get(ctx context.Context, week string) ([]*written, error) // one of each server
	expire(before string) error
	claim(ctx context.Context, week, to string) (bool, error)
	settle(ctx context.Context, week, to string, sent bool) error
	close() error
}

// tick is how often it is looked whether a week is over. It begins when the server
// does, so the moment of writing says nothing of any tip.
const tick = time.Hour

// patience is how long Redis may take.
const patience = 3 * time.Second

// New returns what counts from now on. The week that runs is not counted whole. It
// returns what is wrong with the address of Redis; whether that answers is seen when
// the week is over.
func New(o Options) (*Tally, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s, err := open(o)
	if err != nil {
		return nil, err
	}
	t := &Tally{o: o, store: s, weeks: make(map[string]*counting)}
	t.now().whole = false
	return t, nil
}

func open(o Options) (store, error) {
	if o.Redis == nil {
		return disk(o.Dir), nil
	}
	client, err := redis.Dial(*o.Redis, patience)
	if err != nil {
		return nil, fmt.Errorf("opening the store of the counts: %w", err)
	}
	return &redisStore{client}, nil
}

// now returns the week that runs. One that is begun late, after a sleep or when a
// clock was set, is not whole. t.mu is held, or nobody else has t yet.
func (t *Tally) now() *counting {
	at := t.o.Now()
	monday := Monday(at)
	c := t.weeks[name(monday)]
	if c == nil {
		c = &counting{
			whole: at.Sub(monday) < tick+time.Minute,
			units: make(map[string]*Counts), held: make(map[intake.ID]bool),
			field: rand.Text(),
		}
		t.weeks[name(monday)] = c
	}
	return c
}

func (c *counting) of(unit string) *Counts {
	if c.units[unit] == nil {
		c.units[unit] = new(Counts)
	}
	return c.units[unit]
}

// Delivered counts a tip that all addresses of the unit have.
func (t *Tally) Delivered(unit string, lane intake.Lane) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.now().of(unit)
	if lane == intake.Bulk {
		c.Bulk++
	} else {
		c.Delivered++
	}
}

// Held counts a tip that the mail server refuses, once a week.
func (t *Tally) Held(unit string, id intake.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	week := t.now()
	if !week.held[id] {
		week.held[id] = true
		week.of(unit).Held++
	}
}

// Run writes the weeks that are over until ctx ends, then those that are over by then.
// The week that runs is lost with the process.
func (t *Tally) Run(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			t.write(context.WithoutCancel(ctx))
			return
		case <-ticker.C:
			t.write(ctx)
		}
	}
}

func (t *Tally) write(ctx context.Context) {
	t.mu.Lock()
	t.now() // a week in which nothing comes is counted, too
	over := make(map[string]*counting)
	today := Monday(t.o.Now())
	for week, c := range t.weeks {
		if week < name(today) {
			over[week] = c // nobody counts in it any more
		}
	}
	t.mu.Unlock()
	if len(over) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for week, c := range over {
		w := &written{V: version, Whole: c.whole, Units: make(map[string]Counts), field: c.field}
		for unit, n := range c.units {
			w.Units[unit] = *n
		}
		if err := t.store.put(ctx, week, w); err != nil {
			t.o.Log.Warn("the counts of a week cannot be written: they are kept, and tried again", "reason", why(err))
			continue
		}
		t.mu.Lock()
		delete(t.weeks, week)
		t.mu.Unlock()
	}
	if err := t.store.expire(name(today.AddDate(0, 0, -7*Keep))); err != nil {
		t.o.Log.Warn("old counts cannot be removed", "reason", why(err))
	}
}

// Close ends the connection to Redis.
func (t *Tally) Close() error { return t.store.close() }
