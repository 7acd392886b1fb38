package unwrap

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"
)

// sniffed is how much of a file's beginning tells what it is.
const sniffed = 4096

var otherAge = regexp.MustCompile(`^age-encryption\.org/\S{1,20}\r?\n-> `)

// named returns what a wrapping is that cannot be undone here, or nil.
func named(b []byte) error {
	head := bytes.TrimLeft(b[:min(len(b), sniffed)], " \t\r\n")
	switch {
	case begins(b, "!BDN"), begins(b, "\xd0\xcf\x11\xe0") && !office(b):
		return ErrOutlook
	case begins(b, "Rar!", "7z\xbc\xaf\x27\x1c", "\x1f\x8b", "BZh", "\xfd7zXZ"), len(b) > 262 && string(b[257:262]) == "ustar":
		return ErrArchive
	case begins(head, "-----BEGIN PGP MESSAGE-----"):
		return ErrPGP
	case bytes.Contains(head, []byte("=ybegin ")):
		return ErrYEnc
	case otherAge.Match(b) && !Sealed(b):
		return ErrNewAge
	}
	return nil
}

// office reports whether a compound file is a document of Office, by the names of
// what is in it, rather than a message of Outlook.
func office(b []byte) bool {
	for _, name := range []string{"WordDocument", "Workbook", "PowerPoint Document"} {
		var wide []byte
		for _, c := range []byte(name) {
			wide = append(wide, c, 0)
		}
		if bytes.Contains(b, wide) {
			return true
		}
	}
	return false
}

// What returns what a file is that is no mail and has no sealed file in it.
func What(b []byte) error {
	head := bytes.TrimSpace(utf8Text(b[:min(len(b), sniffed)]))
	lower := strings.ToLower(string(head))
	switch {
	case len(b) == 0:
		return ErrEmpty
	case named(b) != nil:
		return named(b)
	case strings.HasPrefix(ageMagic+"\n", string(head)) && len(head) > 0:
		return ErrTruncated
	case isZip(b):
		return ErrZip
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"):
		return ErrWebPage
	case strings.Contains(lower, "age-secret-key-"), strings.HasPrefix(lower, "age-plugin-"), locked(b):
		return ErrIdentity
	case strings.HasPrefix(lower, "age1"), strings.HasPrefix(lower, "#") && strings.Contains(lower, "\nage1"):
		return ErrRecipients
	case strings.HasPrefix(lower, "═══ "), strings.HasPrefix(lower, "mã tin"), strings.HasPrefix(lower, `"mã tin`):
		return ErrOurs
	}
	return ErrNotSealed
}

// ours reports whether a file is known and holds no tip, though its name or an id
// in it might look so.
func ours(err error) bool {
	return err == ErrIdentity || err == ErrRecipients || err == ErrOurs //nolint:errorlint // What returns these themselves
}

// The beginning of a file locked with a passphrase, binary and armored.
const lockedStart = ageMagic + "\n-> scryp"

var lockedArmor = base64.StdEncoding.EncodeToString([]byte(lockedStart))

// locked tells an identity file, which may well lie in a folder of tips.
func locked(b []byte) bool {
	_, first, _ := bytes.Cut(bytes.TrimSpace(b[:min(len(b), sniffed)]), []byte("\n"))
	return bytes.HasPrefix(b, []byte(lockedStart)) || bytes.HasPrefix(first, []byte(lockedArmor))
}

// harmless reports whether nothing can be hidden in b: pictures, sound, film,
// documents, and text that was searched.
func harmless(b []byte) bool {
	if begins(b, "\xff\xd8\xff", "\x89PNG", "GIF8", "RIFF", "BM", "II*\x00", "MM\x00*", "%PDF", "ID3", "OggS", "\xff\xfb", "\xd0\xcf\x11\xe0", "fLaC") ||
		len(b) > 8 && string(b[4:8]) == "ftyp" {
		return true
	}
	for _, c := range b[:min(len(b), sniffed)] {
		if c < 9 || 13 < c && c < 32 && c != 27 {
			return false
		}
	}
	return true
}

func begins(b []byte, with ...string) bool {
	for _, s := range with {
		if bytes.HasPrefix(b, []byte(s)) {
			return true
		}
	}
	return false
}
