package keys

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tipbox/intake/pasted"
)

// What became of a recipient on its way, where that cannot be undone.
var (
	ErrCut     = fmt.Errorf("%w: it is cut off", ErrMalformed)
	ErrChanged = fmt.Errorf("%w: a character was changed, or a piece is missing", ErrMalformed)
)

// CutError is an ErrCut that tells how much there is.
type CutError struct {
	Have, Want int // characters
	Lines      int // over so many lines it was wrapped
}

func (e *CutError) Error() string {
	s := fmt.Sprintf("%v after %d of its %d characters", ErrCut, e.Have, e.Want)
	if e.Lines > 1 {
		s += fmt.Sprintf(", which are wrapped over %d lines", e.Lines)
	}
	return s
}

// Is makes it an ErrCut and an ErrMalformed.
func (e *CutError) Is(target error) bool { return target == ErrCut || target == ErrMalformed }

// The characters of a recipient, which Bech32's checksum (BIP 173) tells from any
// other text: wherever it fits, what was unwrapped is right.
const (
	bech32      = "023456789acdefghjklmnpqrstuvwxyz"
	hybridSize  = 1959
	classicSize = 62
)

// unquoted returns a line of a letter as its sender wrote it, without the marks of
// who answered or forwarded it.
func unquoted(line string) string {
	line = pasted.Line(line)
	for {
		rest := strings.TrimLeft(line, " ")
		for _, mark := range []string{">", "|", "│"} {
			rest = strings.TrimPrefix(rest, mark)
		}
		if rest == line {
			return strings.TrimSpace(line)
		}
		line = rest
	}
}

// unwrapped reads the recipient at the beginning of lines[n], of which column
// characters are over, through the lines that it was wrapped over: by a mail
// program, with soft line breaks (RFC 2045, 6.7), with blanks between. It returns
// the line and column behind it.
func unwrapped(lines []string, n, column int) (rec Recipient, line, behind int, err error) {
	text, size, over, first := "", 0, 0, n
	for ; n < len(lines); n, column = n+1, 0 {
		for {
			rest := strings.TrimLeft(lines[n][column:], " ")
			column = len(lines[n]) - len(rest)
			piece, odd := word(rest)
			if odd != nil {
				return rec, n, column, odd
			}
			if piece == "" || text != "" && (strings.Trim(piece, bech32) != "" || len(text)+len(piece) > size) {
				break
			}
			text, column, over = text+piece, column+len(piece), n-first+1
			if size == 0 {
				size = sizeOf(text)
			}
			if size == 0 {
				return rec, n, column, ErrUnsupported
			}
			if len(text) >= size {
				rec, err = parseRecipient(text)
				return rec, n, column, err
			}
		}
		if rest := lines[n][column:]; strings.Trim(rest, `=-\`) != "" || len(rest) > 1 {
			break // other words
		}
	}
	return rec, n, column, &CutError{len(text), size, over}
}

// word returns the letters and digits at the beginning in lower case, "" where they
// are not all of ASCII, and an error where that may be a recipient in which letters
// were changed for others that look like them.
func word(s string) (string, error) {
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) })
	if end >= 0 {
		s = s[:end]
	}
	odd := pasted.What(s)
	switch {
	case odd == "":
		return strings.ToLower(s), nil
	case longWord.MatchString(s):
		return "", fmt.Errorf("%w: %s", ErrChanged, odd)
	}
	return "", nil
}

// malformed says of a line that is no recipient what may be why.
func malformed(line string) error {
	if _, odd := word(line); odd != nil {
		return odd
	}
	return ErrMalformed
}

// sizeOf returns how many characters the recipient that begins so has, 0 for a
// kind that is none of ours.
func sizeOf(begin string) int {
	switch {
	case strings.HasPrefix(begin, "age1pq1"):
		return hybridSize
	case strings.LastIndex(begin, "1") > len("age"): // a plugin's, tagged
		return 0
	}
	return classicSize
}

var (
	// beginning finds where a recipient begins in a line, and not where a letter
	// speaks of "age1…".
	beginning = regexp.MustCompile(`(?i)(?:^|[^a-z0-9-])(age1[a-z0-9]{6})`)
	// fragment is what can only be a piece of a recipient.
	fragment = regexp.MustCompile(`(?:^|[\s"'(1]|[^\x00-\x7f])[02-9ac-hj-np-z]{40}`)
	longWord = regexp.MustCompile(`[02-9ac-hj-np-z]{20}`)
	// lineTag and tag are HTML, of which a name's <address> is none.
	lineTag = regexp.MustCompile(`(?i)(?:</?(?:br|p|div|tr|li|pre|blockquote|body|html|head|title|style)(?:\s[^<>]*)?/?>\s*)+`)
	tag     = regexp.MustCompile(`(?i)</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>`)
	// encoded is a body in base64.
	encoded = regexp.MustCompile(`(?:[A-Za-z0-9+/]{40,}\n)*[A-Za-z0-9+/]{40,}={0,2}(?:\n[A-Za-z0-9+/]+={0,2}(?:\n|$))?`)
)

// FindRecipients is ParseRecipients for a file or letter in which other words
// stand as well, saved as text, as HTML or as the mail that it was. Of what may be
// a recipient nothing is left out: a piece of one is ErrCut.
func FindRecipients(b []byte) (*Recipients, error) {
	text, err := pasted.Text(b)
	if err != nil {
		return nil, err
	}
	if strings.Contains(text, "=\n") { // soft line breaks: then letters with accents are encoded, too
		if plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text))); err == nil && utf8.Valid(plain) {
			if rs, err := FindRecipients(plain); err == nil {
				return rs, nil
			}
		}
	}
	text = tag.ReplaceAllString(lineTag.ReplaceAllString(text, "\n"), "")
	rs, _, err := scan(html.UnescapeString(text), true)
	if !errors.Is(err, ErrNoRecipients) {
		return rs, err
	}
	for _, body := range encoded.FindAllString(text, -1) {
		plain, wrong := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
		if wrong != nil || !bytes.Contains(plain, []byte("age1")) {
			continue
		}
		if rs, err := FindRecipients(plain); !errors.Is(err, ErrNoRecipients) {
			return rs, err
		}
	}
	return nil, err
}

// ReadLetter is FindRecipients for the file at path.
func ReadLetter(path string) (*Recipients, error) {
	b, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading recipients file: %w", err)
	}
	rs, err := FindRecipients(b)
	if err != nil {
		return nil, fmt.Errorf("reading recipients file: %s: %w", path, err)
	}
	return rs, nil
}
