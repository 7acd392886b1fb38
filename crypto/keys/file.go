package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"tipbox/intake/pasted"
)

// File is a recipients file that is being changed. Its comments stay.
type File struct {
	lines      []string
	recipients *Recipients // nil where there is none yet
}

// EditRecipients reads the recipients file at path for a change; one that does
// not exist is empty. What is wrong with it comes as from ParseRecipients.
func EditRecipients(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading recipients file: %w", err)
	}
	text, err := pasted.Text(b)
	if err != nil {
		return nil, fmt.Errorf("reading recipients file: %s: %w", path, err)
	}
	f := &File{}
	if f.recipients, f.lines, err = scan(strings.TrimSpace(text), false); err != nil && !errors.Is(err, ErrNoRecipients) {
		return nil, fmt.Errorf("reading recipients file: %s: %w", path, err)
	}
	if len(f.lines) == 1 && f.lines[0] == "" {
		f.lines = nil
	}
	return f, nil
}

// NewFile returns a file of the recipients under their labels.
func NewFile(rs *Recipients) (*File, error) {
	f := &File{}
	for _, rec := range rs.All() {
		if err := f.Add(rec); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *File) parse() (err error) {
	f.recipients, err = ParseRecipients(bytes.NewReader(f.Bytes()))
	return err
}

// Bytes returns the file as it is to be written.
func (f *File) Bytes() []byte { return []byte(strings.Join(f.lines, "\n") + "\n") }

// All returns the recipients that stand in the file.
func (f *File) All() []Recipient {
	if f.recipients == nil {
		return nil
	}
	return f.recipients.All()
}

// Add adds the recipient under its label. It returns ErrMixedKinds or ErrDuplicate.
func (f *File) Add(rec Recipient) error {
	if f.recipients != nil {
		if err := f.recipients.admit(rec); err != nil {
			return err
		}
	}
	if len(f.lines) > 0 {
		f.lines = append(f.lines, "")
	}
	if label := strings.Join(strings.Fields(rec.Label), " "); label != "" {
		f.lines = append(f.lines, "# "+label)
	}
	f.lines = append(f.lines, rec.String())
	return f.parse()
}

// Retire takes the recipient out and leaves a comment in its place that names
// the day and the key. It returns ErrNoRecipients, and changes nothing, where it
// is the last: nobody could open what came then.
func (f *File) Retire(rec Recipient, day time.Time) error {
	if len(f.All()) < 2 {
		return ErrNoRecipients
	}
	for i, line := range f.lines {
		if strings.TrimSpace(line) != rec.String() {
			continue
		}
		words := []string{Retired, day.Format(time.DateOnly), rec.Label, rec.String()}
		f.lines[i] = strings.Join(strings.Fields(strings.Join(words, " ")), " ")
		if i > 0 && rec.Label != "" {
			f.lines = append(f.lines[:i-1], f.lines[i:]...)
		}
		return f.parse()
	}
	return ErrMalformed
}

// Gone is a retired recipient.
type Gone struct {
	Recipient
	Day string // as the file has it
}

// Retired returns the retired recipients that the file remembers.
func (f *File) Retired() []Gone {
	var gone []Gone
	for _, line := range f.lines {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), Retired)
		words := strings.Fields(rest)
		if !ok || len(words) < 2 {
			continue
		}
		if rec, err := ParseRecipient(words[len(words)-1]); err == nil {
			rec.Label = strings.Join(words[1:len(words)-1], " ")
			gone = append(gone, Gone{rec, words[0]})
		}
	}
	return gone
}
