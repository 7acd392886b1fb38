package open

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"tipbox/crypto/keys"
	"tipbox/crypto/plaintext"
	"tipbox/crypto/unwrap"
	"tipbox/intake"
)

// Source is a sealed tip and where it was found.
type Source struct {
	Name   string    // the path, and the attachment within it
	ID     intake.ID // as the file's or the attachment's name gives it, "" for none
	Sealed []byte
	Date   time.Time // of its mail, zero where there was none
	Within error     // as in unwrap.Found
	Aside  bool      // it cannot have held a tip; the error says what it is
}

// Open opens what was found, as Exact does. Where it was only cut out of a wrapping
// that nobody can undo here, and does not open, that is the error.
func (s Source) Open(ids *keys.Identities) (*plaintext.Tip, []byte, error) {
	tip, exact, err := Exact(s.Sealed, ids)
	if s.Within != nil && (errors.Is(err, ErrCorrupted) || errors.Is(err, ErrTruncated)) {
		err = s.Within
	}
	return tip, exact, err
}

// Sources yields the sealed tips in the paths: sealed files, binary or armored,
// whatever package unwrap finds them in, mailboxes of mails (mbox), and folders of
// all these, among them Maildirs. Only one is in memory at a time.
//
// What is wrong with a path comes as an error beside a Source with its Name. So
// does everything that yields no tip; in a folder or a mailbox it is Aside where it
// cannot have held one.
func Sources(paths ...string) iter.Seq2[Source, error] {
	return func(yield func(Source, error) bool) {
		for _, path := range paths {
			info, err := os.Stat(path)
			if err == nil && info.IsDir() {
				if !folder(path, yield) {
					return
				}
				continue
			}
			if err != nil {
				if !yield(Source{Name: path}, err) {
					return
				}
				continue
			}
			if !file(path, false, yield) {
				return
			}
		}
	}
}

// folder reports whether to go on.
func folder(dir string, yield func(Source, error) bool) bool {
	stopped := errors.New("stopped")
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			if !yield(Source{Name: path}, err) {
				return stopped
			}
			return nil
		case entry.IsDir() && entry.Name() == "tmp" && isMaildir(filepath.Dir(path)):
			return fs.SkipDir // mails still being written
		case entry.IsDir():
			return nil
		case !entry.Type().IsRegular(): // no links out of the folder, no pipes to hang on
			if !yield(Source{Name: path, Aside: !unwrap.OwnName(entry.Name())}, ErrNotFile) {
				return stopped
			}
			return nil
		}
		if !file(path, true, yield) {
			return stopped
		}
		return nil
	})
	return !errors.Is(err, stopped)
}

func isMaildir(dir string) bool {
	for _, sub := range []string{"cur", "new"} {
		if info, err := os.Stat(filepath.Join(dir, sub)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// file yields what is in one file and reports whether to go on. In a folder, what
// cannot have held a tip is said to be Aside.
func file(path string, inFolder bool, yield func(Source, error) bool) bool {
	f, err := os.Open(path)
	if err != nil {
		return yield(Source{Name: path}, err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 64<<10)
	start, err := r.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return yield(Source{Name: path}, err)
	}
	if !unwrap.IsMbox(start) {
		if more, ok := archive(path, f, yield); ok {
			return more
		}
		b, err := readUpTo(r, f, unwrap.MaxFile+1)
		if err != nil {
			return yield(Source{Name: path}, err)
		}
		return found(path, unwrap.File(filepath.Base(path), b), inFolder, yield)
	}
	for mail, err := range unwrap.Mails(r) {
		if err != nil {
			if !yield(Source{Name: path}, err) {
				return false
			}
			continue
		}
		if !found(path, unwrap.File("", mail), true, yield) {
			return false
		}
	}
	return true
}

// readUpTo reads at most n bytes of a file, in memory of their size.
func readUpTo(r io.Reader, f *os.File, n int64) ([]byte, error) {
	var b bytes.Buffer
	if info, err := f.Stat(); err == nil {
		b.Grow(int(min(info.Size(), n)) + bytes.MinRead)
	}
	_, err := b.ReadFrom(io.LimitReader(r, n))
	return b.Bytes(), err
}

// maxPart is how many characters of an attachment's name are shown.
const maxPart = 80

// found yields what was found in a file, and what is wrong with it.
func found(path string, in unwrap.Result, inFolder bool, yield func(Source, error) bool) bool {
	name := func(part string) string {
		if part == "" {
			return path
		}
		if runes := []rune(part); len(runes) > maxPart {
			part = string(runes[:maxPart]) + "…"
		}
		return fmt.Sprintf("%s (%s)", path, VisibleLine(part))
	}
	for _, f := range in.Found {
		src := Source{Name: name(f.Name), ID: idIn(f.Name), Sealed: f.Sealed, Date: f.Date, Within: f.Within}
		if f.Name == "" {
			src.ID = idIn(filepath.Base(path))
		}
		if !yield(src, nil) {
			return false
		}
	}
	for _, w := range in.Wrong {
		if !yield(Source{Name: name(w.Name)}, w.Err) {
			return false
		}
	}
	if in.What == nil {
		return true
	}
	return yield(Source{Name: name(in.Subject), Aside: inFolder && !in.May}, in.What)
}

var anID = regexp.MustCompile(`(?i)\bTB-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b`)

// idIn returns the one id in a file's name or a subject, "" for none or several.
func idIn(name string) intake.ID {
	found := anID.FindAllString(name, -1)
	slices.Sort(found)
	if found = slices.Compact(found); len(found) != 1 {
		return ""
	}
	id, _ := intake.ParseID(found[0])
	return id
}
