package desk

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tipbox/crypto/plaintext"
	"tipbox/intake"
)

// TestRegisterIsShared lets officers enter overlapping tips at once.
func TestRegisterIsShared(t *testing.T) {
	path := filepath.Join(t.TempDir(), "so-tin.csv")
	const officers, tips = 8, 20
	var wg sync.WaitGroup
	for officer := range officers {
		wg.Go(func() {
			for i := range tips {
				tip := opened{Tip: &plaintext.Tip{Mailbox: intake.Report, Text: "x"}, ref: fmt.Sprintf("TB-0000-%04d", officer/2*tips+i)}
				if _, err := addToRegister(path, []opened{tip}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	r, err := readRegister(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, row := range r.rows() {
		if seen[row[columnID]] {
			t.Errorf("%s stands twice", row[columnID])
		}
		seen[row[columnID]] = true
	}
	if len(seen) != officers/2*tips {
		t.Errorf("%d tips in the register, want %d", len(seen), officers/2*tips)
	}
}

// A register reached by a link is entered into where it is: with a file in the
// link's place there would be two.
func TestRegisterBehindALink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "so-tin.csv"), filepath.Join(dir, "link.csv")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{path, link} {
		tip := opened{Tip: &plaintext.Tip{Mailbox: intake.Report, Text: "x"}, ref: fmt.Sprintf("TB-0000-%04d", i)}
		if _, err := addToRegister(name, []opened{tip}); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := readRegister(path); err != nil || len(r.rows()) != 2 {
		t.Errorf("the register has %+v (%v)", r, err)
	}
	if to, err := os.Readlink(link); to != path {
		t.Errorf("the link leads to %q (%v)", to, err)
	}
}
