package spool

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tipbox/intake"
)

// formatVersion is the version of the files. A reader of version 1 refuses
// fields that it does not know (see ErrNewer), so whoever adds a field that an
// old server may never ignore need not raise it; the version is for changes of
// the shape itself.
const formatVersion = 1

// maxHeader bounds the envelope line: many addresses fit, a file of no line ends does not.
const maxHeader = 64 << 10

var (
	// ErrCorrupt says that a file is not what a spool wrote: cut short, or foreign.
	ErrCorrupt = errors.New("not a spool file, or a damaged one")
	// ErrNewer says that a file was written by a newer tipbox than this one. It is left
	// where it is: the newer one will deliver it.
	ErrNewer = errors.New("spool file of a newer tipbox")
)

// Entry is what the spool knows of a tip without opening anything sealed.
type Entry struct {
	intake.Envelope
	// Reached lists the addresses that have the tip already.
	Reached []string
	// Held is whether the tip waits in hold/ for a person.
	Held bool
	// Kept is whether a person put it there: then nothing tries it until a
	// person releases it. What the mail server refused is tried once a day.
	Kept bool
	// Size is the length of the sealed tip in bytes.
	Size int64
}

// header is the first line of a file, as JSON.
type header struct {
	Version   int             `json:"v"`
	ID        intake.ID       `json:"id"`
	Unit      string          `json:"unit"`
	Audience  intake.Audience `json:"audience"`
	Urgent    bool            `json:"urgent"`
	NotBefore int64           `json:"not_before"`        // Unix seconds, 0 but for later
	Size      int64           `json:"size"`              // bytes after the line
	Reached   []string        `json:"reached,omitempty"` // addresses that have it
	SHA256    string          `json:"sha256,omitempty"`  // of the bytes after the line; files of old have none
	Lane      intake.Lane     `json:"lane,omitempty"`    // absent: front
	Work      bool            `json:"work,omitempty"`    // it brought a proof of work
	Rank      int             `json:"rank,omitempty"`
	Check     string          `json:"check,omitempty"` // of the line itself without this field; likewise
}

// checked returns the header with the checksum of itself: a flipped bit in an
// address or a unit would send the tip astray as surely as one in the tip. It is
// the beginning of SHA-256 over the line; fields added later are left out of it
// where they are empty, so that old lines keep theirs.
func (h header) checked() (header, error) {
	h.Check = ""
	line, err := json.Marshal(h)
	sum := sha256.Sum256(line)
	h.Check = hex.EncodeToString(sum[:8])
	return h, err
}

// encodeHeader returns the line that stands before the sealed tip.
func encodeHeader(e *Entry, sealed []byte) ([]byte, error) {
	sum := sha256.Sum256(sealed)
	h, err := header{
		Version: formatVersion, ID: e.ID, Unit: e.Unit, Audience: e.Audience, Urgent: e.Urgent,
		NotBefore: seconds(e.NotBefore), Size: e.Size, Reached: e.Reached, SHA256: hex.EncodeToString(sum[:]),
		Lane: e.Lane, Work: e.Work, Rank: e.Rank,
	}.checked()
	if err != nil {
		return nil, fmt.Errorf("writing an envelope: %w", err)
	}
	line, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("writing an envelope: %w", err)
	}
	if len(line) >= maxHeader {
		return nil, fmt.Errorf("envelope of %d bytes is too long", len(line))
	}
	return append(line, '\n'), nil
}

// decodeFile reads the file called name, which is total bytes long, or with
// headerOnly no more of it than its envelope. Errors are ErrCorrupt, ErrNewer,
// or the reader's own.
func decodeFile(name string, f io.Reader, total int64, headerOnly bool) (Entry, []byte, error) {
	r := bufio.NewReaderSize(f, 1<<10)
	line, err := readLine(r)
	if err != nil {
		return Entry{}, nil, err
	}
	e, sum, err := decodeHeader(line)
	switch {
	case err != nil:
		return Entry{}, nil, err
	case fileName(&e) != strings.TrimSuffix(name, keptSuffix):
		return Entry{}, nil, fmt.Errorf("the envelope is of another file: %w", ErrCorrupt)
	case int64(len(line))+e.Size != total:
		return Entry{}, nil, fmt.Errorf("wrong length: %w", ErrCorrupt)
	case headerOnly:
		return e, nil, nil
	}
	sealed := make([]byte, e.Size) // less than the file's own length
	switch _, err := io.ReadFull(r, sealed); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Entry{}, nil, fmt.Errorf("cut short: %w", ErrCorrupt)
	case err != nil:
		return Entry{}, nil, fmt.Errorf("reading a spool file: %w", err)
	}
	if got := sha256.Sum256(sealed); sum != "" && sum != hex.EncodeToString(got[:]) {
		return Entry{}, nil, fmt.Errorf("wrong checksum: %w", ErrCorrupt)
	}
	return e, sealed, nil
}

// readLine reads a line of at most maxHeader bytes with its end.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil && len(line) <= maxHeader:
			return line, nil
		case err == nil, errors.Is(err, io.EOF), len(line) > maxHeader:
			return nil, fmt.Errorf("no envelope line: %w", ErrCorrupt)
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("reading a spool file: %w", err)
		}
	}
}

// decodeHeader reads an envelope line. The checksum is that of the sealed tip, ""
// where the line has none.
func decodeHeader(line []byte) (e Entry, sum string, err error) {
	var h header
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&h); err != nil {
		return Entry{}, "", notOurs(line)
	}
	e = Entry{
		Envelope: intake.Envelope{ID: h.ID, Unit: h.Unit, Audience: h.Audience, Urgent: h.Urgent},
		Reached:  h.Reached, Size: h.Size,
	}
	e.Lane, e.Work, e.Rank = h.Lane, h.Work, h.Rank
	if h.NotBefore > 0 {
		e.NotBefore = time.Unix(h.NotBefore, 0).UTC()
	}
	if h.Version > formatVersion || h.Audience != "" && h.Audience != intake.ToUnit && h.Audience != intake.Oversight ||
		h.Lane != intake.Front && h.Lane != intake.Bulk {
		return Entry{}, "", ErrNewer
	}
	again, err := h.checked()
	switch {
	case err != nil, h.Check != "" && h.Check != again.Check,
		h.Version < 1, h.NotBefore < 0, h.Size <= 0, h.Rank < 0 || h.Rank > intake.MaxRank, !e.ID.Valid(), e.Unit == "":
		return Entry{}, "", fmt.Errorf("envelope: %w", ErrCorrupt)
	}
	return e, h.SHA256, nil
}

// notOurs tells a line of a newer tipbox, which has fields that we don't know
// or another shape, from one that is no envelope.
func notOurs(line []byte) error {
	var v struct {
		Version int `json:"v"`
	}
	var h header
	switch err := json.Unmarshal(line, &v); {
	case err == nil && v.Version > formatVersion,
		err == nil && v.Version == formatVersion && json.Unmarshal(line, &h) == nil:
		return ErrNewer
	}
	return fmt.Errorf("envelope: %w", ErrCorrupt)
}

// readFile reads the file called name in dir; the sealed tip is nil with headerOnly.
func readFile(dir, name string, headerOnly bool) (Entry, []byte, error) {
	f, err := openUnseen(filepath.Join(dir, name))
	if err != nil {
		return Entry{}, nil, fmt.Errorf("opening a spool file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Entry{}, nil, fmt.Errorf("opening a spool file: %w", err)
	}
	return decodeFile(name, f, info.Size(), headerOnly)
}

// fileName returns the name of the entry's file: not-before in Unix seconds, 0
// but for later, and the id.
func fileName(e *Entry) string {
	return strconv.FormatInt(seconds(e.NotBefore), 10) + "-" + string(e.ID) + ".tip"
}

// keptSuffix is on the name of a file in hold/ that a person put there.
const keptSuffix = ".kept"

var namePattern = regexp.MustCompile(`^(?:0|[1-9][0-9]{0,11})-(TB-[0-9A-Z]{4}-[0-9A-Z]{4})\.tip$`)

// idOf returns the id in a file's name, or "".
func idOf(name string) intake.ID {
	if m := namePattern.FindStringSubmatch(name); m != nil && intake.ID(m[1]).Valid() {
		return intake.ID(m[1])
	}
	return ""
}

// seconds is the not-before as it is written: a moment before 1970 is "at once".
func seconds(t time.Time) int64 { return max(0, t.Unix()) }
