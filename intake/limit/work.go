package limit

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"time"

	"tipbox/intake"
)

// Why a proof of work is not taken. The sender mends all of them the same way:
// with a new challenge.
var (
	// ErrWorkForeign: no challenge of ours for this form, or nothing that can be read.
	ErrWorkForeign = errors.New("proof of work for another challenge")
	// ErrWorkExpired: the challenge is older than WorkLife.
	ErrWorkExpired = errors.New("proof of work came too late")
	// ErrWorkWrong: the challenge is not solved.
	ErrWorkWrong = errors.New("proof of work is wrong")
	// ErrWorkSpent: the same proof was taken before.
	ErrWorkSpent = errors.New("proof of work was used before")
)

const (
	// WorkLife is how long after it was made a challenge may be answered.
	WorkLife = 10 * time.Minute
	// workSkew is by how much the clocks of two servers may differ.
	workSkew = time.Minute

	workAlgorithm = "PBKDF2/SHA-256" // ALTCHA's name of it
	workCost      = 5000             // iterations: what browsers have natively, and no faster than we
	workLeast     = 500              // keys to derive, at least and at most: about 0.6 s on a
	workMost      = 1000             // PC, and never the minutes of schemes that go by luck
	workKey       = 32               // bytes of a derived key; half of it is told
	maxSolution   = 2 << 10          // bytes of a solution that are looked at; it has about 700
)

// ProofMark stands for a challenge that was answered. It is in no challenge: who
// sees what is remembered and what went over the line cannot match the two.
type ProofMark [16]byte

// Spent remembers the proofs that were taken, each for spentLife at least.
type Spent interface {
	// Spend remembers the proof and reports whether it is the first time. Of
	// several that ask at once one is the first.
	Spend(ctx context.Context, proof ProofMark) (first bool)
}

// Work demands proofs of work and checks them: ALTCHA's scheme, version 2, with
// a counter drawn by us (https://altcha.org/docs/v2/proof-of-work-captcha).
// Making a challenge derives one key, solving it 500 to 1,000, checking it none.
type Work struct {
	sign, key, mark []byte
	spent           Spent

	cost, least, most int
}

// NewWork returns Work that is keyed by the service's secret, the same on all
// servers, and spends proofs in the store.
func NewWork(secret []byte, spent Spent) (*Work, error) {
	if len(secret) < 32 {
		return nil, errors.New("proofs of work need a secret of at least 32 bytes")
	}
	w := &Work{spent: spent, cost: workCost, least: workLeast, most: workMost}
	for label, key := range map[string]*[]byte{"challenge": &w.sign, "solution": &w.key, "spent": &w.mark} {
		b, err := hkdf.Key(sha256.New, secret, nil, "tipbox/v1/work "+label, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("deriving the key of work: %w", err)
		}
		*key = b
	}
	return w, nil
}

// parameters are what a challenge is about, by ALTCHA's names. They are signed as
// JSON with sorted names, which is the order of the fields.
type parameters struct {
	Algorithm    string `json:"algorithm"`
	Cost         int    `json:"cost"`
	ExpiresAt    int64  `json:"expiresAt"` // seconds of Unix time
	KeyLength    int    `json:"keyLength"`
	KeyPrefix    string `json:"keyPrefix"`    // hex, as all below: what the key to be found begins with
	KeySignature string `json:"keySignature"` // of the whole key
	Nonce        string `json:"nonce"`
	Salt         string `json:"salt"`
}

type challenge struct {
	Parameters parameters `json:"parameters"`
	Signature  string     `json:"signature"`
}

// solution is what comes back: the challenge, and the key that was found.
type solution struct {
	Challenge challenge `json:"challenge"`
	Solution  struct {
		DerivedKey string `json:"derivedKey"`
	} `json:"solution"`
}

// Challenge returns a challenge that is good for the form until WorkLife from
// now: JSON in base64, for the header Tipbox-Work.
func (w *Work) Challenge(form intake.FormMark, now time.Time) string {
	nonce, salt := make([]byte, 16), make([]byte, 16)
	_, _ = rand.Read(nonce) // never fails: it ends the process instead
	_, _ = rand.Read(salt)
	key := w.derive(nonce, salt, w.draw())
	p := parameters{
		Algorithm: workAlgorithm, Cost: w.cost, ExpiresAt: now.Add(WorkLife).Unix(), KeyLength: workKey,
		KeyPrefix:    hex.EncodeToString(key[:workKey/2]),
		KeySignature: hex.EncodeToString(hmacOf(w.key, key)),
		Nonce:        hex.EncodeToString(nonce), Salt: hex.EncodeToString(salt),
	}
	b, err := json.Marshal(challenge{p, w.signature(p, form)})
	if err != nil {
		panic(err) // strings and numbers
	}
	return base64.StdEncoding.EncodeToString(b)
}

// Check spends the solution of a challenge that was made for the form, by this
// server or one with the same secret, or returns one of the errors above.
func (w *Work) Check(ctx context.Context, solved string, form intake.FormMark, now time.Time) error {
	if len(solved) > maxSolution {
		return ErrWorkForeign
	}
	b, err := base64.StdEncoding.DecodeString(solved)
	if err != nil {
		return ErrWorkForeign
	}
	var s solution
	if err := json.Unmarshal(b, &s); err != nil {
		return ErrWorkForeign
	}
	p := s.Challenge.Parameters
	if !hmac.Equal([]byte(s.Challenge.Signature), []byte(w.signature(p, form))) {
		return ErrWorkForeign
	}
	// What is signed is as we made it. What expires later than anything made now
	// is of a server whose clock is wrong: it would outlive what is remembered.
	if left := time.Unix(p.ExpiresAt, 0).Sub(now); left <= 0 || left > WorkLife+workSkew {
		return ErrWorkExpired
	}
	key, err := hex.DecodeString(s.Solution.DerivedKey)
	if err != nil || !hmac.Equal([]byte(p.KeySignature), []byte(hex.EncodeToString(hmacOf(w.key, key)))) {
		return ErrWorkWrong
	}
	if !w.spent.Spend(ctx, ProofMark(hmacOf(w.mark, []byte(p.Nonce)))) {
		return ErrWorkSpent
	}
	return nil
}

// signature binds the parameters to the form, which the challenge does not name.
func (w *Work) signature(p parameters, form intake.FormMark) string {
	b, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and numbers
	}
	return hex.EncodeToString(hmacOf(w.sign, form[:], b))
}

// draw returns how many keys the solver has to derive before the one that is asked for.
func (w *Work) draw() uint32 {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(w.most-w.least+1)))
	if err != nil {
		panic(err) // crypto/rand never fails
	}
	return uint32(w.least) + uint32(n.Int64()) //nolint:gosec // at most workMost
}

// derive returns the key of one counter: the password is the nonce and the
// counter in four bytes, the most significant first.
func (w *Work) derive(nonce, salt []byte, counter uint32) []byte {
	password := binary.BigEndian.AppendUint32(nonce[:len(nonce):len(nonce)], counter)
	key, err := pbkdf2.Key(sha256.New, string(password), salt, w.cost, workKey)
	if err != nil {
		panic(err) // of lengths that FIPS 140 forbids
	}
	return key
}

func hmacOf(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
