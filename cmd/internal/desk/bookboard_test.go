package desk

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/book"
	"tipbox/crypto/keys"
)

// TestBoard: the answers are printed whenever they are as they were; when they have
// changed within a week, for a reason alone, and the book keeps it.
func TestBoard(t *testing.T) {
	dir := t.TempDir()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identity := filepath.Join(dir, "khoa")
	if err := os.WriteFile(identity, []byte(key.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities([]byte(key.String()), keys.UnlockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	file := BookFile{Path: filepath.Join(dir, "so-tin.age"), Unit: "na-co-sa", By: "Páo"}
	answer := func(tag, text string) {
		t.Helper()
		if err := file.Update(quiet(), ids, func(b *book.Book) error {
			b.Append("TB-"+tag[:4]+"-AAAA", "Páo", time.Now(), book.Board{Tag: tag, Text: text})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	said := func(why string) (string, error) {
		var out strings.Builder
		c := Book{File: file, Identity: []string{identity}, Why: why}
		err := c.Board(&terminal.Terminal{Out: &out, Err: io.Discard})
		return out.String(), err
	}
	answer("K7Q2PX", "Đã xong.")
	for range 2 {
		if out, err := said(""); err != nil || !strings.Contains(out, "- **K7Q-2PX** Đã xong.") {
			t.Errorf("%v: %s", err, out)
		}
	}
	answer("0AAAAA", "Đã nhận.")
	if out, err := said(""); !errors.Is(err, book.ErrTooSoon) || out != "" {
		t.Errorf("changed within a week: %v: %s", err, out)
	}
	if out, err := said("sai chữ"); err != nil || !strings.Contains(out, "- **0AA-AAA** Đã nhận.\n- **K7Q-2PX**") {
		t.Errorf("for a reason: %v: %s", err, out)
	}
	b, err := file.Read(quiet(), ids)
	if err != nil {
		t.Fatal(err)
	}
	var whys []string
	for _, e := range b.Events() {
		if p, ok := e.What.(book.Publish); ok {
			whys = append(whys, p.Why)
		}
	}
	if strings.Join(whys, "|") != "|sai chữ" {
		t.Errorf("noted: %q", whys)
	}
}
