package queue

import (
	"errors"
	"fmt"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/spool"
)

// Hold keeps a waiting tip from being mailed.
func (q *Queue) Hold(t *terminal.Terminal) error {
	d, id, err := q.one()
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Hold(id); err != nil {
		return notHere(err, id, "not waiting: delivered, held already, or never there")
	}
	t.Say("%s is held: it is not mailed until tipbox spool release %s", id, id)
	return nil
}

// Retry has a waiting tip tried at once, or all.
func (q *Queue) Retry(t *terminal.Terminal) error {
	d, id, err := q.oneOrAll()
	if err != nil {
		return err
	}
	defer d.Close()
	if q.All {
		if err := d.RetryAll(); err != nil {
			return err
		}
		t.Say("all that wait are to be tried at once: %s", within)
		return nil
	}
	e, err := d.Show(id)
	if err == nil {
		err = d.Retry(id)
	}
	if err != nil {
		return notHere(err, id, "not waiting: delivered, held (then: tipbox spool release), or never there")
	}
	if e.NotBefore.After(time.Now()) {
		t.Say("%s was sent for later and still waits for its moment", id)
		return nil
	}
	t.Say("%s is to be tried at once: %s", id, within)
	return nil
}

// Release puts a held tip back among the waiting, or all.
func (q *Queue) Release(t *terminal.Terminal) error {
	d, id, err := q.oneOrAll()
	if err != nil {
		return err
	}
	defer d.Close()
	ids := []intake.ID{id}
	if q.All {
		items, err := d.List()
		if err != nil {
			return err
		}
		ids = nil
		for _, i := range items {
			if i.Held && i.Problem == nil {
				ids = append(ids, i.ID)
			}
		}
	}
	released := 0
	for _, id := range ids {
		err := d.Release(id)
		if q.All && errors.Is(err, spool.ErrNotHere) {
			continue // somebody else was quicker
		}
		if err != nil {
			return notHere(err, id, "not held")
		}
		released++
	}
	if released == 0 {
		t.Say("none was held")
		return nil
	}
	t.Say("%d released: a running server mails them within seconds, and what was sent for later at its moment", released)
	return nil
}

// Resend has a delivered tip mailed once more, or all of a day.
func (q *Queue) Resend(t *terminal.Terminal) error {
	if (q.Day != "") == (q.ID != "") {
		return terminal.Hint(terminal.Usage(errors.New("expected one tip's id, or --day")), "the subject of a bounce names the tip; tipbox spool list says of which days there are copies")
	}
	if q.Day == "" {
		d, id, err := q.one()
		if err != nil {
			return err
		}
		defer d.Close()
		switch err := d.Resend(id); {
		case errors.Is(err, spool.ErrWaiting):
			return terminal.Hint(fmt.Errorf("%s is in the spool, and not delivered to all yet", id), "tipbox spool show "+string(id))
		case err != nil:
			return notHere(err, id, "not among the copies: delivered longer ago than spool.keep_sent, or never")
		}
		t.Say("%s goes to all addresses of its unit once more, with the same Message-ID: %s", id, within)
		return nil
	}
	if _, err := time.Parse(time.DateOnly, q.Day); err != nil {
		return terminal.Hint(terminal.Usage(fmt.Errorf("--day %q: expected a day such as 2026-11-29", q.Day)), "tipbox spool list says of which days there are copies")
	}
	d, err := q.control()
	if err != nil {
		return err
	}
	defer d.Close()
	n, err := d.ResendDay(q.Day)
	if err != nil {
		return err
	}
	if n == 0 {
		return terminal.Hint(fmt.Errorf("no copies of %s", q.Day), "tipbox spool list says of which days there are copies")
	}
	t.Say("%d go to all addresses of their units once more, with the same Message-IDs: %s", n, within)
	return nil
}
