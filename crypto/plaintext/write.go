package plaintext

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tipbox/intake"
)

const (
	wordBytes     = 39  // bytes in an encoded word: "Subject: =?utf-8?b?…?=" has at most 76 columns (RFC 2047, 2)
	maxNameBytes  = 300 // of the site's name in the Subject
	base64Line    = 57  // bytes that make a line of 76 columns (RFC 2045, 6.8)
	paddingColumn = 78  // spaces in a line of padding (RFC 5322, 2.1.1)
)

// token is what may stand in the headers that are not encoded.
var (
	token    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	boundary = regexp.MustCompile(`^[A-Za-z0-9]{16,40}$`)
	address  = regexp.MustCompile(`^https?://[A-Za-z0-9.:\[\]-]+$`)
)

// Write returns the tip as the MIME message that is sealed, padded to a size
// class. The boundary is 16 to 40 letters and digits that no one can guess: the
// Sealer draws one; the test vectors fix it. Where t.ID is "", as for a tip sealed
// in the browser, there is no Tipbox-Id.
//
// It returns intake.ErrTooLarge where the tip does not fit the largest class.
func Write(t *intake.Tip, bound string) ([]byte, error) { return write(t, nil, bound) }

// WritePassed is Write for an opened tip that is passed on to another unit: its Text
// is t.Message. With the note it may be of the next size class. A note of more than
// MaxNoteRunes is ErrLongNote.
func WritePassed(t *intake.Tip, p Passed, bound string) ([]byte, error) {
	p.Note = strings.TrimSpace(norm.NFC.String(p.Note))
	switch _, err := time.Parse(time.DateOnly, p.On); {
	case err != nil:
		return nil, fmt.Errorf("the day on which the tip was passed on: %w", err)
	case !token.MatchString(p.By):
		return nil, fmt.Errorf("%q cannot stand in a tip's header", p.By)
	case utf8.RuneCountInString(p.Note) > MaxNoteRunes:
		return nil, ErrLongNote
	}
	return write(t, &p, bound)
}

// ErrLongNote is a note of more than MaxNoteRunes.
var ErrLongNote = fmt.Errorf("the note has more than %d characters", MaxNoteRunes)

func write(t *intake.Tip, p *Passed, bound string) ([]byte, error) {
	b, err := message(t, p, bound)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	for _, size := range Sizes {
		if len(b) <= size {
			return pad(b, size), nil
		}
	}
	return nil, intake.ErrTooLarge
}

// message returns the tip as a MIME message without its padding.
func message(t *intake.Tip, p *Passed, bound string) ([]byte, error) {
	lang := t.Lang
	if lang != "" && !token.MatchString(lang) {
		lang = "und" // the form's hidden field; no reason to lose a tip (RFC 5646, 4.1)
	}
	for _, v := range []string{t.Unit, t.Site, string(t.Mailbox)} {
		if !token.MatchString(v) {
			return nil, fmt.Errorf("%q cannot stand in a tip's header", v)
		}
	}
	if t.ID != "" && !t.ID.Valid() {
		return nil, fmt.Errorf("%q is not a tip's id", t.ID)
	}
	if !boundary.MatchString(bound) {
		return nil, fmt.Errorf("%q cannot be a boundary", bound)
	}
	if at := t.Reply.At; at != "" && (!address.MatchString(at) || len(at) > intake.MaxReplyAt) {
		return nil, fmt.Errorf("%q cannot be where replies are read", at)
	}
	isUrgent := notUrgent
	if t.Urgent {
		isUrgent = urgent
	}

	var b bytes.Buffer
	b.Grow(Sizes[0])
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\r\n", args...) }
	field := func(name, value string) { line("%s: %s", name, value) }
	field("From", "nguoi-bao-tin@tipbox.invalid")
	field("To", t.Unit+"@tipbox.invalid")
	field(fieldSubject, encodedWords(subject(t)))
	field("MIME-Version", "1.0")
	field(fieldVersion, strconv.Itoa(Version))
	if t.ID != "" {
		field(fieldID, string(t.ID))
	}
	field(fieldUnit, t.Unit)
	field(fieldSite, t.Site)
	field(fieldMailbox, string(t.Mailbox))
	field(fieldUrgent, isUrgent)
	if lang != "" {
		field(fieldLang, lang)
	}
	if p != nil {
		field(fieldBy, p.By)
		field(fieldOn, p.On)
	}
	for _, f := range []struct{ name, value string }{
		{fieldTo, t.Reply.Recipient}, {fieldLookup, t.Reply.Lookup}, {fieldTag, t.Reply.Tag}, {fieldCode, t.Reply.Code},
	} {
		switch {
		case f.value == "":
		case !token.MatchString(f.value):
			return nil, fmt.Errorf("%q cannot stand in a tip's header", f.value)
		default:
			field(f.name, f.value)
		}
	}
	if t.Reply.At != "" {
		field(fieldAt, t.Reply.At)
	}
	field(fieldType, typeWhole+`; boundary="`+bound+`"`)
	field(fieldCoding, "8bit")
	line("")
	part := func(kind, text string) {
		line("--%s", bound)
		field(fieldType, kind+"; charset=utf-8")
		field(fieldCoding, "8bit")
		line("")
		line("%s", strings.ReplaceAll(text, "\n", "\r\n"))
	}
	if p != nil && p.Note != "" {
		part(typeNote, p.Note)
	}
	part(typeText, body(t))
	for i, photo := range t.Photos {
		line("--%s", bound)
		field(fieldType, typePhoto)
		line(`Content-Disposition: attachment; filename="anh-%d.jpg"`, i+1)
		field(fieldCoding, "base64")
		line("")
		for len(photo) > 0 {
			n := min(base64Line, len(photo))
			line("%s", base64.StdEncoding.EncodeToString(photo[:n]))
			photo = photo[n:]
		}
	}
	line("--%s--", bound)
	return b.Bytes(), nil
}

// body returns the message as written and, where given, where and when, in NFC.
func body(t *intake.Tip) string {
	text := t.Message
	if t.Place != "" {
		text += "\nỞ đâu: " + t.Place
	}
	if t.Time != "" {
		text += "\nKhi nào: " + t.Time
	}
	return norm.NFC.String(text)
}

// subject returns the mailbox's title and the site's name, which is cut where it
// is so long that it could push a text out of the smallest class.
func subject(t *intake.Tip) string {
	name := norm.NFC.String(t.SiteName)
	if len(name) > maxNameBytes {
		cut := maxNameBytes
		for !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut] + "…"
	}
	if name == "" {
		return t.Mailbox.Title()
	}
	return t.Mailbox.Title() + afterTitle + name
}

// encodedWords writes s as RFC 2047 encoded words of whole characters, one a
// line. The library's encoder does not fold.
func encodedWords(s string) string {
	var words []string
	for len(s) > 0 {
		n := min(wordBytes, len(s))
		for n < len(s) && !utf8.RuneStart(s[n]) {
			n--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(words, "\r\n ")
}

// pad fills the MIME epilogue with lines of spaces up to size bytes.
func pad(b []byte, size int) []byte {
	out := make([]byte, 0, size)
	out = append(out, b...)
	line := []byte(strings.Repeat(" ", paddingColumn) + "\n")
	for len(out) < size {
		out = append(out, line[:min(len(line), size-len(out))]...)
	}
	if len(out) > len(b) {
		out[size-1] = '\n'
	}
	return out
}
