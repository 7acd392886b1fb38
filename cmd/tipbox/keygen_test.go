package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"golang.org/x/text/unicode/norm"

	"tipbox/cmd/internal/terminal"
)

// TestKeygenPassphraseForms locks and unlocks with a passphrase as different
// keyboards compose it: an officer must be let in at any PC. Age's own program
// knows one form only, and that is NFC.
func TestKeygenPassphraseForms(t *testing.T) {
	const mixed = "rư\u0300ng nu\u0301i ba\u0309n đô\u0300i" // as Windows' Vietnamese keyboard types it
	forms := map[string]string{"NFC": norm.NFC.String(mixed), "NFD": norm.NFD.String(mixed), "Windows": mixed}
	dir := t.TempDir()
	typed := make(map[string]string)
	for name, form := range forms {
		typed[name] = filepath.Join(dir, name)
		if err := os.WriteFile(typed[name], []byte(form+"\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	quiet := &terminal.Terminal{Out: io.Discard, Err: io.Discard}
	for name := range forms {
		identity := filepath.Join(dir, "khoa-"+name)
		if code := run([]string{"keygen", "-o", identity, "--passphrase-file", typed[name], "--work-factor", "4"}, quiet); code != terminal.ExitDone {
			t.Fatalf("%s: exit %d", name, code)
		}
		locked, err := os.ReadFile(identity)
		if err != nil {
			t.Fatal(err)
		}
		scrypt, err := age.NewScryptIdentity(forms["NFC"])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := age.Decrypt(armor.NewReader(bytes.NewReader(locked)), scrypt); err != nil {
			t.Errorf("locked with %s: age -d does not open it with NFC: %v", name, err)
		}
		for other := range forms {
			if code := run([]string{"keygen", "--show", identity, "--passphrase-file", typed[other]}, quiet); code != terminal.ExitDone {
				t.Errorf("locked with %s: not unlocked with %s", name, other)
			}
		}
	}
}
