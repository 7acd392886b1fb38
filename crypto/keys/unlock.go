package keys

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"filippo.io/age"
	"filippo.io/age/plugin"
	"golang.org/x/text/unicode/norm"

	"tipbox/intake/pasted"
)

// What is wrong with an identity file.
var (
	ErrWrongPassphrase = errors.New("wrong passphrase")
	ErrRecipientsFile  = errors.New("the file holds recipients, which seal but do not open")
	ErrSealedFile      = errors.New("the file is sealed to a key, not locked with a passphrase: a tip perhaps")
	ErrDamaged         = errors.New("the file is damaged or cut off")
	ErrNotIdentity     = errors.New("the file holds no identity")
)

// maxWorkFactor bounds what a prepared file can make an officer's PC do: 1 GiB.
const maxWorkFactor = 20

// UnlockOptions say how to talk to the person whose key it is.
type UnlockOptions struct {
	// Passphrase is called at most once, and only where the file is locked.
	Passphrase func() (string, error)
	// Say prints a line, for what a plugin has to say; nil drops it.
	Say func(format string, args ...any)
}

// Identities are the secret keys of an identity file.
type Identities struct {
	list   []age.Identity
	own    []Recipient
	locked bool
}

// Age returns the identities for age.Decrypt.
func (ids *Identities) Age() []age.Identity { return ids.list }

// Recipients returns the public keys of the identities, but for plugins'.
func (ids *Identities) Recipients() []Recipient { return ids.own }

// Locked reports whether the file needed a passphrase. Who reads one that did
// not should warn: any thief of the file can open the tips.
func (ids *Identities) Locked() bool { return ids.locked }

// Join returns the identities of several files as one. It is Locked where all were.
func Join(files ...*Identities) *Identities {
	joined := &Identities{locked: true}
	for _, ids := range files {
		joined.list = append(joined.list, ids.list...)
		joined.own = append(joined.own, ids.own...)
		joined.locked = joined.locked && ids.locked
	}
	return joined
}

// ReadIdentities reads an identity file: locked, as Lock writes it or
// "age -p" does, binary or armored, or in clear as age-keygen writes it, with
// age's own keys or those of plugins.
//
// It returns ErrWrongPassphrase, ErrRecipientsFile, ErrSealedFile, ErrDamaged,
// ErrNotIdentity, or what o.Passphrase returned, each wrapped with the path.
func ReadIdentities(path string, o UnlockOptions) (*Identities, error) {
	b, err := readFile(path)
	if err == nil {
		var ids *Identities
		if ids, err = ParseIdentities(b, o); err == nil {
			return ids, nil
		}
		err = fmt.Errorf("%s: %w", path, err)
	}
	return nil, fmt.Errorf("reading identity file: %w", err)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		return nil, fmt.Errorf("%s: %w", path, ErrNotIdentity)
	}
	return b, err
}

// ParseIdentities is ReadIdentities for the content of a file.
func ParseIdentities(b []byte, o UnlockOptions) (*Identities, error) {
	b, err := dearmor(b)
	if err != nil {
		return nil, err
	}
	locked := bytes.HasPrefix(b, []byte(lockedMagic))
	if locked {
		if b, err = unlock(b, o.Passphrase); err != nil {
			return nil, err
		}
	}
	ids, err := parseClear(b, o)
	if err != nil {
		return nil, err
	}
	ids.locked = locked
	return ids, nil
}

func unlock(b []byte, ask func() (string, error)) ([]byte, error) {
	if err := checkLocked(b); err != nil {
		return nil, err
	}
	passphrase, err := ask()
	if err != nil {
		return nil, err
	}
	// Another program may have locked the file with the passphrase as its
	// keyboard composed it, and a passphrase that was pasted into a file or a window may have brought what
	// nobody sees with it, or left blanks out that were there when the key was made.
	var forms []string
	for _, form := range []string{norm.NFC.String(passphrase), passphrase, norm.NFD.String(passphrase), norm.NFC.String(pasted.Line(passphrase))} {
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	for _, form := range forms {
		id, err := age.NewScryptIdentity(form)
		if err != nil {
			return nil, ErrWrongPassphrase // empty
		}
		id.SetMaxWorkFactor(maxWorkFactor)
		r, err := age.Decrypt(bytes.NewReader(b), id)
		if errors.Is(err, age.ErrIncorrectIdentity) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		plain, err := io.ReadAll(r)
		if err != nil {
			return nil, ErrDamaged
		}
		return plain, nil
	}
	return nil, ErrWrongPassphrase
}

// stanzaTypes is an identity that opens nothing and notes what it was shown.
type stanzaTypes []string

func (t *stanzaTypes) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		*t = append(*t, s.Type)
	}
	return nil, age.ErrIncorrectIdentity
}

func parseClear(b []byte, o UnlockOptions) (*Identities, error) {
	say := o.Say
	if say == nil {
		say = func(string, ...any) {}
	}
	text, err := pasted.Text(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotIdentity, err)
	}
	var ids Identities
	for n, line := range strings.Split(text, "\n") {
		line = strings.ToUpper(unquoted(line))
		var err error
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case strings.HasPrefix(line, "AGE-SECRET-KEY-PQ-1"):
			var i *age.HybridIdentity
			if i, err = age.ParseHybridIdentity(line); err == nil {
				ids.list, ids.own = append(ids.list, i), append(ids.own, hybrid(i.Recipient()))
			}
		case strings.HasPrefix(line, "AGE-SECRET-KEY-1"):
			var i *age.X25519Identity
			if i, err = age.ParseX25519Identity(line); err == nil {
				ids.list, ids.own = append(ids.list, i), append(ids.own, classic(i.Recipient()))
			}
		case strings.HasPrefix(line, "AGE-PLUGIN-"):
			var i *plugin.Identity
			if i, err = plugin.NewIdentity(line, plugin.NewTerminalUI(say, say)); err == nil {
				ids.list = append(ids.list, pluginIdentity{i})
			}
		case strings.HasPrefix(line, "AGE1"):
			return nil, ErrRecipientsFile
		default:
			return nil, ErrNotIdentity
		}
		if err != nil {
			return nil, &LineError{n + 1, ErrDamaged} // age's own words could repeat the key
		}
	}
	if len(ids.list) == 0 {
		return nil, ErrNotIdentity
	}
	return &ids, nil
}

// Derive returns 32 bytes of each identity's secret for the purpose that info names,
// by the fingerprint of its recipient: HKDF-SHA-256 (RFC 5869) of the identity as age
// writes it, without salt. Plugins' identities, whose secret is not to be had, are
// left out.
func (ids *Identities) Derive(info string) map[string][]byte {
	derived := make(map[string][]byte)
	for _, id := range ids.list {
		var text string
		var recipient Recipient
		switch i := id.(type) {
		case *age.HybridIdentity:
			text, recipient = i.String(), hybrid(i.Recipient())
		case *age.X25519Identity:
			text, recipient = i.String(), classic(i.Recipient())
		default:
			continue
		}
		key, err := hkdf.Key(sha256.New, []byte(text), nil, info, sha256.Size)
		if err != nil {
			continue // only for more than 255 times as many bytes
		}
		derived[recipient.Fingerprint()] = key
	}
	return derived
}
