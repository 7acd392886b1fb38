package keys_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/plugin"
	"golang.org/x/text/unicode/norm"

	"tipbox/crypto/keys"
)

// inClear returns an identity as age-keygen writes it.
func inClear(t *testing.T) string {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

// sealedTo returns a tip sealed to a key, which is no identity.
func sealedTo(t *testing.T, to age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is taken for a locked identity and is none is told by its kind: an officer
// who sends in a key in clear must hear so.
func TestNotLocked(t *testing.T) {
	id := generate(t, keys.Classic)
	rs, err := keys.ParseRecipients(strings.NewReader(id.Recipient().String()))
	if err != nil {
		t.Fatal(err)
	}
	locked, err := id.Lock(passphrase, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file  []byte
		read  error
		armor error
	}{
		"in clear":         {[]byte(inClear(t)), keys.ErrNotLocked, keys.ErrDamaged},
		"a sealed tip":     {sealedTo(t, rs.Age()[0]), keys.ErrSealedFile, keys.ErrSealedFile},
		"recipients":       {[]byte(id.Recipient().String()), keys.ErrRecipientsFile, keys.ErrDamaged},
		"a letter":         {[]byte("Kính gửi"), keys.ErrNotIdentity, keys.ErrDamaged},
		"nothing":          {nil, keys.ErrNotIdentity, keys.ErrDamaged},
		"armor cut off":    {locked[:len(locked)/2], keys.ErrDamaged, keys.ErrDamaged},
		"a header cut off": {[]byte("age-encryption.org/v1\n-> scrypt"), keys.ErrDamaged, keys.ErrDamaged},
		"too large":        {bytes.Repeat([]byte("#\n"), 1<<19+1), keys.ErrNotIdentity, keys.ErrDamaged},
	} {
		path := filepath.Join(t.TempDir(), "khoa")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if b, err := keys.ReadLocked(path); !errors.Is(err, c.read) || b != nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: read: %v, want %v", name, err, c.read)
		}
		if b, err := keys.Armor(c.file); !errors.Is(err, c.armor) || b != nil {
			t.Errorf("%s: armored: %v, want %v", name, err, c.armor)
		}
	}
	if _, err := keys.ReadLocked(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := keys.ReadIdentities(filepath.Join(t.TempDir(), "none"), with("")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// A file of one mebibyte is read, whatever stands in it, and of a larger one not
// the beginning, which could be a key of many.
func TestLargestIdentityFile(t *testing.T) {
	path, clear := filepath.Join(t.TempDir(), "khoa"), inClear(t)
	file := clear + strings.Repeat("\n#", (1<<20-len(clear))/2)
	file += strings.Repeat("\n", 1<<20-len(file))
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	if ids, err := keys.ReadIdentities(path, with("")); err != nil || len(ids.Age()) != 1 {
		t.Errorf("%v", err)
	}
	if err := os.WriteFile(path, []byte(file+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.ReadIdentities(path, with("")); !errors.Is(err, keys.ErrNotIdentity) {
		t.Errorf("a byte more: %v", err)
	}
}

// Several files open as one, which is locked only if all of them are.
func TestJoin(t *testing.T) {
	id := generate(t, keys.Classic)
	file, err := id.Lock(passphrase, 2)
	if err != nil {
		t.Fatal(err)
	}
	locked, err := keys.ParseIdentities(file, with(passphrase))
	if err != nil {
		t.Fatal(err)
	}
	open, err := keys.ParseIdentities([]byte("# in clear\n"+inClear(t)), with(""))
	if err != nil {
		t.Fatal(err)
	}
	both := keys.Join(locked, open)
	if both.Locked() || len(both.Age()) != 2 || len(both.Recipients()) != 2 || both.Recipients()[0].String() != id.Recipient().String() {
		t.Errorf("%+v", both)
	}
	if !keys.Join(locked, locked).Locked() || keys.Join(open, locked).Locked() {
		t.Error("locked where not all are, or not where all are")
	}
}

// The line that is wrong is named, in a file of several.
func TestIdentityLines(t *testing.T) {
	clear := inClear(t)
	var line *keys.LineError
	if _, err := keys.ParseIdentities([]byte("# a\n"+clear+"\n\n"+clear[:20]+"\n"), with("")); !errors.As(err, &line) || line.Line != 4 {
		t.Errorf("%v, want line 4", err)
	}
}

// Another program locks with the passphrase as the keyboard composed it, and the
// officer's next keyboard may compose it otherwise.
func TestPassphraseOfAnotherProgram(t *testing.T) {
	const typed = "rừng núi bản làng"
	for _, form := range []string{norm.NFC.String(typed), norm.NFD.String(typed)} {
		to, err := age.NewScryptRecipient(form)
		if err != nil {
			t.Fatal(err)
		}
		to.SetWorkFactor(2)
		var locked bytes.Buffer
		w, err := age.Encrypt(&locked, to)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(w, inClear(t))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for _, again := range []string{norm.NFC.String(typed), norm.NFD.String(typed)} {
			if _, err := keys.ParseIdentities(locked.Bytes(), with(again)); err != nil {
				t.Errorf("locked with %+q, typed %+q: %v", form, again, err)
			}
		}
	}
}

// TestPlugin opens a tip with the key of a token whose program is missing, breaks
// down, or says that the tip is not for it.
func TestPlugin(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	rec := generate(t, keys.Classic).Recipient()
	rs, err := keys.ParseRecipients(strings.NewReader(rec.String()))
	if err != nil {
		t.Fatal(err)
	}
	tip := sealedTo(t, rs.Age()[0])
	program := func(name, script string) {
		if err := os.WriteFile(filepath.Join(dir, "age-plugin-"+name), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	const hear = "while read -r line && [ \"$line\" != '-> done' ]; do :; done; read -r empty\n"
	// It says "chạm thẻ", and then that the tip is another's.
	program("khac", hear+"printf -- '-> msg\\nY2jhuqFtIHRo4bq7\\n'; read -r ok; read -r empty; printf -- '-> done\\n\\n'")
	program("hong", "exit 1")
	open := func(name string, o keys.UnlockOptions) error {
		ids, err := keys.ParseIdentities([]byte(plugin.EncodeIdentity(name, []byte("id"))), o)
		if err != nil || len(ids.Recipients()) != 0 {
			t.Fatalf("%s: %v", name, err)
		}
		_, err = age.Decrypt(bytes.NewReader(tip), ids.Age()...)
		return err
	}
	var failed *keys.PluginError
	if err := open("thieu", keys.UnlockOptions{}); !errors.As(err, &failed) || !failed.Missing || failed.Name != "thieu" || !strings.HasPrefix(failed.Error(), "age-plugin-thieu: ") {
		t.Errorf("no program: %v", err)
	}
	if err := open("hong", keys.UnlockOptions{}); !errors.As(err, &failed) || failed.Missing || failed.Name != "hong" || failed.Unwrap() == nil {
		t.Errorf("a program that breaks down: %v", err)
	}
	var said strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&said, format, args...) }
	for _, o := range []keys.UnlockOptions{{Say: say}, {}} { // who is told nothing opens as well
		if err := open("khac", o); errors.As(err, &failed) || !errors.Is(err, age.ErrIncorrectIdentity) {
			t.Errorf("another's tip: %v", err)
		}
	}
	if !strings.Contains(said.String(), "chạm thẻ") {
		t.Errorf("said %q", said.String())
	}
	if _, err := keys.ParseIdentities([]byte("AGE-PLUGIN-X-1QQQ"), with("")); !errors.Is(err, keys.ErrDamaged) {
		t.Errorf("a plugin's identity cut off: %v", err)
	}
}
