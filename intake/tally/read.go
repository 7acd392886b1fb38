package tally

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"syscall"
	"time"

	"tipbox/intake/redis"
)

const version = 1

// written is a week as one server has counted it.
type written struct {
	V     int               `json:"v"`
	Whole bool              `json:"whole"` // counted from its beginning to its end
	Units map[string]Counts `json:"units"` // who is not there has none
	field string            // of the hash in Redis
}

// ErrWritten is returned for a week that cannot be read as one of this version.
var ErrWritten = errors.New("damaged, or of a newer tipbox")

func parse(b []byte) (*written, error) {
	var w written
	if json.Unmarshal(b, &w) != nil || w.V != version {
		return nil, ErrWritten
	}
	for _, c := range w.Units {
		if c.Delivered < 0 || c.Bulk < 0 || c.Held < 0 {
			return nil, ErrWritten
		}
	}
	return &w, nil
}

// Week is what may be known of a week outside: no count below Least.
type Week struct {
	Monday  time.Time
	Servers int  // that have counted; 0: none has
	Whole   bool // all of them, from its beginning to its end
	Units   map[string]Counts
}

// Read returns so many weeks, the oldest first: the last is the one before now's. A
// week that fewer servers have counted than another is not whole.
func Read(ctx context.Context, o Options, weeks int) ([]Week, error) {
	s, err := open(o)
	if err != nil {
		return nil, err
	}
	defer s.close() //nolint:errcheck // nothing was written
	first := Monday(o.Now()).AddDate(0, 0, -7*weeks)
	all := make([]Week, weeks)
	most := 0
	for i := range all {
		monday := first.AddDate(0, 0, 7*i)
		parts, err := s.get(ctx, name(monday))
		if err != nil {
			return nil, fmt.Errorf("reading the counts of the week of %s: %w", name(monday), err)
		}
		all[i] = add(monday, parts)
		most = max(most, len(parts))
	}
	for i := range all {
		all[i].Whole = all[i].Whole && all[i].Servers == most
	}
	return all, nil
}

// add adds up what servers have counted, and hides what is small then.
func add(monday time.Time, parts []*written) Week {
	w := Week{Monday: monday, Servers: len(parts), Whole: len(parts) > 0, Units: make(map[string]Counts)}
	for _, p := range parts {
		w.Whole = w.Whole && p.Whole
		for unit, c := range p.Units {
			sum := w.Units[unit]
			w.Units[unit] = Counts{sum.Delivered + c.Delivered, sum.Bulk + c.Bulk, sum.Held + c.Held}
		}
	}
	for unit, c := range w.Units {
		if w.Units[unit] = c.hidden(); w.Units[unit] == (Counts{}) {
			delete(w.Units, unit) // as one to which nothing came
		}
	}
	return w
}

// why names what is wrong, without a path or an address.
func why(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return redis.Kind(err)
}
