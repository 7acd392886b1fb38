package receipt

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Outbox is what a desk saves for the box: sealed replies, and the pass to leave them
// with. The desk has no network of its own.
type Outbox struct {
	Tipbox  string     `json:"tipbox"` // "replies"
	V       int        `json:"v"`      // 1
	BaseURL string     `json:"base_url"`
	Pass    string     `json:"pass"`
	Replies []Outgoing `json:"replies"`
}

// Outgoing is a sealed reply and where it goes.
type Outgoing struct {
	Lookup string `json:"lookup"` // as Lookup.String
	Sealed []byte `json:"sealed"`
}

// ErrNotOutbox says that a file is something else.
var ErrNotOutbox = errors.New("not a file of replies")

// ParseOutbox reads a file as Bytes writes it, or returns ErrNotOutbox.
func ParseOutbox(b []byte) (*Outbox, error) {
	var o Outbox
	if err := json.Unmarshal(b, &o); err != nil || o.Tipbox != "replies" || o.V != 1 || len(o.Replies) == 0 {
		return nil, ErrNotOutbox
	}
	return &o, nil
}

// Bytes returns the file.
func (o *Outbox) Bytes() ([]byte, error) {
	o.Tipbox, o.V = "replies", 1
	b, err := json.Marshal(o) //nolint:gosec // the pass is what lets the file be posted
	if err != nil {
		return nil, fmt.Errorf("writing the replies: %w", err)
	}
	return append(b, '\n'), nil
}
