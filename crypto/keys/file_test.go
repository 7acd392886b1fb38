package keys_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tipbox/crypto/keys"
)

// edit writes a recipients file and reads it for a change.
func edit(t *testing.T, content string) (*keys.File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recipients")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return keys.EditRecipients(path)
}

// The first officer of a unit starts its file, the second is added below, and
// what a person wrote between stays.
func TestAddRecipients(t *testing.T) {
	a, b := generate(t, keys.Classic).Recipient(), generate(t, keys.Classic).Recipient()
	a.Label, b.Label = "Đại úy  Páo\n", ""
	f, err := keys.EditRecipients(filepath.Join(t.TempDir(), "recipients"))
	if err != nil {
		t.Fatalf("a file that does not exist is empty: %v", err)
	}
	if len(f.All()) != 0 {
		t.Errorf("recipients of an empty file: %v", f.All())
	}
	if err := f.Add(a); err != nil {
		t.Fatal(err)
	}
	if want := "# Đại úy Páo\n" + a.String() + "\n"; string(f.Bytes()) != want {
		t.Errorf("%q, want %q", f.Bytes(), want)
	}
	f, err = edit(t, "\ufeff"+strings.ReplaceAll(string(f.Bytes())+"# tổ 2 thêm vào đây\n\n", "\n", "\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Add(b); err != nil {
		t.Fatal(err)
	}
	if want := "# Đại úy Páo\n" + a.String() + "\n# tổ 2 thêm vào đây\n\n" + b.String() + "\n"; string(f.Bytes()) != want {
		t.Errorf("%q, want %q", f.Bytes(), want)
	}
	if all := f.All(); len(all) != 2 || all[0].Label != "Đại úy Páo" || all[1].String() != b.String() {
		t.Errorf("%+v", all)
	}
}

// What would make a file that the server refuses is not added.
func TestAddRefuses(t *testing.T) {
	a := generate(t, keys.Classic).Recipient()
	for want, rec := range map[error]keys.Recipient{
		keys.ErrDuplicate:  a,
		keys.ErrMixedKinds: generate(t, keys.PostQuantum).Recipient(),
	} {
		f, err := edit(t, a.String()+"\n")
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Add(rec); !errors.Is(err, want) || string(f.Bytes()) != a.String()+"\n" {
			t.Errorf("%v, want %v; the file is now %q", err, want, f.Bytes())
		}
	}
	f, err := edit(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Add(keys.Recipient{}); err == nil {
		t.Error("a recipient that is none is added without a word")
	}
}

// A file that cannot be read, or is none, is told; it is not taken for an empty
// one, which would be written over.
func TestEditUnreadable(t *testing.T) {
	if _, err := keys.EditRecipients(t.TempDir()); err == nil {
		t.Error("a directory is edited")
	}
	if _, err := edit(t, "# khóa\nAGE-SECRET-KEY-1X\n"); !errors.Is(err, keys.ErrSecretKey) {
		t.Errorf("%v, want %v", err, keys.ErrSecretKey)
	}
	if f, err := edit(t, "# chưa có ai\n"); err != nil || string(f.Bytes()) != "# chưa có ai\n" {
		t.Errorf("a file of comments: %v", err)
	}
}

// A retired key opens old tips still, so the file goes on naming it.
func TestRetire(t *testing.T) {
	a, b, c := generate(t, keys.Classic).Recipient(), generate(t, keys.Classic).Recipient(), generate(t, keys.Classic).Recipient()
	day := time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC)
	f, err := edit(t, a.String()+"\n\n# Trung úy Dính\n"+b.String()+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Retire(c, day); !errors.Is(err, keys.ErrMalformed) {
		t.Errorf("one that is not there: %v", err)
	}
	if err := f.Retire(f.All()[1], day); err != nil {
		t.Fatal(err)
	}
	want := a.String() + "\n\n# retired: 2026-12-01 Trung úy Dính " + b.String() + "\n"
	if string(f.Bytes()) != want {
		t.Errorf("%q, want %q", f.Bytes(), want)
	}
	gone := f.Retired()
	if len(gone) != 1 || gone[0].String() != b.String() || gone[0].Label != "Trung úy Dính" || gone[0].Day != "2026-12-01" {
		t.Errorf("retired: %+v", gone)
	}
	if len(f.All()) != 1 {
		t.Errorf("still there: %v", f.All())
	}
	if err := f.Retire(a, day); !errors.Is(err, keys.ErrNoRecipients) || string(f.Bytes()) != want {
		t.Errorf("the last: %v, %q", err, f.Bytes())
	}
}

// The first line of a file can be retired, and one without a label takes nothing
// of the line above.
func TestRetireWithoutALabel(t *testing.T) {
	a, b := generate(t, keys.Classic).Recipient(), generate(t, keys.Classic).Recipient()
	a.Label = "Páo" // the officer's word on the command line: the file has none
	f, err := edit(t, a.String()+"\n"+b.String()+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Retire(a, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if want := "# retired: 2026-12-01 Páo " + a.String() + "\n" + b.String() + "\n"; string(f.Bytes()) != want {
		t.Errorf("%q, want %q", f.Bytes(), want)
	}
	f, err = edit(t, a.String()+"\n"+b.String()+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Retire(f.All()[1], time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if want := a.String() + "\n# retired: 2026-12-01 " + b.String() + "\n"; string(f.Bytes()) != want {
		t.Errorf("%q, want %q", f.Bytes(), want)
	}
}

// Comments that only look like a retired key are somebody's words.
func TestRetiredByHand(t *testing.T) {
	a, b := generate(t, keys.Classic).Recipient(), generate(t, keys.Classic).Recipient()
	f, err := edit(t, strings.Join([]string{
		keys.Retired, keys.Retired + " " + b.String(), keys.Retired + " 2026-12-01 Páo đã nghỉ",
		"# 2026-12-01 " + b.String(), keys.Retired + " 2026-12-02 " + b.String(), a.String(),
	}, "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if gone := f.Retired(); len(gone) != 1 || gone[0].Day != "2026-12-02" || gone[0].Label != "" {
		t.Errorf("%+v", gone)
	}
}

// ReadRecipients says which file is wrong, and where.
func TestReadRecipients(t *testing.T) {
	a := generate(t, keys.Classic)
	path := filepath.Join(t.TempDir(), "recipients")
	if _, err := keys.ReadRecipients(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte("# x\nx\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.ReadRecipients(path); !errors.Is(err, keys.ErrMalformed) || !strings.Contains(err.Error(), path+": line 2") {
		t.Errorf("a word: %v", err)
	}
	if err := os.WriteFile(path, []byte(a.Recipient().String()), 0o600); err != nil {
		t.Fatal(err)
	}
	rs, err := keys.ReadRecipients(path)
	if err != nil || rs.Len() != 1 || rs.Strings()[0] != a.Recipient().String() || len(rs.Age()) != 1 {
		t.Errorf("%+v, %v", rs, err)
	}
}

// A locked identity goes to the phone and comes back as the same file.
func TestLockedThereAndBack(t *testing.T) {
	dir := t.TempDir()
	id := generate(t, keys.Classic)
	locked, err := id.Lock(passphrase, 2)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	bare, err := keys.ReadLocked(write("locked", locked))
	if err != nil || bytes.Contains(bare, []byte("-----")) {
		t.Fatalf("%v: %.40q", err, bare)
	}
	if armored, err := keys.Armor(bare); err != nil || !bytes.Equal(armored, locked) {
		t.Errorf("%v: %.40q", err, armored)
	}
	if again, err := keys.ReadLocked(write("bare", bare)); err != nil || !bytes.Equal(again, bare) {
		t.Errorf("without its armor: %v", err)
	}
	opened, err := keys.ParseIdentities(bare, with(passphrase))
	if err != nil || opened.Recipients()[0].String() != id.Recipient().String() {
		t.Errorf("%v", err)
	}
}
