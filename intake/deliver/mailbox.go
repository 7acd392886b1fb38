package deliver

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"tipbox/intake"
)

// Refused is the reason of a mailbox for which the mail server finally takes
// nothing: misspelt, closed.
const Refused = "refused"

const (
	// askAgain is how long a mailbox that takes mail is left alone.
	askAgain = 24 * time.Hour
	// askSoon is the same of one that does not.
	askSoon = time.Hour
	// askMost is how many mailboxes are asked over one connection.
	askMost = 50
)

// mailbox is an address of a unit, and what the mail server says of it when it
// is asked on our own clock. What a tip meets there says nothing here: the
// moment would be the tip's.
type mailbox struct {
	unit     string
	audience intake.Audience
	address  string
}

// asked is when a mailbox is to be asked next, and what it said.
type asked struct {
	next   time.Time
	said   string // the last answer, "" for yes
	reason string // what health tells
}

// MailboxHealth is an address that did not take mail when it was last asked.
type MailboxHealth struct {
	Unit    string
	Address string
	Reason  string // by name
}

// askMailboxes asks those whose time has come whether they take mail.
func (r *Runner) askMailboxes(ctx context.Context, conn Asker) {
	due := r.dueMailboxes(time.Now())
	for _, m := range due[:min(len(due), askMost)] {
		said := ""
		err := conn.AskFor(ctx, m.address)
		var final *PermanentError
		switch {
		case err == nil:
		case errors.As(err, &final):
			said = Refused
		case PutOff(Reason(err)):
			said = Reason(err)
		default:
			return // the server is not there; that is told by other means
		}
		r.mailboxSaid(m, said)
	}
}

// dueMailboxes returns the mailboxes to be asked now, and forgets those that the
// configuration has no more.
func (r *Runner) dueMailboxes(now time.Time) (due []mailbox) {
	known := make(map[mailbox]*asked)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, u := range r.units.Load().Units() {
		for a, to := range u.Receivers {
			for _, address := range to.Mail {
				m := mailbox{u.ID, a, address}
				known[m] = cmp.Or(r.mailboxes[m], &asked{next: now})
				if !known[m].next.After(now) {
					due = append(due, m)
				}
			}
		}
	}
	r.mailboxes = known
	return due
}

// mailboxSaid notes an answer, and tells of it where it is news. A plain "later"
// is news only the second time: a server that does not know us yet says it to
// everyone (greylisting).
func (r *Runner) mailboxSaid(m mailbox, said string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.mailboxes[m]
	a.next = time.Now().Add(askAgain)
	told := said
	if said != "" {
		a.next = time.Now().Add(askSoon)
		if said == Reply4xx && a.said == "" {
			told = ""
		}
	}
	a.said = said
	switch {
	case told == a.reason:
	case told != "":
		r.o.Log.Warn("a mailbox takes no mail; what is for it waits", "unit", m.unit, "kind", m.audience, "reason", told)
	default:
		r.o.Log.Info("a mailbox takes mail again", "unit", m.unit, "kind", m.audience)
	}
	a.reason = told
}

// mailboxHealth returns the mailboxes that take no mail, in a fixed order; r.mu is held.
func (r *Runner) mailboxHealth() (bad []MailboxHealth) {
	for m, a := range r.mailboxes {
		if h := (MailboxHealth{m.unit, m.address, a.reason}); a.reason != "" && !slices.Contains(bad, h) {
			bad = append(bad, h)
		}
	}
	slices.SortFunc(bad, func(a, b MailboxHealth) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Address, b.Address))
	})
	return bad
}
