package unwrap_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/unwrap"
)

var update = flag.Bool("update", false, "write testdata/wrapped.json anew")

// codes are the reader's words (strings.js) for what is wrong.
var codes = []struct {
	err  error
	code string
}{
	{open.ErrNoMatch, "wrongkey"}, {open.ErrCorrupted, "damaged"}, {open.ErrTruncated, "truncated"}, {open.ErrTooLarge, "toolarge"},
	{unwrap.ErrEmpty, "empty"}, {unwrap.ErrNoTip, "mailempty"}, {unwrap.ErrOutlook, "outlook"}, {unwrap.ErrArchive, "archive"},
	{unwrap.ErrZipLocked, "ziplocked"}, {unwrap.ErrEncrypted, "encrypted"}, {unwrap.ErrPGP, "pgp"}, {unwrap.ErrYEnc, "yenc"},
	{unwrap.ErrPartial, "partial"}, {unwrap.ErrNewAge, "agenewer"}, {unwrap.ErrZip, "zip"}, {unwrap.ErrWebPage, "webpage"},
	{unwrap.ErrIdentity, "identity"}, {unwrap.ErrRecipients, "recipients"}, {unwrap.ErrOurs, "ours"}, {unwrap.ErrNotSealed, "notsealed"},
}

func code(t *testing.T, err error) string {
	var bounce *unwrap.BounceError
	if errors.As(err, &bounce) {
		return "bounce " + string(bounce.ID)
	}
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	t.Errorf("no code for %v", err)
	return err.Error()
}

// TestWrapped opens what mail systems and people have made of sealed files, one
// kind a file, and holds what comes of it to testdata/wrapped.json: a line for each
// tip, "id: text", and for each thing left out, "? what" where it may have held a
// tip and "- what" where not. The reader's script is held to the same file.
func TestWrapped(t *testing.T) {
	file, err := os.ReadFile("testdata/keys.txt")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities(file, keys.UnlockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const dir = "testdata/wrapped/"
	got := make(map[string][]string)
	for src, err := range open.Sources(dir) {
		path, _, _ := strings.Cut(src.Name, " (")
		var line string
		if err == nil {
			tip, exact, wrong := src.Open(ids)
			if err = wrong; err == nil {
				line = string(src.ID) + ": " + tip.Text
				if len(exact) > len(src.Sealed) {
					t.Errorf("%s: the tip has %d bytes more than its file", path, len(exact)-len(src.Sealed))
				}
			}
		}
		switch {
		case err != nil && src.Aside:
			line = "- " + code(t, err)
		case err != nil:
			line = "? " + code(t, err)
		}
		name := filepath.Base(path)
		got[name] = append(got[name], line)
	}
	if *update {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/wrapped.json", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile("testdata/wrapped.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]string
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if name := f.Name(); !reflect.DeepEqual(got[name], want[name]) || len(got[name]) == 0 {
			t.Errorf("%s:\n got %q\nwant %q", name, got[name], want[name])
		}
	}
}
