// Package limit decides which lane a tip takes, by how many came from the
// sender's network, at the site and at the whole service. Beyond the limits a tip
// is not refused: it goes with the many, in digests; beyond ten times as much a
// proof of work is asked for; and only at the very end it is told to come later.
//
// Limits asks a Redis that several servers share, where there is one, and
// decides in this process while that does not answer. Nothing of a sender's
// address, nor anything made of it, ever leaves this process. It also remembers
// which tips a form has served.
package limit

import "time"

// Rule is one limit: Count in Per on average, Burst of them at once. All are
// at least 1, and Per at least a millisecond for each of Count.
type Rule struct {
	Count int
	Per   time.Duration
	Burst int
}

// Rules are the limits within which tips are mailed one by one.
type Rules struct{ Sender, Site, All Rule }

// The decision is the Generic Cell Rate Algorithm in its virtual scheduling
// form (ITU-T Recommendation I.371, annex A): all that is kept of a key is its
// theoretical arrival time (TAT), the moment at which its budget is whole
// again; and the latch of latch.go, because a bound that is exact could be read.
// Times are microseconds of Unix time: whole numbers that Redis' Lua, which
// counts in float64, holds exactly. take.lua and refund.lua say the same.

// bulkTimes is how many times the sender's and the site's limit fit into the
// bulk lane without a proof of work.
const bulkTimes = 10

// times returns the rule n times as wide.
func (r Rule) times(n int) Rule { return Rule{n * r.Count, r.Per, n * r.Burst} }

// valid leaves room for a window of 35 years in what float64 holds exactly, and
// for the widest rule made of this one: of an IPv6 /48 in the bulk lane.
func (r Rule) valid() bool {
	return r.Count >= 1 && r.Burst >= 1 && r.Per.Microseconds()/int64(r.Count) >= 1000 &&
		r.interval() <= 1<<50/int64(r.Burst)
}

// interval is the time that one submission costs.
func (r Rule) interval() int64 { return r.Per.Microseconds() / int64(r.Count) }

// window is how far the TAT may run ahead, but for the latch's factor.
func (r Rule) window() int64 { return r.interval() * int64(r.Burst) }

// most is how far a TAT that is believed runs ahead.
func (r Rule) most() int64 { return r.window()*mostFactor/one + r.interval() }

// edge is what is kept of one limit of one key.
type edge struct {
	tat int64
	latch
}

// spent reports whether there is anything to keep of the edge at now.
func (e edge) spent(now int64) bool { return e.tat > now || e.until > now }

// believed returns the edge without what cannot be true, because a clock stepped
// back or a key was damaged: else all would be held back until that far day.
func (r Rule) believed(now int64, e edge) edge {
	if e.tat > now+r.most() {
		e.tat = now
	}
	e.latch = e.believed(now)
	return e
}

// cost is what one submission costs where it counts as n of them.
func (r Rule) cost(n int64) int64 { return min(max(1, n)*r.interval(), r.window()) }

// take returns the edge after one submission at now, which counts as n of them, and
// whether it is within the limit. Where it is not, nothing is spent.
func (r Rule) take(now int64, e edge, d draw, n int64) (edge, bool) {
	e = r.believed(now, e)
	next := max(now, e.tat) + r.cost(n)
	// One is always let through, or a small burst with a small factor would let none.
	open := false
	e.latch, open = e.pass(now, next-now, r.window(), r.cost(n), d)
	if open {
		e.tat = next
	}
	return e, open
}

// refund returns the edge after a submission was given back. What is not ahead
// of now is as good as no TAT: nobody gets more than a whole budget.
func (r Rule) refund(now int64, e edge, n int64) edge {
	e = r.believed(now, e)
	e.tat -= r.cost(n)
	return e
}

func micros(t time.Time) int64       { return t.UnixMicro() }
func duration(m int64) time.Duration { return time.Duration(m) * time.Microsecond }
