package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tipbox/crypto/book"
	"tipbox/intake/pasted"
)

const (
	// maxNotice is how many bytes a notice of a board may have.
	maxNotice = book.MaxNotice
	// maxNotices is how many a board may have.
	maxNotices = 40
	// answersFile is the notice with the tags that have an answer, which the desk
	// writes. It stands last.
	answersFile = "tra-loi.md"
)

// board reads the notices of a unit, by their files' names. "" is no board.
func (c *checker) board(key, dir string) (notices [][]byte) {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(c.path(dir))
	if err != nil {
		c.bad(key, "%q cannot be read: expected a folder of notices, NAME.md", dir)
		return nil
	}
	var names []string
	for _, e := range entries {
		if strings.EqualFold(filepath.Ext(e.Name()), ".md") && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		switch {
		case a == answersFile:
			return 1
		case b == answersFile:
			return -1
		}
		return strings.Compare(a, b)
	})
	if len(names) > maxNotices {
		c.bad(key, "%q holds %d notices: expected at most %d, or nobody reads them", dir, len(names), maxNotices)
		return nil
	}
	for _, name := range names {
		path := filepath.Join(c.path(dir), name)
		text, err := pasted.File(path)
		switch {
		case err != nil:
			c.bad(key, "%v", err)
		case len(text) > maxNotice:
			c.bad(key, "%s has %d bytes: expected at most %d", path, len(text), maxNotice)
		default:
			notices = append(notices, []byte(text))
		}
		c.boardFiles = append(c.boardFiles, path)
	}
	return notices
}
