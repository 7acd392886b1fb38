package unwrap_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tipbox/crypto/keys"
	"tipbox/crypto/open"
	"tipbox/crypto/unwrap"
)

const corpus = "../open/testdata/"

// TestCorpus looks into what mail systems and people have made of sealed files
// (crypto/open/testdata/README.md), one file at a time, and finds in each as many
// tips, and as many things that may have held one or not, as wrapped.json has lines.
// What stands in them is held by open.TestWrapped.
func TestCorpus(t *testing.T) {
	var want map[string][]string
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(corpus, name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	if err := json.Unmarshal(read("wrapped.json"), &want); err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities(read("keys.txt"), keys.UnlockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, lines := range want {
		var got []string
		count := func(r unwrap.Result) {
			for _, f := range r.Found {
				if _, err := open.Open(f.Sealed, ids); err != nil {
					got = append(got, "?")
				} else {
					got = append(got, "a tip")
				}
			}
			for range r.Wrong {
				got = append(got, "?")
			}
			switch {
			case r.What != nil && r.May:
				got = append(got, "?")
			case r.What != nil:
				got = append(got, "-")
			}
		}
		if b := read(filepath.Join("wrapped", name)); !unwrap.IsMbox(b) {
			count(unwrap.File(name, b))
		} else {
			for mail, err := range unwrap.Mails(bufio.NewReader(bytes.NewReader(b))) {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				count(unwrap.File("", mail))
			}
		}
		for i, line := range lines {
			if kind, _, _ := strings.Cut(line, " "); kind == "?" || kind == "-" {
				lines[i] = kind
			} else {
				lines[i] = "a tip"
			}
		}
		if !slices.Equal(got, lines) {
			t.Errorf("%s: %q, want %q", name, got, lines)
		}
	}
}
