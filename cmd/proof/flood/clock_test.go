package flood

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"tipbox/intake"
	"tipbox/intake/deliver"
	"tipbox/intake/limit"
	"tipbox/intake/spool"
)

// What the simulated clock runs: the limits as they are, the choice of what goes
// in a digest as it is, and between the two a map in place of the spool's files.

const (
	sealedText  = 18_300 // bytes of a text to one recipient
	sealedPhoto = 4<<20 + 2_000
	digestBytes = 9_000_000
	digestEvery = 15 * time.Minute
	urgentEvery = 5 * time.Minute
	bulkMax     = 1 << 30
)

var defaults = limit.Rules{
	Sender: limit.Rule{Count: 60, Per: time.Hour, Burst: 40},
	Site:   limit.Rule{Count: 240, Per: time.Hour, Burst: 80},
	All:    limit.Rule{Count: 6000, Per: time.Hour, Burst: 1000},
}

// off is a guard that is taken away.
type off int

const (
	none  off = iota
	lanes     // the limits are so wide that all goes in front
	ranks     // a digest takes any tips
	work      // proofs cost nothing
)

// flood is who attacks, and who sends meanwhile.
type flood struct {
	name     string
	smaller  int           // how many times: see floods
	every    time.Duration // between two posts of the attack
	networks int           // that it has
	from     func(n int) sender
	photos   bool
	urgent   bool
	cores    float64 // with which it solves challenges, 0: it runs no script
	honest   func(n int) sender
	plain    bool // the honest have no script either
	without  off
	told     bool // what comes of it is told, not held
}

// row is what came of it.
type row struct {
	sent, thanked, refused int // of the honest senders, at the site that is attacked
	elsewhere, elseThanked int // of those at another site
	waits, urgent          []time.Duration
	unmailed               int
	digests, urgents       int // of the site's unit
	front                  int // mails of one tip, of the site's unit
	taken                  int // of the attack
	proofs                 int // that it brought
	disk                   int64
}

// waiting is a tip of the bulk lane.
type waiting struct {
	spool.Entry
	site   string
	honest bool
	since  time.Time
}

// bulk is what waits for the digests of a site's unit: each site is a unit's own.
type bulk struct {
	every time.Duration
	next  time.Time
	tips  map[intake.ID]waiting
}

type bulkKey struct {
	site   string
	urgent bool
}

// sender is someone at a site.
type sender struct {
	site string
	addr netip.Addr
}

// post is the state of a simulated box.
type post struct {
	t      testing.TB
	flood  flood
	limits *limit.Limits
	bulks  map[bulkKey]*bulk
	bytes  int64
	row    row
}

// simulate runs a flood for so long on the clock of a synctest bubble.
func simulate(t testing.TB, f flood, hours float64) row {
	t.Helper()
	rules := defaults
	if f.without == lanes {
		wide := limit.Rule{Count: 1_000_000, Per: time.Hour, Burst: 1_000_000}
		rules = limit.Rules{Sender: wide, Site: wide, All: wide}
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	l, err := limit.New(limit.Options{Rules: rules, Secret: secret, BulkMax: bulkMax / int64(f.smaller), WorkCost: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	p := &post{t: t, flood: f, limits: l, bulks: make(map[bulkKey]*bulk)}
	start := time.Now()
	end := start.Add(time.Duration(hours * float64(time.Hour)))
	attack, people, elsewhere := start, start.Add(time.Minute), start.Add(time.Minute)
	proofs := 0.0
	tick := min(f.every, time.Second)
	for n, honest := 0, 0; time.Now().Before(end); time.Sleep(tick) {
		now := time.Now()
		for ; !attack.After(now); attack = attack.Add(f.every) {
			proofs = min(proofs+f.every.Seconds()*f.cores/secondsOfWork, max(1, f.cores/secondsOfWork*limit.WorkLife.Seconds()))
			p.attack(f.from(n), &proofs)
			n++
		}
		if !people.After(now) {
			people = people.Add(time.Minute)
			thanked := p.send(f.honest(honest), honest%4 == 0)
			p.row.sent++
			if thanked {
				p.row.thanked++
			} else {
				p.row.refused++
			}
			honest++
		}
		if !elsewhere.After(now) {
			elsewhere = elsewhere.Add(time.Minute)
			p.row.elsewhere++
			if p.send(sender{"elsewhere", address(1<<20 + honest)}, false) {
				p.row.elseThanked++
			}
		}
		p.mail(now)
	}
	for _, b := range p.bulks {
		for _, w := range b.tips {
			if w.honest && w.site == "a" {
				p.row.unmailed++
				p.noteWait(w, time.Now())
			}
		}
	}
	return p.row
}

// ask makes an id and what the limiter is asked by.
func (p *post) ask(s sender, photos bool) intake.Ask {
	var form intake.FormMark
	binary.LittleEndian.PutUint64(form[:], mathrand.Uint64())
	a := intake.Ask{ID: intake.ID(fmt.Sprintf("TB-%016x", mathrand.Uint64())), Site: s.site, Sender: s.addr, Form: form, Size: intake.MaxSealedText}
	if photos {
		a.Photos, a.Size = true, sealedPhoto
	}
	return a
}

// attack sends one tip of the attack, with a proof where there is one left.
func (p *post) attack(s sender, proofs *float64) {
	a := p.ask(s, p.flood.photos)
	e, refused := p.take(a)
	if refused != nil && refused.Work != "" && (p.flood.without == work || *proofs >= 1) {
		if p.flood.without != work {
			*proofs--
		}
		p.row.proofs++
		a.Work = solve(p.t, refused.Work)
		e, refused = p.take(a)
	}
	if refused == nil {
		p.row.taken++
		e.Urgent = p.flood.urgent
		p.keep(waiting{Entry: spool.Entry{Envelope: e, Size: size(a)}, site: s.site})
	}
}

// send sends an honest tip, as the page does, and reports whether it was taken.
func (p *post) send(s sender, urgent bool) bool {
	a := p.ask(s, false)
	e, refused := p.take(a)
	if refused != nil && refused.Work != "" && !p.flood.plain {
		a.Work = solve(p.t, refused.Work)
		e, refused = p.take(a)
	}
	if refused != nil {
		return false
	}
	e.Urgent = urgent
	p.keep(waiting{Entry: spool.Entry{Envelope: e, Size: size(a)}, site: s.site, honest: true})
	return true
}

func size(a intake.Ask) int64 {
	if a.Photos {
		return a.Size
	}
	return sealedText
}

func (p *post) take(a intake.Ask) (e intake.Envelope, refused *intake.LimitError) {
	g, err := p.limits.Take(p.t.Context(), a)
	if errors.As(err, &refused) {
		return e, refused
	} else if err != nil {
		p.t.Fatal(err)
	}
	e.ID = a.ID
	g.Mark(&e)
	g.Kept(size(a))
	return e, nil
}

// keep mails a tip of the front lane at once, and has one of the bulk lane wait.
func (p *post) keep(w waiting) {
	w.since = time.Now()
	if w.Lane != intake.Bulk {
		if w.site == "a" {
			p.row.front++
		}
		if w.honest {
			p.noteWait(w, w.since)
		}
		return
	}
	if p.flood.without == ranks {
		w.Rank, w.Work = 0, false
	}
	key := bulkKey{w.site, w.Urgent}
	if p.bulks[key] == nil {
		every := digestEvery
		if w.Urgent {
			every = urgentEvery
		}
		p.bulks[key] = &bulk{every: every, next: w.since.Add(mathrand.N(every)), tips: make(map[intake.ID]waiting)}
	}
	p.bulks[key].tips[w.ID] = w
	p.bytes += w.Size
	p.row.disk = max(p.row.disk, p.bytes)
}

func (p *post) noteWait(w waiting, now time.Time) {
	switch wait := now.Sub(w.since); {
	case w.site == "elsewhere":
	case w.Urgent:
		p.row.urgent = append(p.row.urgent, wait)
	default:
		p.row.waits = append(p.row.waits, wait)
	}
}

// mail sends the digests for which it is time.
func (p *post) mail(now time.Time) {
	for key, b := range p.bulks {
		if len(b.tips) == 0 || b.next.After(now) {
			continue
		}
		var tips []spool.Entry
		for _, w := range b.tips {
			tips = append(tips, w.Entry)
		}
		for _, id := range deliver.Choose(tips, digestBytes) {
			w := b.tips[id]
			if w.honest {
				p.noteWait(w, now)
			}
			p.bytes -= w.Size
			delete(b.tips, id)
			p.limits.Gone(id)
		}
		switch key {
		case bulkKey{"a", false}:
			p.row.digests++
		case bulkKey{"a", true}:
			p.row.urgents++
		}
		for !b.next.After(now) {
			b.next = b.next.Add(b.every)
		}
	}
}

// longest returns the longest of the waits, and what 99 of 100 were at most.
func longest(waits []time.Duration) (p99, most time.Duration) {
	if len(waits) == 0 {
		return 0, 0
	}
	slices.Sort(waits)
	return waits[(len(waits)-1)*99/100], waits[len(waits)-1]
}
