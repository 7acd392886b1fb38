package alert

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"sync"
	"time"
)

// AckLife is how long an acknowledgement is kept, and how long one is waited for.
const AckLife = time.Hour

const (
	nonceSize = 16
	tagSize   = 8
	// TokenLength is how many characters a token has.
	TokenLength = (8*(nonceSize+tagSize) + 4) / 5
)

// tokenText writes tokens in lower case: addresses are found in any.
var tokenText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Mark stands for a token where it is remembered: who reads it there cannot
// acknowledge by it.
type Mark = [16]byte

// Shared remembers acknowledgements for AckLife where several servers share
// something: the one that is asked need not be the one that rings.
type Shared interface {
	// Acknowledge notes one. What goes wrong is nobody's concern: it rings again.
	Acknowledge(ctx context.Context, m Mark)
	Acknowledged(ctx context.Context, m Mark) bool
}

// Acks makes tokens of alerts and knows which were acknowledged. A token is worth
// one acknowledgement and nothing else; it is drawn for an alert, and made of no tip.
type Acks struct {
	keys   [][]byte // the first makes, all check
	shared Shared
	now    func() time.Time

	mu   sync.Mutex
	seen map[Mark]time.Time // when it may be forgotten
}

// NewAcks derives the keys from the service's secrets, of which the first makes tokens
// and the others are still good. shared may be nil.
func NewAcks(secrets [][]byte, shared Shared) (*Acks, error) {
	a := &Acks{shared: shared, now: time.Now, seen: make(map[Mark]time.Time)}
	for _, secret := range secrets {
		key, err := hkdf.Key(sha256.New, secret, nil, "tipbox/v1/alert", sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("deriving the alerts' key: %w", err)
		}
		a.keys = append(a.keys, key)
	}
	return a, nil
}

// Mint returns a fresh token: 16 random bytes and 8 of an HMAC over them, in base32.
func (a *Acks) Mint() string {
	b := make([]byte, nonceSize, nonceSize+tagSize)
	_, _ = rand.Read(b) // never fails
	return tokenText.EncodeToString(append(b, tag(a.keys[0], b)...))
}

func tag(key, nonce []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(nonce)
	return h.Sum(nil)[:tagSize]
}

// mark returns the mark of a token of ours.
func (a *Acks) mark(token string) (Mark, bool) {
	b, err := tokenText.DecodeString(strings.ToLower(token))
	if err != nil || len(b) != nonceSize+tagSize {
		return Mark{}, false
	}
	ours := false
	for _, key := range a.keys {
		ours = hmac.Equal(b[nonceSize:], tag(key, b[:nonceSize])) || ours
	}
	sum := sha256.Sum256(b)
	return Mark(sum[:16]), ours
}

// Acknowledge notes that somebody has seen the alert of the token. It says nothing
// to whoever asks, and takes as long for any token; only tokens of ours are kept.
func (a *Acks) Acknowledge(token string) {
	m, ok := a.mark(token)
	if !ok {
		return
	}
	now := a.now()
	a.mu.Lock()
	for old, end := range a.seen {
		if now.After(end) {
			delete(a.seen, old)
		}
	}
	a.seen[m] = now.Add(AckLife)
	a.mu.Unlock()
	if a.shared != nil {
		go a.shared.Acknowledge(context.Background(), m) // the store has a patience of its own
	}
}

// acknowledged reports whether somebody has.
func (a *Acks) acknowledged(ctx context.Context, token string) bool {
	m, ok := a.mark(token)
	if !ok {
		return false
	}
	a.mu.Lock()
	end, seen := a.seen[m]
	a.mu.Unlock()
	if seen && !a.now().After(end) {
		return true
	}
	return a.shared != nil && a.shared.Acknowledged(ctx, m)
}
