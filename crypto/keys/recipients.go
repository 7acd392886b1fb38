package keys

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"filippo.io/age"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
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
// label.
//
// It returns ErrNoRecipients, or a *LineError with ErrMixedKinds, ErrSecretKey,
// ErrMalformed, ErrUnsupported or ErrDuplicate.
func ParseRecipients(r io.Reader) (*Recipients, error) {
	var rs Recipients
	label, n := "", 0
	lines := bufio.NewScanner(io.LimitReader(plainText(r), maxFile))
	for lines.Scan() {
		n++
		line := strings.TrimSpace(lines.Text())
		if comment, ok := strings.CutPrefix(line, "#"); ok || line == "" {
			label = strings.TrimSpace(comment)
			if strings.HasPrefix(line, Retired) {
				label = ""
			}
			continue
		}
		rec, err := ParseRecipient(line)
		if err == nil {
			err = rs.admit(rec)
		}
		if err != nil {
			return nil, &LineError{n, err}
		}
		rec.Label, rec.Line, label = label, n, ""
		rs.list = append(rs.list, rec)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, &LineError{n + 1, ErrMalformed}
	} else if err != nil {
		return nil, err
	}
	if len(rs.list) == 0 {
		return nil, ErrNoRecipients
	}
	return &rs, nil
}

// ParseRecipient reads one recipient. It returns ErrSecretKey, ErrUnsupported
// or ErrMalformed.
func ParseRecipient(s string) (Recipient, error) {
	s = strings.TrimSpace(s)
	upper := strings.ToUpper(s)
	switch {
	case strings.HasPrefix(upper, "AGE-SECRET-KEY-"), strings.HasPrefix(upper, "AGE-PLUGIN-"):
		return Recipient{}, ErrSecretKey
	case strings.HasPrefix(s, "age1pq1"):
		if r, err := age.ParseHybridRecipient(s); err == nil {
			return hybrid(r), nil
		}
	case strings.HasPrefix(s, "age1") && strings.LastIndex(s, "1") > len("age"),
		strings.HasPrefix(s, "ssh-"):
		return Recipient{}, ErrUnsupported // a plugin's, tagged, or SSH
	case strings.HasPrefix(s, "age1"):
		if r, err := age.ParseX25519Recipient(s); err == nil {
			return classic(r), nil
		}
	}
	return Recipient{}, ErrMalformed
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

// plainText drops a byte order mark and reads UTF-16 where one says so: that is
// what ">" writes in Windows PowerShell, and Notepad likes marks as well.
func plainText(r io.Reader) io.Reader {
	return transform.NewReader(r, unicode.BOMOverride(transform.Nop))
}
