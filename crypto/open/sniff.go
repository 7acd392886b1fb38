package open

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"strings"

	"filippo.io/age/armor"
)

// sniffed is how much of a file's beginning tells what it is.
const sniffed = 1024

var mailField = regexp.MustCompile(`^[!-9;-~]+:[ \t\r\n]`) // RFC 5322, 2.2

// sniff returns nil for what begins as a sealed tip does, else what it is.
func sniff(b []byte) error {
	b = b[:min(len(b), sniffed)]
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
	lower := strings.ToLower(string(trimmed))
	switch {
	case bytes.HasPrefix(b, []byte(ageMagic)), bytes.HasPrefix(trimmed, []byte(armor.Header)):
		return nil
	case len(b) == 0:
		return ErrEmpty
	case len(b) < len(ageMagic) && strings.HasPrefix(ageMagic, string(b)):
		return ErrTruncated
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("PK\x05\x06")):
		return ErrZip
	case bytes.HasPrefix(b, []byte("\xd0\xcf\x11\xe0")):
		return ErrOutlook
	case strings.HasPrefix(lower, "<!doctype html"), strings.HasPrefix(lower, "<html"):
		return ErrWebPage
	case strings.Contains(lower, "age-secret-key-"), strings.HasPrefix(lower, "age-plugin-"):
		return ErrIdentity
	case strings.HasPrefix(lower, "age1"), strings.HasPrefix(lower, "#") && strings.Contains(lower, "\nage1"):
		return ErrRecipients
	}
	return ErrNotSealed
}

// The beginning of a file locked with a passphrase, binary and armored.
const lockedStart = ageMagic + "-> scryp"

var lockedArmor = base64.StdEncoding.EncodeToString([]byte(lockedStart))

// isLocked tells an identity file, which may well lie in a folder of tips.
func isLocked(b []byte) bool {
	_, first, _ := bytes.Cut(bytes.TrimSpace(b), []byte("\n"))
	return bytes.HasPrefix(b, []byte(lockedStart)) || bytes.HasPrefix(first, []byte(lockedArmor))
}

func isMail(b []byte) bool { return mailField.Match(bytes.TrimLeft(b, "\r\n")) }

func isMbox(b []byte) bool { return bytes.HasPrefix(b, []byte("From ")) }
