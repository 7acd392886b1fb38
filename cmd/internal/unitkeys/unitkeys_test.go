package unitkeys

import (
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tipbox/cmd/internal/terminal"
	"tipbox/crypto/keys"
)

// TestKeysAddedAtOnce: of operators who add keys at once none undoes another's.
func TestKeysAddedAtOnce(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "tipbox.toml")
	if err := os.WriteFile(config, []byte("[[units]]\nid = \"u\"\nrecipients_file = \"recipients\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const operators = 8
	var wg sync.WaitGroup
	for range operators {
		id, err := keys.Generate(keys.Classic)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			c := &Keys{Config: config, Unit: "u", Recipient: id.Recipient().String()}
			if err := c.Add(&terminal.Terminal{Out: io.Discard, Err: io.Discard}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	rs, err := keys.ReadRecipients(filepath.Join(dir, "recipients"))
	if err != nil || rs.Len() != operators {
		t.Errorf("%v: %d recipients, want %d", err, rs.Len(), operators)
	}
}
