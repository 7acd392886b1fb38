package keys

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"tipbox/intake/pasted"
)

// ErrNotLocked is returned where a file that must be locked is in clear.
var ErrNotLocked = errors.New("the identity is not locked with a passphrase")

// ReadLocked returns the content of a locked identity file, still locked, without
// its armor. It returns ErrNotLocked for one in clear, and else the errors of
// ReadIdentities, but for a wrong passphrase, which it does not ask for.
func ReadLocked(path string) ([]byte, error) {
	b, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading identity file: %w", err)
	}
	if b, err = dearmor(b); err == nil {
		err = checkLocked(b)
	}
	if err != nil {
		return nil, fmt.Errorf("reading identity file: %s: %w", path, err)
	}
	return b, nil
}

// checkLocked tells whether b is locked with a passphrase.
func checkLocked(b []byte) error {
	if !bytes.HasPrefix(b, []byte(lockedMagic)) {
		if _, err := parseClear(b, UnlockOptions{}); err != nil {
			return err
		}
		return ErrNotLocked
	}
	var stanzas stanzaTypes
	header, err := age.ExtractHeader(bytes.NewReader(b))
	if err != nil {
		return ErrDamaged
	}
	if _, err := age.DecryptHeader(header, &stanzas); len(stanzas) == 0 {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if stanzas[0] != "scrypt" {
		return ErrSealedFile
	}
	return nil
}

// lockedMagic begins every age file.
const lockedMagic = "age-encryption.org/"

// armored finds an armored file among other lines, whatever the dashes around its
// words became.
var armored = regexp.MustCompile(`(?is)BEGIN AGE ENCRYPTED FILE[ \p{Pd}]*\n(.*?)(?:[ \p{Pd}\n]*END AGE ENCRYPTED FILE()|$)`)

// dearmor returns the content of an armored file, and any other file as it is. A
// letter may have quoted it, indented it or wrapped it anew: whether it is right, age
// sees from the content.
func dearmor(b []byte) ([]byte, error) {
	text, err := pasted.Text(b)
	if err != nil || bytes.HasPrefix(b, []byte(lockedMagic)) {
		return b, nil //nolint:nilerr // it is binary
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = unquoted(line)
	}
	whole := strings.Join(lines, "\n")
	found := armored.FindStringSubmatchIndex(whole)
	if found == nil {
		return b, nil
	}
	if found[4] < 0 { // its last line is missing, and perhaps more
		return nil, ErrDamaged
	}
	body := strings.NewReplacer("=3D", "", "=", "", " ", "", "\n", "").Replace(whole[found[2]:found[3]])
	plain, err := base64.RawStdEncoding.DecodeString(body)
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

// Armor returns a locked identity as the file that Lock makes. It returns
// ErrDamaged or ErrSealedFile where it is none.
func Armor(locked []byte) ([]byte, error) {
	if !bytes.HasPrefix(locked, []byte(lockedMagic)) {
		return nil, ErrDamaged
	}
	if err := checkLocked(locked); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	if _, err := w.Write(locked); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
