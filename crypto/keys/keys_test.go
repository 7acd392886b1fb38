package keys_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"tipbox/crypto/keys"
	"tipbox/intake/waittest"
)

const passphrase = "nui rung suoi ban lang"

func generate(t *testing.T, kind string) *keys.Identity {
	t.Helper()
	id, err := keys.Generate(kind)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func with(passphrase string) keys.UnlockOptions {
	return keys.UnlockOptions{Passphrase: func() (string, error) { return passphrase, nil }}
}

func TestLockedIdentity(t *testing.T) {
	for _, kind := range []string{keys.PostQuantum, keys.Classic} {
		id := generate(t, kind)
		locked, err := id.Lock(passphrase, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(locked) > 700 || bytes.Contains(locked, []byte("AGE-SECRET")) {
			t.Errorf("%s: %d bytes: %s", kind, len(locked), locked)
		}
		for name, file := range map[string][]byte{
			"as written": locked,
			"CR LF":      bytes.ReplaceAll(locked, []byte("\n"), []byte("\r\n")),
			"with a BOM": append([]byte("\xef\xbb\xbf"), locked...),
			"UTF-16":     utf16LE(string(locked)),
			"indented":   append([]byte("\n\n"), locked...),
		} {
			ids, err := keys.ParseIdentities(file, with(passphrase))
			if err != nil {
				t.Errorf("%s, %s: %v", kind, name, err)
				continue
			}
			if !ids.Locked() || len(ids.Age()) != 1 || ids.Recipients()[0].String() != id.Recipient().String() {
				t.Errorf("%s, %s: %v", kind, name, ids.Recipients())
			}
		}
	}
}

// TestStockAge opens locked identities with Debian's age, on a terminal as age
// wants it, and has age-keygen read the classic one: what is in the lock of
// a post-quantum one it does not know yet.
func TestStockAge(t *testing.T) {
	for _, program := range []string{"age", "age-keygen", "script"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("%s is not on this machine: make deps installs it", program)
		}
	}
	for _, kind := range []string{keys.Classic, keys.PostQuantum} {
		id := generate(t, kind)
		locked, err := id.Lock(passphrase, 4)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		file, clear := filepath.Join(dir, "khoa"), filepath.Join(dir, "clear")
		if err := os.WriteFile(file, locked, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := waittest.Command(t, "script", "-qec", "age -d -o "+clear+" "+file, os.DevNull)
		cmd.Stdin = strings.NewReader(passphrase + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: age -d: %v\n%s", kind, err, out)
		}
		ids, err := keys.ReadIdentities(clear, keys.UnlockOptions{})
		if err != nil || ids.Locked() || ids.Recipients()[0].String() != id.Recipient().String() {
			t.Errorf("%s: %v: age -d wrote another key", kind, err)
		}
		if kind == keys.PostQuantum {
			continue
		}
		out, err := waittest.Command(t, "age-keygen", "-y", clear).Output()
		if err != nil || strings.TrimSpace(string(out)) != id.Recipient().String() {
			t.Errorf("%v: %s, want %s", err, out, id.Recipient())
		}
	}
}

func utf16LE(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return out
}

func TestPassphraseForms(t *testing.T) {
	const typed = "rừng núi bản làng"
	locked, err := generate(t, keys.PostQuantum).Lock(norm.NFD.String(typed), 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{norm.NFC.String(typed), norm.NFD.String(typed)} {
		if _, err := keys.ParseIdentities(locked, with(form)); err != nil {
			t.Errorf("%+q: %v", form, err)
		}
	}
}

func TestBadIdentities(t *testing.T) {
	id := generate(t, keys.PostQuantum)
	locked, err := id.Lock(passphrase, 4)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(locked) // in the payload: in the header it would look like a wrong passphrase
	if at := bytes.LastIndex(flipped, []byte("\n-----END")) - 20; flipped[at] == 'A' {
		flipped[at] = 'B'
	} else {
		flipped[at] = 'A'
	}
	heavy := "age-encryption.org/v1\n-> scrypt 7s9Ix4ZC/m8UmEmvgcqKEg 29\n" +
		"fBIyeMxmFcqKtSlzFGJ2jYSCtRRcrBOZE7g4mfHp3vM\n--- Zz3VTBHRu9OKvVcUgyqjBFi8j2MBPRzOiyRn8RBmYIg\n"
	cancelled := errors.New("cancelled")
	for name, c := range map[string]struct {
		file string
		o    keys.UnlockOptions
		want error
	}{
		"wrong passphrase":    {string(locked), with("sai"), keys.ErrWrongPassphrase},
		"no passphrase given": {string(locked), keys.UnlockOptions{Passphrase: func() (string, error) { return "", cancelled }}, cancelled},
		"cut off":             {string(locked[:len(locked)/2]), with(passphrase), keys.ErrDamaged},
		"a flipped letter":    {string(flipped), with(passphrase), keys.ErrDamaged},
		"too much work":       {heavy, with(passphrase), keys.ErrDamaged},
		"recipients":          {"# Páo\n" + id.Recipient().String(), with(""), keys.ErrRecipientsFile},
		"a key cut off":       {"AGE-SECRET-KEY-1GFPYYSJZ", with(""), keys.ErrDamaged},
		"empty":               {"", with(""), keys.ErrNotIdentity},
		"comments":            {"# x\n", with(""), keys.ErrNotIdentity},
		"a letter":            {"Kính gửi", with(""), keys.ErrNotIdentity},
		"a picture":           {"\xff\xd8\xff\xe0\x00\x10JFIF", with(""), keys.ErrNotIdentity},
	} {
		_, err := keys.ParseIdentities([]byte(c.file), c.o)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "GFPYY") {
			t.Errorf("%s: the error repeats the key: %v", name, err)
		}
	}
}

func TestRecipients(t *testing.T) {
	a, b := generate(t, keys.PostQuantum).Recipient(), generate(t, keys.PostQuantum).Recipient()
	text := "# Đại úy Páo\n" + a.String() + "\n\n# tách ra\n\n" + keys.Retired + " cũ\n  " + b.String() + "  \n"
	for name, file := range map[string][]byte{
		"UTF-8": []byte(text), "PowerShell's UTF-16": utf16LE(text),
		"Notepad": []byte("\xef\xbb\xbf" + strings.ReplaceAll(text, "\n", "\r\n")),
	} {
		rs, err := keys.ParseRecipients(bytes.NewReader(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		all := rs.All()
		if rs.Len() != 2 || rs.Kind() != keys.PostQuantum || all[0].Label != "Đại úy Páo" || all[1].Label != "" || all[1].Line != 7 {
			t.Errorf("%s: %+v", name, all)
		}
	}
}

func TestBadRecipients(t *testing.T) {
	pq, classic := generate(t, keys.PostQuantum).Recipient().String(), generate(t, keys.Classic).Recipient().String()
	for name, c := range map[string]struct {
		file string
		want error
		line int
	}{
		"empty":             {"", keys.ErrNoRecipients, 0},
		"comments only":     {"# a\n\n", keys.ErrNoRecipients, 0},
		"mixed":             {pq + "\n" + classic + "\n", keys.ErrMixedKinds, 2},
		"a secret key":      {pq + "\n# x\nAGE-SECRET-KEY-PQ-1XYZ\n", keys.ErrSecretKey, 3},
		"in lower case too": {"age-secret-key-1xyz\n", keys.ErrSecretKey, 1},
		"cut off":           {pq[:1000], keys.ErrMalformed, 1},
		"one letter wrong":  {classic[:20] + "b" + classic[21:] + "q", keys.ErrMalformed, 1},
		"words":             {"\nkhóa của tôi", keys.ErrMalformed, 2},
		"a plugin's":        {"age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt", keys.ErrUnsupported, 1},
		"SSH":               {"ssh-ed25519 AAAA", keys.ErrUnsupported, 1},
		"twice":             {classic + "\n" + classic, keys.ErrDuplicate, 2},
		"a huge line":       {strings.Repeat("a", 1<<17), keys.ErrMalformed, 1},
	} {
		_, err := keys.ParseRecipients(strings.NewReader(c.file))
		var line *keys.LineError
		if errors.As(err, &line); !errors.Is(err, c.want) || c.line > 0 && (line == nil || line.Line != c.line) {
			t.Errorf("%s: %v, want %v in line %d", name, err, c.want, c.line)
		}
	}
}

func TestFingerprint(t *testing.T) {
	// Fixed: officers have it on paper.
	r, err := keys.ParseRecipient("age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Fingerprint(); got != "2461 6968 3637 3242 5585 9764" || !regexp.MustCompile(`^\d{4}( \d{4}){5}$`).MatchString(got) {
		t.Errorf("fingerprint %s", got)
	}
}
