package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/unwrap"
	"tipbox/intake"
)

// Open is tipbox open: what it is given.
type Open struct {
	Identity       []string // identity files, at least one
	Output         string   // the folder that tips are written into, "" for none
	Book           BookFile // its Path is "" for none
	Received       string   // when tips came whose mail is not there, "" where nobody says
	PassphraseFile string   // "" to ask for it
	Sealed         []string // tips, mails and folders of them

	known    *book.Book // as it was before; nil where there is none
	received string     // Received as the book writes it
}

// opened is a tip and what became of it on this machine, without its photos,
// so that a thousand tips fit into memory.
type opened struct {
	*plaintext.Tip
	id     string // the tip's, "" where nothing names it
	ref    string // the id, or one made from its sealed bytes
	source string
	cut    int         // characters of the text left out
	photos int         // attached
	files  []string    // photos written
	sum    string      // SHA-256 of the sealed file, in hex
	date   time.Time   // of the mail that brought it, zero where there was none
	known  bool        // the book has it
	apart  bool        // its id is another tip's: it has one of its own
	others []intake.ID // under which the same sealed file came as well
}

// maxShown is how many characters of a text are kept, as in the reader. A tip's
// has at most 4,000, a place and a time; what is no tip may have four million.
const maxShown = 20_000

// Run opens the tips and prints them, the urgent ones last, where they stay on the
// screen; with a book those that are new to it.
func (c *Open) Run(t *terminal.Terminal) error {
	if err := c.nothingThere(); err != nil { // before anyone types a passphrase
		return err
	}
	if err := c.readReceived(time.Now()); err != nil {
		return err
	}
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	if err := c.lookAtBook(t, ids); err != nil { // before thousands of tips are opened for it
		return err
	}
	ctx, stop := terminal.UntilSignal()
	tips, failures := c.open(ctx, t, ids)
	stop()
	shown := tips
	if c.Book.Path != "" && len(tips) > 0 {
		if err := c.enter(t, ids, tips); err != nil {
			failures = append(failures, err) // and all are shown
		} else {
			shown = slices.DeleteFunc(slices.Clone(tips), func(o opened) bool { return o.known })
		}
	}
	// A stable sort keeps the order given within the urgent and the others.
	slices.SortStableFunc(shown, func(a, b opened) int {
		switch {
		case a.Urgent == b.Urgent:
			return 0
		case a.Urgent:
			return 1
		}
		return -1
	})
	for _, tip := range shown {
		if err := printTip(t.Out, &tip, t.Columns(columns)); err != nil {
			return fmt.Errorf("printing a tip: %w", err)
		}
	}
	if n := len(tips) - len(shown); n > 0 {
		t.Say("%d tin đã có trong sổ / %s in the book already", n, terminal.Counted(n, "tip"))
	}
	if c.Output != "" && len(tips) > 0 {
		defer t.Say("Những gì vừa ghi ra (%s) KHÔNG còn niêm phong: cất kỹ, xong việc thì xóa. / What was written is no longer sealed: lock it away, delete it when done.", c.Output)
	}
	switch {
	case len(failures) == 1 && len(tips) == 0:
		return failures[0]
	case len(failures) > 0:
		for _, err := range failures {
			t.Fail(err)
		}
		t.Say("%d tin mở được, %d lỗi / %d opened, %d failed", len(tips), len(failures), len(tips), len(failures))
		return terminal.ErrSilent
	case len(tips) == 0:
		return Advise(fmt.Errorf("%s: %w", strings.Join(c.Sealed, ", "), errNothing))
	}
	return nil
}

var (
	errNothing = errors.New("không có tin nào ở đó / no sealed tip is in there")
	errStopped = errors.New("bị ngắt, các tin còn lại chưa mở / interrupted, what is left was not opened")
)

// nothingThere returns what is wrong where none of the paths exists. One that
// does may hold a tip, which the others must not hide.
func (c *Open) nothingThere() error {
	var missing []error
	for _, path := range c.Sealed {
		_, err := os.Stat(path)
		if err == nil {
			return nil
		}
		missing = append(missing, Advise(fmt.Errorf("%s: %w", open.VisibleLine(path), err)))
	}
	return errors.Join(missing...)
}

// unlockAll unlocks the identities, as many of them as it can, at least one.
func unlockAll(t *terminal.Terminal, paths []string, passphraseFile string) (*keys.Identities, error) {
	var all []*keys.Identities
	var locked []error
	for _, path := range paths {
		ids, err := unlock(t, path, passphraseFile)
		if err != nil {
			locked = append(locked, err)
			continue
		}
		all = append(all, ids)
	}
	if len(all) == 0 {
		return nil, errors.Join(locked...)
	}
	for _, err := range locked {
		t.Warn("bỏ qua khóa này / going on without this one: %v", err)
	}
	return keys.Join(all...), nil
}

// open opens everything there is, so that one bad file does not hide a tip, and
// names what it leaves out. Where ctx ends, it does so between two tips: no half of
// one is left behind in clear.
func (c *Open) open(ctx context.Context, t *terminal.Terminal, ids *keys.Identities) (tips []opened, failures []error) {
	defer t.Done()
	var aside []string
	defer func() { sayAside(t, aside) }()
	seen := make(map[[sha256.Size]byte]int) // the tips by their sealed bytes
	for src, err := range open.Sources(c.Sealed...) {
		if ctx.Err() != nil {
			return tips, append(failures, errStopped)
		}
		if src.Aside {
			aside = append(aside, open.VisibleLine(src.Name))
			continue
		}
		t.Step("đang mở / opening", len(tips)+1, 0)
		var tip *plaintext.Tip
		var sealed []byte
		if err == nil {
			tip, sealed, err = src.Open(ids)
		}
		if err == nil {
			sum := sha256.Sum256(sealed)
			if i, again := seen[sum]; again {
				tips[i].alsoAs(src.ID)
				if tips[i].date.IsZero() {
					tips[i].date = src.Date
				}
				continue
			}
			o := newOpened(tip, src, sum)
			c.place(&o, tips)
			if err = c.write(t, &o); err == nil {
				o.Photos = nil
				seen[sum] = len(tips)
				tips = append(tips, o)
			}
		}
		if err != nil {
			failures = append(failures, Advise(fmt.Errorf("%s: %w", open.VisibleLine(src.Name), err)))
		}
	}
	return tips, failures
}

// alsoAs notes that the same sealed file has come again: in two officers' mails, or
// under another id, where somebody has sent an old tip's bytes to the box once more.
func (o *opened) alsoAs(id intake.ID) {
	if o.id != "" && id != "" && string(id) != o.id && !slices.Contains(o.others, id) {
		o.others = append(o.others, id)
	}
}

// sayAside names what cannot have held a tip.
func sayAside(t *terminal.Terminal, names []string) {
	if len(names) == 0 {
		return
	}
	const most = 50
	shown, more := names, ""
	if len(names) > most {
		shown, more = names[:most], ", …"
	}
	t.Done()
	t.Say("bỏ qua %d tệp hoặc thư không thể là tin / left out, for they cannot hold a tip: %s%s", len(names), strings.Join(shown, ", "), more)
}

// newOpened names the tip. What the server wrote outside of it, the name of the
// mail's attachment, goes before what stands in it, which anyone can have
// sealed: so nobody can pass off a tip as another that is in the book.
func newOpened(tip *plaintext.Tip, src open.Source, sum [sha256.Size]byte) opened {
	o := opened{Tip: tip, source: src.Name, photos: len(tip.Photos), sum: hex.EncodeToString(sum[:]), date: src.Date}
	if runes := []rune(tip.Text); len(runes) > maxShown {
		tip.Text, o.cut = string(runes[:maxShown]), len(runes)-maxShown
	}
	for _, s := range []*string{&tip.Unit, &tip.Site, &tip.SiteName, (*string)(&tip.Mailbox), &tip.Lang} {
		*s = unwrap.Short(*s)
	}
	if src.ID != "" && tip.ID != "" && src.ID != tip.ID {
		tip.Warnings = append(tip.Warnings, open.ErrOtherID)
	}
	for _, id := range []intake.ID{src.ID, tip.ID} {
		if o.id == "" {
			o.id = string(id)
		}
	}
	if o.ref = o.id; o.id == "" {
		o.ref = fmt.Sprintf("X-%X", sum[:4])
	}
	return o
}
