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
	"strings"

	"tipbox/intake"
)

// Source is a sealed tip and where it was found.
type Source struct {
	Name   string    // the path, and the attachment within it
	ID     intake.ID // as the file's or the attachment's name gives it, "" for none
	Sealed []byte
}

// Sources yields the sealed tips in the paths: files as Seal makes them, binary
// or armored, mails (.eml), mailboxes of mails (mbox), and folders of all these,
// among them Maildirs. Only one is in memory at a time.
//
// What is wrong with a path comes as an error beside a Source with its Name. In
// a folder, files that have nothing to do with tips are passed over.
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
		case !entry.Type().IsRegular():
			return nil // no links out of the folder, no pipes to hang on
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

// file yields what is in one file and reports whether to go on. With lenient,
// a file that is not about tips is passed over.
func file(path string, lenient bool, yield func(Source, error) bool) bool {
	f, err := os.Open(path)
	if err != nil {
		return yield(Source{Name: path}, err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 64<<10)
	start, err := r.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return yield(Source{Name: path}, err)
	}
	problem := sniff(start)
	switch {
	case lenient && isLocked(start):
		return true
	case problem == nil:
		sealed, err := io.ReadAll(io.LimitReader(r, 2*maxSealed+1))
		if err == nil && len(sealed) > 2*maxSealed {
			err = ErrTooLarge
		}
		if err != nil {
			return yield(Source{Name: path}, err)
		}
		return yield(Source{Name: path, ID: idIn(filepath.Base(path)), Sealed: sealed}, nil)
	case isMbox(start):
		for mail, err := range mails(r) {
			if !fromMail(path, mail, err, true, yield) {
				return false
			}
		}
		return true
	case isMail(start):
		return fromMail(path, r, nil, lenient, yield)
	case lenient && !strings.HasSuffix(strings.ToLower(path), ".age"):
		return true
	}
	return yield(Source{Name: path}, problem)
}

func fromMail(path string, r io.Reader, err error, lenient bool, yield func(Source, error) bool) bool {
	if err != nil {
		return yield(Source{Name: path}, err)
	}
	found, err := attachments(r)
	for _, a := range found {
		src := Source{Name: fmt.Sprintf("%s (%s)", path, VisibleLine(a.name)), ID: idIn(a.name), Sealed: a.sealed}
		if !yield(src, nil) {
			return false
		}
	}
	if err == nil || lenient && (errors.Is(err, ErrNoTipInMail) || errors.Is(err, ErrNotSealed)) && len(found) == 0 {
		return true
	}
	return yield(Source{Name: path}, err)
}

// mails yields the mails of an mbox (RFC 4155): each begins with a "From " line
// after an empty line. A mail over maxMail is an error and passed over.
func mails(r *bufio.Reader) iter.Seq2[io.Reader, error] {
	return func(yield func(io.Reader, error) bool) {
		var mail bytes.Buffer
		size, blank := 0, true
		flush := func() bool {
			defer func() { mail.Reset(); size = 0 }()
			switch {
			case size > maxMail:
				return yield(nil, ErrTooLarge)
			case size == 0:
				return true
			}
			return yield(bytes.NewReader(mail.Bytes()), nil)
		}
		for {
			line, err := r.ReadSlice('\n') // a longer line comes in pieces
			if blank && isMbox(line) {
				if !flush() {
					return
				}
			} else if size += len(line); size <= maxMail {
				mail.Write(line)
			}
			blank = len(bytes.TrimRight(line, "\r\n")) == 0
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				flush()
				return
			}
		}
	}
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
