package browser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"tipbox/crypto/book"
	"tipbox/crypto/keys"
	"tipbox/templates/browser/browsertest"
)

// TestBook: a book that Go has written is opened, changed and saved by the page, and
// read by Go again; one that the page has made is Go's to write in. The vectors hold what
// is inside, this the files.
func TestBook(t *testing.T) {
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for kind, identity := range map[string]string{keys.PostQuantum: hybrid.String(), keys.Classic: classic.String()} {
		dir := t.TempDir()
		file := func(name string) string { return filepath.Join(dir, name) }
		ids, err := keys.ParseIdentities([]byte(identity), keys.UnlockOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ours, err := book.New("na-co-sa", ids)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2026, 11, 29, 9, 10, 0, 0, time.UTC)
		ours.Append("", "Páo", now, book.Recipients{List: []string{ids.Recipients()[0].String()}})
		ours.Enter("TB-7F3K-9QMX", "Páo", now, book.Enter{
			Unit: "na-co-sa", Site: "ncs01", Mailbox: "crime", Received: book.Time(now), Text: "Có người \"lạ\" <chặt> cây\n\u2028.", Sum: strings.Repeat("a", 64),
		})
		write(t, file("so-tin.age"), ours)

		out, err := browsertest.Node(t, ".", time.Minute, "test/book-interop.mjs", identity, file("so-tin.age"), file("moi.age"), file("lap.age")).Output()
		if err != nil {
			t.Fatal(err)
		}
		var page struct {
			Said, Check, Made string
			States, After     []*book.State
		}
		if err := json.Unmarshal(out, &page); err != nil {
			t.Fatal(err)
		}
		if page.Said != "vouched" || page.Check != ours.Check() || !reflect.DeepEqual(page.States, ours.States(book.Law)) {
			t.Errorf("%s: the page says %s, %s, and sees %+v", kind, page.Said, page.Check, page.States)
		}

		changed := read(t, file("moi.age"), ids)
		if !reflect.DeepEqual(page.After, changed.States(book.Law)) || changed.Len() != ours.Len()+3 {
			t.Errorf("%s: Go and the page see different things in what the page wrote", kind)
		}
		if added, err := ours.Merge(changed); err != nil || added != 3 {
			t.Errorf("%s: merging what the page wrote: %d, %v", kind, added, err)
		}
		made := read(t, file("lap.age"), ids)
		if made.Trust(ids) != book.Vouched || made.Check() != page.Made {
			t.Errorf("%s: Go does not trust the book that the page made", kind)
		}
		made.Append("TB-7F3K-9QMX", "Páo", now, book.Seen{})
		write(t, file("lap.age"), made)
	}
}

func write(t *testing.T, path string, b *book.Book) {
	t.Helper()
	sealed, err := b.Seal()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, sealed, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string, ids *keys.Identities) *book.Book {
	t.Helper()
	sealed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := book.Open(sealed, ids)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
