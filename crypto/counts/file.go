package counts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"filippo.io/age"

	"tipbox/crypto/book"
	"tipbox/crypto/keys"
)

const (
	kind    = "counts"
	version = 1

	smallest = 16 << 10 // bytes of the smallest file before sealing; the next are twice as large
	maxSize  = 4 << 20
	maxCount = 1_000_000 // nothing is counted higher
)

// What is wrong with a file of counts.
var (
	ErrNotCounts = errors.New("not a file of counts")
	ErrNoMatch   = errors.New("the counts are sealed to other keys")
	ErrDamaged   = errors.New("the counts are damaged or cut off")
	ErrNewer     = errors.New("the counts were written by a newer tipbox")
	ErrFuture    = errors.New("the counts claim to be from the future")
)

// Bytes returns the file before sealing: JSON, and blanks up to a power of two, so that
// its size does not tell how much is in it.
func (c *Counts) Bytes() ([]byte, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("writing the counts: %w", err)
	}
	size := smallest
	for size < len(b)+1 {
		size *= 2
	}
	out := append(b, bytes.Repeat([]byte(" "), size-len(b))...)
	out[size-1] = '\n'
	return out, nil
}

// Seal returns the file sealed to the recipients.
func (c *Counts) Seal(to *keys.Recipients) ([]byte, error) {
	b, err := c.Bytes()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to.Age()...)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("sealing the counts: %w", err)
	}
	return out.Bytes(), nil
}

// Open opens a sealed file. Whoever has the recipients can have sealed it: it says
// what a unit is said to say. It returns ErrNotCounts, ErrNoMatch, ErrDamaged, ErrNewer
// or ErrFuture.
func Open(sealed []byte, ids *keys.Identities, now time.Time) (*Counts, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), ids.Age()...)
	var wrong *age.NoIdentityMatchError
	switch {
	case errors.As(err, &wrong):
		return nil, ErrNoMatch
	case err != nil && !bytes.HasPrefix(sealed, []byte("age-encryption.org/v1\n")):
		return nil, ErrNotCounts
	case err != nil:
		return nil, ErrDamaged
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, ErrDamaged
	}
	return Parse(plain, now)
}

var aUnit = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// Parse reads what Bytes writes. It returns ErrNotCounts, ErrDamaged, ErrNewer or
// ErrFuture.
func Parse(plain []byte, now time.Time) (*Counts, error) {
	var what struct {
		Kind string `json:"tipbox"`
		V    int    `json:"v"`
	}
	if len(plain) > maxSize || json.Unmarshal(plain, &what) != nil || what.Kind != kind {
		return nil, ErrNotCounts
	}
	if what.V > version {
		return nil, ErrNewer
	}
	var c Counts
	err := json.Unmarshal(plain, &c)
	made, ok := book.ParseTime(c.Made)
	if err != nil || c.V != version || !ok || !aUnit.MatchString(c.Unit) || len(c.Weeks) > MaxWeeks {
		return nil, ErrDamaged
	}
	if made.After(now.Add(24 * time.Hour)) {
		return nil, ErrFuture
	}
	for i, w := range c.Weeks {
		day, err := time.ParseInLocation(time.DateOnly, w.Week, zone)
		if err != nil || day.Weekday() != time.Monday || i > 0 && w.Week <= c.Weeks[i-1].Week || !w.sound() {
			return nil, ErrDamaged
		}
	}
	return &c, nil
}

// sound reports whether all of the week's numbers are counts, of names that counts have.
func (w *Week) sound() bool {
	for _, n := range []int{w.Tips, w.Duplicates, w.Urgent, w.Passed, w.Answered, w.Results.Arrests, w.Results.Seizures, w.Results.Fines, w.Results.Helped} {
		if n < 0 || n > maxCount {
			return false
		}
	}
	for _, m := range []map[string]int{w.Boxes, w.Sites, w.Kinds, w.States, w.Outcomes, w.Handling} {
		if m == nil || len(m) > maxSites+1 {
			return false
		}
		for name, n := range m {
			if n < 0 || n > maxCount || name != Other && !aSite.MatchString(name) {
				return false
			}
		}
	}
	return true
}
