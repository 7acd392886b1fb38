package desk

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/receipt"
	"tipbox/intake"
)

// vietnam is the officers' time, on whatever machine.
var vietnam = time.FixedZone("", 7*60*60)

// lookAtBook reads the book, so that what is wrong with it is said first, and notes
// what it knows already.
func (c *Open) lookAtBook(t *terminal.Terminal, ids *keys.Identities) error {
	if c.Book.Path == "" {
		return nil
	}
	if _, err := os.Stat(c.Book.Path); errors.Is(err, fs.ErrNotExist) {
		return nil // it will be made
	}
	return c.Book.Update(t, ids, func(b *book.Book) error {
		c.known = b
		return nil
	})
}

// enter enters the tips in the book, and marks those that it had.
func (c *Open) enter(t *terminal.Terminal, ids *keys.Identities, tips []opened) error {
	var units []string
	for _, o := range tips {
		units = append(units, o.Unit)
	}
	if err := c.Book.claim(units); err != nil {
		return err
	}
	added, undated := 0, 0
	now := time.Now()
	err := c.Book.Update(t, ids, func(b *book.Book) error {
		added, undated = 0, 0
		dated := make(map[string]bool)
		for _, s := range b.States(book.Law) {
			dated[s.ID] = s.Received != ""
		}
		for i := range tips {
			o := &tips[i]
			entry := o.entry(now)
			if entry.Received == "" && c.received != "" {
				entry.Received, entry.Confirmed = c.received, true
			}
			ref, isNew := b.Enter(o.id, c.Book.officer(), now, entry)
			switch {
			case entry.Received == "" && !dated[ref]:
				undated++
			case entry.Confirmed && !isNew && !dated[ref]:
				b.Append(ref, c.Book.officer(), now, entry)
			}
			o.known = !isNew
			o.named(ref)
			if isNew { // and printed
				b.Append(ref, c.Book.officer(), now, book.Seen{})
				added++
			}
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case c.known == nil:
		t.Say("%s: sổ mới của đơn vị %s / a new book of the unit %[2]s", c.Book.Path, open.VisibleLine(cmp.Or(c.Book.Unit, c.Book.claimed)))
	}
	if undated > 0 {
		t.Warn("%d tin không rõ nhận lúc nào, nên chưa có hạn: mở cả thư (.eml), hoặc thêm --received / nobody knows when %s came, so nothing is due: open the mails (.eml), or add --received",
			undated, terminal.Counted(undated, "tip"))
	}
	t.Say("%s: ghi thêm %d tin / %s entered", c.Book.Path, added, terminal.Counted(added, "tip"))
	return nil
}

// readReceived reads when tips were received whose mail is not there.
func (c *Open) readReceived(now time.Time) error {
	if c.Received == "" {
		return nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "15:04 2/1/2006", time.DateOnly, "2/1/2006"} {
		if at, err := time.ParseInLocation(layout, c.Received, vietnam); err == nil && at.Before(now) && at.Year() > 2020 {
			c.received = book.Time(at)
			return nil
		}
	}
	return terminal.Usage(fmt.Errorf("--received %q: expected a day and hour that have been, such as \"09:10 28/11/2026\"", c.Received))
}

// named gives the tip the id that it has in the book.
func (o *opened) named(ref string) {
	o.ref, o.apart = ref, o.id != "" && strings.HasPrefix(ref, o.id+"+")
}

// place names the tip before it is entered, so that of two sealed files under one id
// each has a folder of its own.
func (c *Open) place(o *opened, others []opened) {
	if c.known != nil {
		var ref string
		ref, o.known = c.known.Ref(o.id, o.sum)
		o.named(ref)
	}
	if slices.ContainsFunc(others, func(other opened) bool { return other.ref == o.ref }) {
		o.named(book.Other(o.ref, o.sum))
	}
}

// claim notes the unit that is named most, for a book that is to be made.
func (f *BookFile) claim(units []string) error {
	count := make(map[string]int)
	for _, unit := range units {
		if count[unit]++; unit != "" && count[unit] > count[f.claimed] {
			f.claimed = unit
		}
	}
	if _, err := os.Stat(f.Path); errors.Is(err, fs.ErrNotExist) && f.Unit+f.claimed == "" {
		return terminal.Hint(errors.New("không rõ sổ mới là của đơn vị nào / nothing says of which unit the new book is"), "thêm --unit MÃ-ĐƠN-VỊ / add --unit ID")
	}
	return nil
}

// entry is what the book keeps of a tip. A mail from the future, or from before there
// were tip boxes, says nothing of when the tip was received.
func (o *opened) entry(now time.Time) book.Enter {
	e := book.Enter{
		Unit: o.Unit, Site: o.Site, Mailbox: string(o.Mailbox), Urgent: o.Urgent, Photos: o.photos, Text: o.Text, Sum: o.sum,
	}
	if o.date.Year() > 2020 && o.date.Before(now.Add(24*time.Hour)) {
		e.Received = book.Time(o.date)
	}
	e.Where, e.When = whereAndWhen(o.Text)
	return e
}

// whereAndWhen returns what stands in the last lines of a tip's text, as package
// plaintext writes it.
func whereAndWhen(text string) (where, when string) {
	lines := strings.Split(text, "\n")
	last := len(lines) - 1
	if rest, ok := strings.CutPrefix(lines[last], "Khi nào: "); ok {
		when = short(rest, intake.MaxDetailRunes)
		last = max(last-1, 0)
	}
	if rest, ok := strings.CutPrefix(lines[last], "Ở đâu: "); ok {
		where = short(rest, intake.MaxDetailRunes)
	}
	return where, when
}

// short returns at most n characters of s.
func short(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return s
}

// passedOn notes in the book, where there is one, that a tip was passed on, and whose
// keys were compared before.
func (f *BookFile) passedOn(t *terminal.Terminal, ids *keys.Identities, o *opened, to string, redacted bool, met []book.Met) error {
	if len(met) > 0 {
		if err := f.Update(t, ids, func(b *book.Book) error {
			for _, m := range met {
				b.Append("", f.officer(), time.Now(), m)
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return f.did(t, ids, []opened{*o}, func(string) []book.What { return []book.What{book.Pass{To: to, Redacted: redacted}} })
}

// statusOf is what a stock answer makes of a tip, as in the desk; "" leaves it.
var statusOf = map[receipt.Answer]string{
	receipt.Checking: book.StatusChecking, receipt.More: book.StatusChecking,
	receipt.Done: book.StatusDone, receipt.Passed: book.StatusDone, receipt.Cannot: book.StatusDropped,
}

// replied notes in the book, where there is one, that the tips' senders were written
// to, and the state that the answer tells them.
func (f *BookFile) replied(t *terminal.Terminal, ids *keys.Identities, tips []opened, answer receipt.Answer) error {
	return f.did(t, ids, tips, func(status string) []book.What {
		if told := statusOf[answer]; told != "" && told != status {
			return []book.What{book.Reply{}, book.Status{Status: told}}
		}
		return []book.What{book.Reply{}}
	})
}

// ready looks, before anything is done, whether what was done can be noted.
func (f *BookFile) ready(t *terminal.Terminal, ids *keys.Identities) error {
	if f.Path == "" {
		return nil
	}
	return f.Update(t, ids, func(*book.Book) error { return nil })
}

// did notes what was done with tips, which what says by a tip's status before, and
// enters those that the book has not.
func (f *BookFile) did(t *terminal.Terminal, ids *keys.Identities, tips []opened, what func(status string) []book.What) error {
	if f.Path == "" {
		return nil
	}
	now := time.Now()
	return f.Update(t, ids, func(b *book.Book) error {
		status := make(map[string]string)
		for _, s := range b.States(book.Law) {
			status[s.ID] = s.Status
		}
		for _, o := range tips {
			ref, _ := b.Enter(o.id, f.officer(), now, o.entry(now))
			for _, w := range what(cmp.Or(status[ref], book.StatusNew)) {
				b.Append(ref, f.officer(), now, w)
			}
		}
		return nil
	})
}
