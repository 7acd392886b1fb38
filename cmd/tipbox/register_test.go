package main

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"tipbox/crypto/open"
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
				tip := opened{Tip: &open.Tip{Mailbox: intake.Report, Text: "x"}, ref: fmt.Sprintf("TB-0000-%04d", officer/2*tips+i)}
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

func TestInert(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "tin": "tin", "=1+1": "'=1+1", "+84": "'+84", "-1": "'-1", "@x": "'@x", "＝1": "'＝1", "\tx": "'\tx", "1=1": "1=1",
		"Chào;=cmd|'/c calc'!A1;": "Chào;'=cmd|'/c calc'!A1;", `a," =1`: `a," '=1`, "a\t=1": "a\t'=1",
	} {
		if got := inert(cell); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}
