package keys

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"filippo.io/age"

	"tipbox/intake/pasted"
)

// What is wrong with a recipients file. ParseRecipients returns the first
// wrapped in a *LineError, which never repeats the line: it may be a secret.
var (
	ErrNoRecipients = errors.New("no recipients")
	ErrMixedKinds   = errors.New("recipients of different kinds")
	ErrSecretKey    = errors.New("a secret key stands where a recipient belongs")
	ErrMalformed    = errors.New("not a recipient")
	ErrUnsupported  = errors.New("a kind of recipient that is not supported: only age1pq1… and age1…")
	ErrDuplicate    = errors.New("the recipient stands twice")
)

// LineError says which line of a file is wrong, counted from 1.
type LineError struct {
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *LineError) Unwrap() error { return e.Err }

// Retired begins the comment that takes the place of a retired recipient.
const Retired = "# retired:"

// maxFile bounds a file of keys. A hundred post-quantum recipients are 200 KB.
const maxFile = 1 << 20

// Recipients are the public keys of a unit, at least one, all of one kind.
type Recipients struct{ list []Recipient }

// ReadRecipients reads the recipients file at path, as ParseRecipients does.
func ReadRecipients(path string) (*Recipients, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading recipients file: %w", err)
	}
	defer f.Close()
	r, err := ParseRecipients(f)
	if err != nil {
		return nil, fmt.Errorf("reading recipients file: %s: %w", path, err)
	}
	return r, nil
}

// ParseRecipients reads one recipient a line. Empty lines separate, lines that
// begin with "#" are comments, and the comment right above a recipient is its
// label. A recipient that mail has quoted, or wrapped over several lines, is read
// where its checksum shows that it is whole.
//
// It returns ErrNoRecipients, an *EncodingError of package pasted, or a *LineError
// with ErrMixedKinds, ErrSecretKey, ErrMalformed, ErrCut, ErrChanged,
// ErrUnsupported or ErrDuplicate.
func ParseRecipients(r io.Reader) (*Recipients, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, err
	}
	text, err := pasted.Text(b)
	if err != nil {
		return nil, err
	}
	rs, _, err := scan(text, false)
	return rs, err
}

// scan finds the recipients in a text, and returns the text's lines with each in a
// line of its own. In a letter other words may stand.
func scan(text string, letter bool) (rs *Recipients, clean []string, err error) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = unquoted(line)
	}
	rs = new(Recipients)
	label := ""
	for n := 0; n < len(lines); n++ {
		line := lines[n]
		if comment, ok := strings.CutPrefix(line, "#"); ok || line == "" {
			clean, label = append(clean, line), strings.TrimSpace(comment)
			if strings.HasPrefix(line, Retired) {
				label = ""
			}
			continue
		}
		if hasSecretKey(line) {
			return nil, nil, &LineError{n + 1, ErrSecretKey}
		}
		begins := beginning.FindStringSubmatchIndex(line)
		switch {
		case strings.HasPrefix(line, "ssh-"):
			return nil, nil, &LineError{n + 1, ErrUnsupported}
		case begins != nil && (letter || begins[2] == 0):
		case letter && !fragment.MatchString(line):
			label = ""
			continue
		case letter:
			if err = malformed(line); !errors.Is(err, ErrChanged) {
				err = fmt.Errorf("%w: a piece of one whose beginning is missing", ErrCut)
			}
			return nil, nil, &LineError{n + 1, err}
		default:
			return nil, nil, &LineError{n + 1, malformed(line)}
		}
		rec, last, behind, err := unwrapped(lines, n, begins[2])
		if err == nil && !letter && lines[last][behind:] != "" {
			err = fmt.Errorf("%w: other words stand behind it", ErrMalformed)
		}
		if err == nil {
			err = rs.admit(rec)
		}
		if letter && errors.Is(err, ErrDuplicate) { // as where both text and HTML have it
			err = nil
		} else if err == nil {
			rec.Label, rec.Line, label = label, n+1, ""
			rs.list = append(rs.list, rec)
			clean = append(clean, rec.text)
		}
		if err != nil {
			return nil, nil, &LineError{n + 1, err}
		}
		n = last
		if lines[n] = strings.TrimSpace(lines[n][behind:]); lines[n] != "" {
			n-- // another may follow
		}
	}
	if len(rs.list) == 0 {
		return nil, clean, ErrNoRecipients
	}
	return rs, clean, nil
}

// ParseRecipient reads one recipient, which may be wrapped. It returns
// ErrSecretKey, ErrUnsupported, ErrMalformed, ErrCut or ErrChanged.
func ParseRecipient(s string) (Recipient, error) {
	rs, _, err := scan(s, false)
	var line *LineError
	switch {
	case errors.As(err, &line):
		return Recipient{}, line.Err
	case err != nil || rs.Len() != 1 || rs.list[0].Label != "":
		return Recipient{}, ErrMalformed
	}
	return rs.list[0], nil
}

// hasSecretKey finds an identity, which is repeated nowhere.
func hasSecretKey(line string) bool {
	upper := strings.ToUpper(line)
	return strings.Contains(upper, "AGE-SECRET-KEY-") || strings.Contains(upper, "AGE-PLUGIN-")
}

// parseRecipient reads a recipient of the right size.
func parseRecipient(s string) (Recipient, error) {
	if strings.HasPrefix(s, "age1pq1") {
		if r, err := age.ParseHybridRecipient(s); err == nil {
			return hybrid(r), nil
		}
	} else if r, err := age.ParseX25519Recipient(s); err == nil {
		return classic(r), nil
	}
	return Recipient{}, ErrChanged
}

func (rs *Recipients) admit(rec Recipient) error {
	for _, have := range rs.list {
		switch {
		case have.kind != rec.kind:
			return ErrMixedKinds
		case have.text == rec.text:
			return ErrDuplicate
		}
	}
	return nil
}

// Kind returns PostQuantum or Classic.
func (rs *Recipients) Kind() string { return rs.list[0].kind }

// Len returns how many recipients there are.
func (rs *Recipients) Len() int { return len(rs.list) }

// All returns the recipients in the file's order.
func (rs *Recipients) All() []Recipient { return slices.Clone(rs.list) }

// Strings returns the recipients as age writes them.
func (rs *Recipients) Strings() []string {
	out := make([]string, len(rs.list))
	for i, r := range rs.list {
		out[i] = r.text
	}
	return out
}

// Age returns the recipients for age.Encrypt.
func (rs *Recipients) Age() []age.Recipient {
	out := make([]age.Recipient, len(rs.list))
	for i, r := range rs.list {
		out[i] = r.age
	}
	return out
}

func hybrid(r *age.HybridRecipient) Recipient {
	return Recipient{text: r.String(), kind: PostQuantum, age: r}
}

func classic(r *age.X25519Recipient) Recipient {
	return Recipient{text: r.String(), kind: Classic, age: r}
}
