package queue

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
	"tipbox/intake/spool"
)

// Adopt takes over what a dead server's spool in Dir, or its mirror, still holds.
func (q *Queue) Adopt(t *terminal.Terminal) error {
	d, err := q.control()
	if err != nil {
		return err
	}
	defer d.Close()
	a, err := d.Adopt(q.Dir, q.Config.Spool.Mirror, q.Config.Spool.MinFree, func(done, total int) { t.Step("tip", done, total) })
	t.Done()
	if a != nil {
		q.adopted(t, a)
	}
	switch {
	case errors.Is(err, spool.ErrNoSpool):
		return terminal.Hint(fmt.Errorf("%s is %w", q.Dir, err), "give the dead server's data_dir, the spool in it, or what its spool.mirror names")
	case errors.Is(err, spool.ErrOwn):
		return terminal.Hint(fmt.Errorf("%s: %w", q.Dir, err), "what is in it is mailed by tipbox serve")
	case errors.Is(err, spool.ErrLocked):
		return terminal.Hint(fmt.Errorf("%s is in use: its server lives, or somebody else adopts it", q.Dir), "as long as its server lives it mails its tips itself; else stop it first, for good")
	case errors.Is(err, intake.ErrNoRoom):
		return terminal.Hint(fmt.Errorf("adopting: %w", err), "make room on this disk and do it again: what is here already is not taken twice")
	case errors.Is(err, fs.ErrPermission):
		return terminal.Hint(fmt.Errorf("adopting: %w", err), "do it as root: what is adopted is given to the spool's owner")
	case err != nil:
		return terminal.Hint(fmt.Errorf("adopting: %w", err), "do it again: what is here already is not taken twice")
	case len(a.Left) > 0:
		return terminal.Hint(fmt.Errorf("%s could not be adopted", terminal.Counted(len(a.Left), "file")),
			"they lie where they were: look at them, and at that disk; what a newer tipbox wrote wants a newer one here")
	}
	return nil
}

// adopted says what was done.
func (q *Queue) adopted(t *terminal.Terminal, a *spool.Adopted) {
	for _, i := range a.Left {
		t.Warn("%q: %s: left there", i.Name, problem(i.Problem))
	}
	homeless := make(map[string]int)
	for _, e := range a.Taken {
		if to, ok := q.Config.Directory.Receiver(e.Unit, e.Audience); !ok || len(to.Mail) == 0 {
			homeless[e.Unit]++
		}
	}
	for _, unit := range slices.Sorted(maps.Keys(homeless)) {
		t.Warn("%s for unit %q, which this configuration has no address for: put it in, and they go", terminal.Counted(homeless[unit], "tip"), unit)
	}
	t.Say("%s adopted: a running server mails them within seconds, or at their moment; %d already here, or delivered", terminal.Counted(len(a.Taken), "tip"), a.Known)
	if a.Digests > 0 {
		t.Say("%s that was begun there goes on here, under the same Message-ID", terminal.Counted(a.Digests, "digest"))
	}
	if a.Unmirrored {
		t.Warn("our own mirror does not have all of it: it is on one disk alone until tipbox serve has brought it up to date; health says when")
	}
	if a.Unmarked {
		t.Warn("%s takes no writes: a server that is ever started on it mails all of this once more, with the same Message-IDs", q.Dir)
	}
	if len(a.Taken)+a.Known > 0 {
		t.Say("hint: a dead server that comes back mails what its other disk still has: adopt its data_dir, too, before you start it, or wipe it")
	}
}
