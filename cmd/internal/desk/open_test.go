package desk

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
	"tipbox/crypto/seal"
	"tipbox/intake"
)

// TestOpenIsStopped: Ctrl-C ends opening between two tips, and it is said that
// there are more.
func TestOpenIsStopped(t *testing.T) {
	dir := t.TempDir()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := keys.ParseIdentities([]byte(key.String()), keys.UnlockOptions{})
	if err != nil {
		t.Fatal(err)
	}
	recipients, err := keys.ParseRecipients(strings.NewReader(key.Recipient().String()))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := seal.New(recipients).Seal(&intake.Tip{
		ID: "TB-1111-AAAA", Unit: "na-co-sa", Site: "ncs01", Mailbox: "crime", Message: "Đêm qua có xe lạ.",
	})
	if err != nil {
		t.Fatal(err)
	}
	c := &Open{Output: filepath.Join(dir, "tin"), Sealed: []string{filepath.Join(dir, "tip.age")}}
	if err := os.WriteFile(c.Sealed[0], sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	tips, failures := c.open(ctx, &terminal.Terminal{Err: io.Discard}, ids)
	if _, err := os.Stat(c.Output); len(tips) != 0 || len(failures) != 1 || !errors.Is(failures[0], errStopped) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("stopped: %v, %v, %v", tips, failures, err)
	}
	tips, failures = c.open(t.Context(), &terminal.Terminal{Err: io.Discard}, ids)
	if left, err := filepath.Glob(filepath.Join(c.Output, "TB-*")); len(tips) != 1 || len(failures) != 0 || len(left) != 1 || err != nil {
		t.Errorf("not stopped: %v, %v, %v, %v", tips, failures, left, err)
	}
}
