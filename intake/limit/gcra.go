// Package limit decides how many tips may come in: from one sender's address,
// at one site, at the whole service. It remembers senders only under keys that
// cannot be turned back into addresses, and only as long as a limit needs it.
//
// Limits asks a Redis that several servers share, where there is one, and
// decides in this process while that does not answer: a tip is never refused
// because Redis is down. It also remembers which tips a form has served.
package limit

import "time"

// Rule is one limit: Count in Per on average, Burst of them at once. All are
// at least 1, and Per at least a microsecond for each of Count.
type Rule struct {
	Count int
	Per   time.Duration
	Burst int
}

// Rules are the limits of one submission. A refusal names them "sender",
// "site" and "all".
type Rules struct{ Sender, Site, All Rule }

// The decision is the Generic Cell Rate Algorithm in its virtual scheduling
// form (ITU-T Recommendation I.371, annex A): all that is kept of a key is its
// theoretical arrival time (TAT), the moment at which its budget is whole
// again. Times are microseconds of Unix time: whole numbers that Redis' Lua,
// which counts in float64, holds exactly. take.lua and refund.lua say the same.

// valid leaves room for a window of 35 years in what float64 holds exactly.
func (r Rule) valid() bool {
	return r.Count >= 1 && r.Burst >= 1 && r.interval() >= 1 && r.interval() <= 1<<50/int64(r.Burst)
}

// interval is the time that one submission costs.
func (r Rule) interval() int64 { return r.Per.Microseconds() / int64(r.Count) }

// window is how far the TAT may run ahead, and so the longest that a key is of
// use after its last submission.
func (r Rule) window() int64 { return r.interval() * int64(r.Burst) }

// believed returns the TAT that counts: at is now where it runs further ahead
// than it ever can, because a clock stepped back or a key was damaged. Else all
// would be refused until that far day.
func (r Rule) believed(now, at int64) int64 {
	if at > now+r.window() {
		return now
	}
	return at
}

// take returns the TAT after one submission at now and zero, or how long to
// wait until it would be allowed.
func (r Rule) take(now, tat int64) (next, wait int64) {
	next = max(now, r.believed(now, tat)) + r.interval()
	return next, max(0, next-now-r.window())
}

// refund returns the TAT after a submission was given back. What is not ahead
// of now is as good as no TAT: nobody gets more than a whole budget.
func (r Rule) refund(now, tat int64) int64 { return r.believed(now, tat) - r.interval() }

func micros(t time.Time) int64       { return t.UnixMicro() }
func duration(m int64) time.Duration { return time.Duration(m) * time.Microsecond }
