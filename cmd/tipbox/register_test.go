package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
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

// TestReplaceFile: a file that is replaced stays readable to those who could read it.
func TestReplaceFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recipients")
	if err := replaceFile(path, []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // nobody else may give a file away
		if err := os.Chown(path, 12345, 54321); err != nil {
			t.Fatal(err)
		}
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(path, []byte("b"), 0o644); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if os.SameFile(before, after) {
		t.Error("the file was written over and not replaced")
	}
	was, is := before.Sys().(*syscall.Stat_t), after.Sys().(*syscall.Stat_t)
	if is.Mode != was.Mode || is.Uid != was.Uid || is.Gid != was.Gid {
		t.Errorf("mode %o of %d:%d, want %o of %d:%d", is.Mode, is.Uid, is.Gid, was.Mode, was.Uid, was.Gid)
	}
}

// TestReplaceFileOnFullDisk: the file stays as it was, and no part of another is left.
func TestReplaceFileOnFullDisk(t *testing.T) {
	dir := t.TempDir()
	mount(t, dir, "size=64k")
	path := filepath.Join(dir, "so-tin.csv")
	if err := replaceFile(path, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(path, make([]byte, 1<<20), 0o600); err == nil {
		t.Fatal("a disk of 64 KiB took 1 MiB")
	}
	entries, err := os.ReadDir(dir)
	if b, readErr := os.ReadFile(path); err != nil || readErr != nil || len(entries) != 1 || string(b) != "a" {
		t.Errorf("the disk has %v, the file %q: %v, %v", entries, b, err, readErr)
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
