package queue

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/intake/spool"
)

// List prints the tips that wait, those that a person has to decide about, and of
// which days there are copies.
func (q *Queue) List(t *terminal.Terminal) error {
	d, err := q.control()
	if err != nil {
		return err
	}
	defer d.Close()
	items, err := d.List()
	if err != nil {
		return err
	}
	now := time.Now()
	w := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
	held, odd := 0, 0
	if len(items) > 0 {
		fmt.Fprintln(w, "ID\tSTATE\tUNIT\tTO\tSIZE")
	}
	for _, i := range items {
		if i.Problem != nil {
			odd++
			fmt.Fprintf(w, "%q\t%s\t\t\t\n", i.Name, problem(i.Problem))
			continue
		}
		if i.Held {
			held++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d KiB\n", i.ID, state(&i.Entry, now), i.Unit, i.Audience, (i.Size+1023)>>10)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	t.Say("%d waiting, %d held", len(items)-held-odd, held)
	if held > 0 {
		t.Say("hint: a held tip was refused for good by the mail server, and is tried once a day; or held by hand, and is not: mend the address, then tipbox spool release ID")
	}
	days, err := d.Sent()
	if err != nil {
		return err
	}
	for _, day := range days {
		t.Say("%d delivered on %s are kept: tipbox spool resend", day.Tips, day.Day)
	}
	if odd > 0 {
		t.Say("hint: files that are no tips, or damaged, are never deleted by tipbox: look at them, and at the disk")
	}
	return nil
}

func state(e *spool.Entry, now time.Time) string {
	var words []string
	switch {
	case e.Kept:
		words = append(words, "held by hand")
	case e.Held:
		words = append(words, "held")
	case e.NotBefore.After(now):
		words = append(words, "later, "+e.NotBefore.Local().Format("2006-01-02 15:04 MST"))
	default:
		words = append(words, "waiting")
	}
	if e.Urgent {
		words = append(words, "urgent")
	}
	if len(e.Reached) > 0 {
		words = append(words, fmt.Sprintf("%d have it", len(e.Reached)))
	}
	return strings.Join(words, ", ")
}

func problem(err error) string {
	for _, known := range []error{spool.ErrCorrupt, spool.ErrNewer} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

// Show prints one tip's envelope.
func (q *Queue) Show(t *terminal.Terminal) error {
	d, id, err := q.one()
	if err != nil {
		return err
	}
	defer d.Close()
	e, err := d.Show(id)
	if err != nil {
		return notHere(err, id, "not in the spool: delivered (then: tipbox spool resend), or never there")
	}
	notBefore := "at once"
	if !e.NotBefore.IsZero() {
		notBefore = e.NotBefore.Local().Format(time.RFC3339)
	}
	to, _ := q.Config.Directory.Receiver(e.Unit, e.Audience)
	lacking := slices.DeleteFunc(slices.Clone(to.Mail), func(a string) bool { return slices.Contains(e.Reached, a) })
	people := func(list []string) string { return cmp.Or(strings.Join(list, ", "), "nobody") }
	where := "waiting"
	switch {
	case e.Kept:
		where = "held by hand"
	case e.Held:
		where = "held"
	}
	w := tabwriter.NewWriter(t.Out, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"id", string(e.ID)}, {"state", where}, {"unit", e.Unit}, {"to", string(e.Audience)},
		{"urgent", map[bool]string{true: "yes", false: "no"}[e.Urgent]},
		{"not before", notBefore}, {"reached", people(e.Reached)}, {"lacking", people(lacking)}, {"sealed bytes", fmt.Sprint(e.Size)},
	} {
		fmt.Fprintf(w, "%s:\t%s\n", line[0], line[1])
	}
	if err := w.Flush(); err != nil || !e.Held || e.Kept {
		return err
	}
	t.Say("hint: if the mail server refused it, the log of tipbox serve says why (code, step): journalctl -u tipbox | grep %s", e.ID)
	return nil
}
