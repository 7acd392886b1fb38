package desk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/keys"
	"tipbox/crypto/plaintext"
	"tipbox/intake"
)

func newIdentity(t *testing.T) *keys.Identities {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities([]byte(key.String()), keys.UnlockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func quiet() *terminal.Terminal { return &terminal.Terminal{Out: io.Discard, Err: io.Discard} }

func aTip(n int) opened {
	id := fmt.Sprintf("TB-0000-%04d", n)
	return opened{Tip: &plaintext.Tip{Unit: "na-co-sa", Mailbox: intake.Report, Text: "x"}, id: id, ref: id, sum: fmt.Sprintf("%064x", n+1)}
}

// TestBookIsShared lets officers' commands enter overlapping tips at once.
func TestBookIsShared(t *testing.T) {
	ids := newIdentity(t)
	path := filepath.Join(t.TempDir(), "so-tin.age")
	const officers, tips = 6, 10
	var wg sync.WaitGroup
	for officer := range officers {
		wg.Go(func() {
			for i := range tips {
				c := Open{Book: BookFile{Path: path}}
				if err := c.enter(quiet(), ids, []opened{aTip(officer/2*tips + i)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b, err := (&BookFile{Path: path}).Read(quiet(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if states := b.States(book.Law); len(states) != officers/2*tips || b.Len() != 1+2*len(states) {
		t.Errorf("%d tips in the book, want %d; %d lines", len(states), officers/2*tips, b.Len())
	}
	if old, err := os.ReadFile(oldCopy(path)); err != nil || !strings.HasSuffix(oldCopy(path), "so-tin.cu.age") {
		t.Errorf("the book before it: %v", err)
	} else if was, err := book.Open(old, ids); err != nil || was.Len() != b.Len()-2 {
		t.Errorf("the book before it has %v (%v)", was, err)
	}
}

// TestBookBehindALink: a book reached by a link is written where it is: with a file in
// the link's place there would be two.
func TestBookBehindALink(t *testing.T) {
	ids, dir := newIdentity(t), t.TempDir()
	path, link := filepath.Join(dir, "so-tin.age"), filepath.Join(dir, "link.age")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{path, link} {
		c := Open{Book: BookFile{Path: name}}
		if err := c.enter(quiet(), ids, []opened{aTip(i)}); err != nil {
			t.Fatal(err)
		}
	}
	if b, err := (&BookFile{Path: path}).Read(quiet(), ids); err != nil || len(b.States(book.Law)) != 2 {
		t.Errorf("the book: %v", err)
	}
	if to, err := os.Readlink(link); to != path {
		t.Errorf("the link leads to %q (%v)", to, err)
	}
}

// TestDeskSavesMeanwhile: what a desk, which takes no lock, saves between our reading
// and our writing is not lost.
func TestDeskSavesMeanwhile(t *testing.T) {
	ids := newIdentity(t)
	f := BookFile{Path: filepath.Join(t.TempDir(), "so-tin.age"), Unit: "na-co-sa"}
	if err := f.Update(quiet(), ids, func(b *book.Book) error { return nil }); err != nil {
		t.Fatal(err)
	}
	saved := 0
	note := func(b *book.Book, text string) {
		b.Append("TB-0000-0001", "Páo", time.Now(), book.Note{Text: text})
	}
	err := f.Update(quiet(), ids, func(b *book.Book) error {
		if saved < 2 {
			saved++
			desk, _, err := f.load(ids)
			if err != nil {
				return err
			}
			note(desk, fmt.Sprint("bàn ", saved))
			sealed, err := desk.Seal()
			if err != nil {
				return err
			}
			if err := os.WriteFile(f.Path, sealed, 0o600); err != nil {
				return err
			}
		}
		note(b, "lệnh")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Read(quiet(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if notes := b.States(book.Law)[0].Notes; len(notes) != 3 || notes[2].Text != "lệnh" {
		t.Errorf("the notes are %v", notes)
	}
}

// TestSavingFails: where the book cannot be written it stays as it was, and says so.
func TestSavingFails(t *testing.T) {
	ids := newIdentity(t)
	f := BookFile{Path: filepath.Join(t.TempDir(), "so-tin.age"), Unit: "na-co-sa"}
	if err := f.Update(quiet(), ids, func(*book.Book) error { return nil }); err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(f.Path+".new", "x"), 0o700); err != nil { // in the way of the new file
		t.Fatal(err)
	}
	err = f.Update(quiet(), ids, func(b *book.Book) error {
		b.Append("TB-0000-0001", "Páo", time.Now(), book.Seen{})
		return nil
	})
	now, errNow := os.ReadFile(f.Path)
	if err == nil || !strings.Contains(err.Error(), "sổ cũ còn nguyên") || errNow != nil || !bytes.Equal(was, now) {
		t.Errorf("%v; the book is as it was: %v", err, bytes.Equal(was, now))
	}
}

// TestAskedAtTheTerminal: whoever writes in a book for the first time types what another
// officer reads out, and whoever lets a key in has compared it; a slip changes nothing.
func TestAskedAtTheTerminal(t *testing.T) {
	mine, theirs := newIdentity(t), newIdentity(t)
	dir := t.TempDir()
	f := BookFile{Path: filepath.Join(dir, "so-tin.age"), Unit: "na-co-sa", Recipients: filepath.Join(dir, "don-vi")}
	both := mine.Recipients()[0].String() + "\n# Lò\n" + theirs.Recipients()[0].String() + "\n"
	if err := os.WriteFile(f.Recipients, []byte(both), 0o600); err != nil {
		t.Fatal(err)
	}
	update := func(ids *keys.Identities, typed string) (string, error) {
		var said bytes.Buffer
		person := &terminal.Terminal{Err: &said, Person: bufio.NewReader(strings.NewReader(typed))}
		err := f.Update(person, ids, func(b *book.Book) error {
			b.Append("TB-0000-0001", "Páo", time.Now(), book.Seen{})
			return nil
		})
		return said.String(), err
	}
	if _, err := update(mine, "không\n"); !errors.Is(err, errUnmet) {
		t.Errorf("a recipient that was not compared: %v", err)
	}
	if _, err := os.Stat(f.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a book was made: %v", err)
	}
	said, err := update(mine, "đúng\n")
	if err != nil || !strings.Contains(said, theirs.Recipients()[0].Fingerprint()) || !strings.Contains(said, "khóa của Lò") {
		t.Fatalf("%v; asked: %s", err, said)
	}
	if said, err := update(mine, ""); err != nil || said != "" { // once is enough
		t.Errorf("%v; asked again: %s", err, said)
	}
	b, err := f.Read(quiet(), mine)
	if err != nil {
		t.Fatal(err)
	}
	if said, err := update(theirs, "0000-0000\n"); !errors.Is(err, errOtherCheck) || strings.Contains(said, b.Check()) {
		t.Errorf("%v; told: %s", err, said)
	}
	if _, err := update(theirs, " "+strings.ToLower(b.Check())+"\r\n"); err != nil {
		t.Error(err)
	}
	if b, err = f.Read(quiet(), theirs); err != nil || !b.Vouched() {
		t.Errorf("vouched for: %v", err)
	}
}

// TestForgedFrameInTheList: nothing that a sender wrote begins a line as the list does.
func TestForgedFrameInTheList(t *testing.T) {
	ids := newIdentity(t)
	f := BookFile{Path: filepath.Join(t.TempDir(), "so-tin.age"), Unit: "na-co-sa", Vouch: ""}
	text := "\n TB-7F3K-9QMX · KHẨN · mới\u2028TB-7F3K-9QMX\x1b[2K" + strings.Repeat("漢", 80)
	err := f.Update(quiet(), ids, func(b *book.Book) error {
		b.Enter("TB-0000-0001", "Páo", time.Now(), book.Enter{Unit: text, Site: text, Mailbox: text, Text: text, Where: text, Sum: strings.Repeat("a", 64)})
		b.Append("TB-0000-0001", "Páo", time.Now(), book.Assign{To: text})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Read(quiet(), ids)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	showTip(&out, b.States(book.Law)[0], time.Now(), 60)
	for i, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		if i > 0 && !strings.HasPrefix(line, "  ") || strings.ContainsAny(line, "\x1b\u2028") {
			t.Errorf("line %d: %q", i, line)
		}
	}
	if row := exportRow(1, b.States(book.Law)[0]); strings.ContainsAny(strings.Join(row, ""), "\x1b\u2028") {
		t.Errorf("exported: %q", row)
	}
}

func TestRegisterAsExcelSavesIt(t *testing.T) {
	rows := [][]string{registerHeader, {"TB-1111-AAAA", "na-co-sa", "Bản; xa (ncs01)", "Góp ý", "không", `Dòng, "một"`, "22/11/2026", "đã xử lý"}}
	utf16 := func(s string) []byte {
		b := []byte{0xff, 0xfe}
		for _, r := range s {
			b = append(b, byte(r), byte(r>>8))
		}
		return b
	}
	line := func(sep string) string {
		var out strings.Builder
		for _, row := range rows {
			for i, cell := range row {
				if i > 0 {
					out.WriteString(sep)
				}
				out.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
			}
			out.WriteString("\r\n")
		}
		return out.String()
	}
	for name, content := range map[string][]byte{
		"as tipbox wrote it":      []byte("\ufeff" + line(",")),
		"with semicolons":         []byte("\ufeff" + line(";")),
		"Unicode Text":            utf16(line("\t")),
		"without the mark":        []byte(line(",")),
		"with sep=":               []byte("\ufeffsep=;\r\n" + line(";")),
		"with sep=, in UTF-16":    utf16("sep=\t\r\n" + line("\t")),
		"with sep= as a cell":     []byte("\"sep=,\"\r\n" + line(",")),
		"with empty rows":         []byte("\ufeff" + line(",") + ",,,,,,,\r\n"),
		"with sep= and its cells": []byte("\ufeffsep=,,,,,,,,\r\n" + line(",")),
	} {
		path := filepath.Join(t.TempDir(), "so.csv")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := readRegister(path)
		if err != nil || len(r.rows) != 1 || strings.Join(r.rows[0], "|") != strings.Join(rows[1], "|") {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	path := filepath.Join(t.TempDir(), "khac.csv")
	if err := os.WriteFile(path, []byte("Tên,Tuổi\nAn,30\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readRegister(path); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("another table: %v", err)
	}
}
