package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"tipbox/crypto/keys"
	"tipbox/crypto/seal"
	"tipbox/intake"
)

// TestOpenIsStopped: Ctrl-C ends opening between two tips, and it is said that
// there are more.
func TestOpenIsStopped(t *testing.T) {
	officer, flags := recruit(t)
	recipients, err := keys.ReadRecipients(flags[1])
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := seal.New(recipients).Seal(&intake.Tip{
		ID: "TB-1111-AAAA", Unit: "na-co-sa", Site: "ncs01", Mailbox: "crime", Message: "Đêm qua có xe lạ.",
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := &openCmd{output: filepath.Join(dir, "tin"), sealed: []string{filepath.Join(dir, "tip.age")}}
	if err := os.WriteFile(c.sealed[0], sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	tips, failures := c.open(ctx, &terminal{err: io.Discard}, officer.ids)
	if _, err := os.Stat(c.output); len(tips) != 0 || len(failures) != 1 || !errors.Is(failures[0], errStopped) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("stopped: %v, %v, %v", tips, failures, err)
	}
	tips, failures = c.open(t.Context(), &terminal{err: io.Discard}, officer.ids)
	if left, err := filepath.Glob(filepath.Join(c.output, "TB-*")); len(tips) != 1 || len(failures) != 0 || len(left) != 1 || err != nil {
		t.Errorf("not stopped: %v, %v, %v, %v", tips, failures, left, err)
	}
}
