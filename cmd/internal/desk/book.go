package desk

import (
	"fmt"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/open"
)

// Book is tipbox book: what it is given.
type Book struct {
	File           BookFile
	Identity       []string
	PassphraseFile string
	All            bool     // show: what is over as well
	Why            string   // board: why it is written out before its week is over, "" where it is not
	Output         string   // export: the CSV file, "" for stdout
	Files          []string // merge: other copies; import: registers
}

// open unlocks the identities and reads the book for looking at it.
func (c *Book) open(t *terminal.Terminal) (*book.Book, error) {
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return nil, err
	}
	return c.File.Read(t, ids)
}

// Merge takes other copies of the book in.
func (c *Book) Merge(t *terminal.Terminal) error {
	ids, err := unlockAll(t, c.Identity, c.PassphraseFile)
	if err != nil {
		return err
	}
	added := 0
	err = c.File.Update(t, ids, func(b *book.Book) error {
		added = 0
		for _, path := range c.Files {
			other := BookFile{Path: path}
			copied, _, err := other.load(ids)
			if err != nil {
				return Advise(err)
			}
			n, err := b.Merge(copied)
			if err != nil {
				return Advise(fmt.Errorf("%s: %w", open.VisibleLine(path), err))
			}
			added += n
		}
		return nil
	})
	if err != nil {
		return err
	}
	t.Say("%s: thêm %d dòng từ bản khác / %s from other copies", c.File.Path, added, terminal.Counted(added, "line"))
	return nil
}
