//go:build !desk

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/spool"
)

type spoolCmd struct {
	config string
	id     string // "" where all are meant
	all    bool
	day    string // of copies, where no id is given
}

func newSpoolCommand(t *terminal.Terminal) *cobra.Command {
	var c spoolCmd
	cmd := parent(t, &cobra.Command{
		Use:   "spool COMMAND",
		Short: "See to the tips that wait to be mailed, and send one again",
		Long: `See to the tips that wait to be mailed, beside the running server, and send
one again that was mailed and got lost. Nobody but the unit can open them.`,
	})
	configFlag(cmd.PersistentFlags(), &c.config)
	below := func(use, short string, run func(*terminal.Terminal) error) *cobra.Command {
		sub := &cobra.Command{
			Use:   use,
			Short: short,
			Long:  short + ".\n\nArguments:\n  ID   the tip's, TB-XXXX-XXXX, as tipbox spool list shows it",
			Args:  arguments("[ID]"),
			RunE: func(_ *cobra.Command, args []string) error {
				c.id = strings.Join(args, "")
				return run(t)
			},
		}
		cmd.AddCommand(sub)
		return sub
	}
	list := below("list", "The tips that wait, and those that a person has to decide about", c.list)
	list.Long, list.Args = "", arguments()
	below("show ID", "One tip's envelope: unit, state, who has it and who does not", c.show)
	retry := below("retry (ID | --all)", "Try to mail a waiting tip at once, or all of them", c.retry)
	retry.Flags().BoolVar(&c.all, "all", false, "all that wait")
	below("hold ID", "Keep a waiting tip from being mailed", c.hold)
	release := below("release (ID | --all)", "Put a held tip back among the waiting, or all of them", c.release)
	release.Flags().BoolVar(&c.all, "all", false, "all that are held")
	resend := below("resend (ID | --day DAY)", "Mail a delivered tip once more, or all of a day: a mail server lost it", c.resend)
	resend.Flags().StringVar(&c.day, "day", "", "all that were delivered on that `day` (UTC), such as 2026-11-29")
	return cmd
}

// within is how soon a running server notices.
const within = "a running server does so within seconds"

// control opens the configuration's spool for an operator.
func (c *spoolCmd) control() (*spool.Control, error) {
	cfg, err := loadConfig(c.config)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(cfg.DataDir, "spool")
	d, err := spool.OpenControl(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, terminal.Hint(fmt.Errorf("no spool in %s yet", dir), "tipbox serve makes it when it first starts; is data_dir right?")
	case errors.Is(err, fs.ErrPermission):
		return nil, terminal.Hint(err, "run it as the user that tipbox serve runs as, or as root")
	}
	return d, err
}

func (c *spoolCmd) list(t *terminal.Terminal) error {
	d, err := c.control()
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

func (c *spoolCmd) show(t *terminal.Terminal) error {
	d, id, err := c.one()
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
	cfg, err := loadConfig(c.config)
	if err != nil {
		return err
	}
	to, _ := cfg.Directory.Receiver(e.Unit, e.Audience)
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

func (c *spoolCmd) hold(t *terminal.Terminal) error {
	d, id, err := c.one()
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

func (c *spoolCmd) retry(t *terminal.Terminal) error {
	d, id, err := c.oneOrAll()
	if err != nil {
		return err
	}
	defer d.Close()
	if c.all {
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

func (c *spoolCmd) release(t *terminal.Terminal) error {
	d, id, err := c.oneOrAll()
	if err != nil {
		return err
	}
	defer d.Close()
	ids := []intake.ID{id}
	if c.all {
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
		if c.all && errors.Is(err, spool.ErrNotHere) {
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

func (c *spoolCmd) resend(t *terminal.Terminal) error {
	if (c.day != "") == (c.id != "") {
		return terminal.Hint(terminal.Usage(errors.New("expected one tip's id, or --day")), "the subject of a bounce names the tip; tipbox spool list says of which days there are copies")
	}
	if c.day == "" {
		d, id, err := c.one()
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
	if _, err := time.Parse(time.DateOnly, c.day); err != nil {
		return terminal.Hint(terminal.Usage(fmt.Errorf("--day %q: expected a day such as 2026-11-29", c.day)), "tipbox spool list says of which days there are copies")
	}
	d, err := c.control()
	if err != nil {
		return err
	}
	defer d.Close()
	n, err := d.ResendDay(c.day)
	if err != nil {
		return err
	}
	if n == 0 {
		return terminal.Hint(fmt.Errorf("no copies of %s", c.day), "tipbox spool list says of which days there are copies")
	}
	t.Say("%d go to all addresses of their units once more, with the same Message-IDs: %s", n, within)
	return nil
}

// one opens the spool for a command about one tip.
func (c *spoolCmd) one() (*spool.Control, intake.ID, error) {
	id, err := intake.ParseID(c.id)
	if c.id == "" {
		err = errors.New("expected a tip's id")
	}
	if err != nil {
		return nil, "", terminal.Hint(terminal.Usage(err), "tipbox spool list shows the ids")
	}
	d, err := c.control()
	return d, id, err
}

// oneOrAll is one for a command that takes --all instead of an id.
func (c *spoolCmd) oneOrAll() (*spool.Control, intake.ID, error) {
	if c.all == (c.id != "") {
		return nil, "", terminal.Hint(terminal.Usage(errors.New("expected one tip's id, or --all")), "tipbox spool list shows the ids; --all means all of them")
	}
	if c.all {
		d, err := c.control()
		return d, "", err
	}
	return c.one()
}

// notHere says of a tip why it is not where a command needs it.
func notHere(err error, id intake.ID, why string) error {
	if errors.Is(err, spool.ErrNotHere) {
		return terminal.Hint(fmt.Errorf("%s is %s", id, why), "tipbox spool list shows what is there")
	}
	return err
}
