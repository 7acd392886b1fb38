package desk

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/lockedfile"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/intake/durable"
)

// BookFile is the unit's book on disk, and what commands on it are given.
type BookFile struct {
	Path       string
	Vouch      string   // the characters that another officer has told, "" to ask for them
	By         string   // the officer's label, "" for their name on this machine
	Recipients string   // a recipients file: whom to seal the book to from now on, "" for as before
	Met        []string // fingerprints that were compared by telephone
	Unit       string   // whose book it is; "" where none was given

	claimed string // the unit of a book that is made, where none was given
}

// errBusy is returned where others save faster than we read.
var errBusy = errors.New("the book changes all the time")

// maxSealedBook is more than any book has when it is sealed.
const maxSealedBook = book.MaxSize + book.MaxSize/1024

// load reads the book, and returns its file's bytes as well. fs.ErrNotExist is in the
// chain where there is none.
func (f *BookFile) load(ids *keys.Identities) (*book.Book, []byte, error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the book: %w", err)
	}
	defer file.Close()
	sealed, err := io.ReadAll(io.LimitReader(file, maxSealedBook+1))
	if err == nil && len(sealed) > maxSealedBook {
		err = book.ErrTooLarge
	}
	var b *book.Book
	if err == nil {
		b, err = book.Open(sealed, ids)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading the book: %s: %w", f.Path, err)
	}
	return b, sealed, nil
}

// Read reads the book for looking at it alone, and warns where nobody has vouched for it.
func (f *BookFile) Read(t *terminal.Terminal, ids *keys.Identities) (*book.Book, error) {
	b, _, err := f.load(ids)
	if err != nil {
		return nil, Advise(err)
	}
	switch b.Trust(ids) {
	case book.Forged:
		t.Warn("ĐÂY KHÔNG PHẢI sổ mà khóa của đồng chí đã xác nhận: có người làm giả, hoặc sổ bị tráo / this is not the book that your key has vouched for")
	case book.NotVouched, book.CannotVouch:
		t.Warn("khóa này chưa xác nhận sổ: chỉ xem, chưa tin được / this identity has not vouched for the book: it may be anyone's")
	}
	return b, nil
}

// Update reads the book, lets change do its work and saves what has come of it, all at
// once; the book as it was stays beside it as .cu.age. Where there is no book yet and the
// unit is known it makes one, else it fails with fs.ErrNotExist. Nothing is written of a
// book that is damaged, another unit's, or that no identity has vouched for; or where
// nothing has changed.
//
// A lock holds off other commands. A desk in a browser takes none: what it has saved
// meanwhile is read again, and change called once more.
func (f *BookFile) Update(t *terminal.Terminal, ids *keys.Identities, change func(*book.Book) error) error {
	path := f.Path
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real // a link to the unit's book stays one
	}
	release, err := lockedfile.MutexAt(path + ".lock").Lock()
	if err != nil {
		return savingFailed(fmt.Errorf("locking the book: %w", err))
	}
	defer release()
	for range 5 {
		b, old, err := f.load(ids)
		unit := cmp.Or(f.Unit, f.claimed)
		switch {
		case errors.Is(err, fs.ErrNotExist) && unit != "":
			b, err = book.New(unit, ids)
		case err == nil && f.Unit != "" && b.Unit != f.Unit:
			err = fmt.Errorf("%s: %w: %s", f.Path, book.ErrOtherUnit, open.VisibleLine(b.Unit))
		}
		if err != nil {
			return Advise(err)
		}
		var before []byte
		if old != nil {
			before = b.Bytes()
		}
		err = f.trust(t, b, ids)
		if err == nil {
			err = f.share(t, b, ids)
		}
		if err == nil {
			err = change(b)
		}
		if err != nil || bytes.Equal(before, b.Bytes()) {
			return err
		}
		again, err := f.save(path, b, ids, old)
		if !again {
			return err
		}
	}
	return savingFailed(errBusy)
}

// save writes the book in the place of the old one. It reports that another has been
// written since that was read: nothing is written then.
func (f *BookFile) save(path string, b *book.Book, ids *keys.Identities, old []byte) (again bool, err error) {
	sealed, err := b.Seal()
	if err == nil {
		_, err = book.Open(sealed, ids)
	}
	if err != nil {
		return false, Advise(fmt.Errorf("sealing the book: %w", err))
	}
	switch now, err := os.ReadFile(path); {
	case errors.Is(err, fs.ErrNotExist) && old == nil:
	case err != nil:
		return false, savingFailed(fmt.Errorf("reading the book again: %w", err))
	case !bytes.Equal(now, old):
		return true, nil
	}
	if old != nil {
		err = durable.Replace(oldCopy(path), old, 0o600)
	}
	if err == nil {
		err = durable.Replace(path, sealed, 0o600)
	}
	if err != nil {
		return false, savingFailed(fmt.Errorf("writing the book: %w", err))
	}
	return false, nil
}

// oldCopy is the name of the book as it was before: so-tin.cu.age.
func oldCopy(path string) string {
	return strings.TrimSuffix(path, ".age") + ".cu.age"
}

func savingFailed(err error) error {
	return terminal.Hint(fmt.Errorf("chưa lưu được sổ, sổ cũ còn nguyên / the book was not saved, and is as it was: %w", err),
		"xem lại USB (còn cắm không, còn chỗ không), đóng trang mở tin đang giữ sổ, rồi chạy lại",
		"look after the stick and its room, close the desk that holds the book, and run this again")
}

// officer is how the officer's name stands in the book.
func (f *BookFile) officer() string {
	if f.By != "" {
		return f.By
	}
	u, err := user.Current()
	if err != nil {
		return ""
	}
	if u.Name != "" {
		return u.Name
	}
	return u.Username[strings.LastIndexByte(u.Username, '\\')+1:] // DOMAIN\user on Windows
}
