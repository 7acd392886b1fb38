package reply

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tipbox/intake"
)

// passes makes and checks reply passes: one a unit, audience and half-year. They
// stand in all mails alike, so they link nothing.
type passes struct {
	keys [][]byte // the first makes, all check

	mu    sync.Mutex
	units *intake.Directory
	half  string
	owner map[string]string // by pass, of half and the one before: the unit
}

const passBytes = 10

var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func newPasses(secrets [][]byte, d *intake.Directory) (*passes, error) {
	if len(secrets) == 0 || d == nil {
		return nil, errors.New("reply passes need a secret and the units")
	}
	p := &passes{units: d}
	for _, s := range secrets {
		key, err := hkdf.Key(sha256.New, s, nil, "tipbox/v1/reply pass", sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("deriving the key of reply passes: %w", err)
		}
		p.keys = append(p.keys, key)
	}
	return p, nil
}

func (p *passes) use(d *intake.Directory) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.units, p.half = d, ""
}

// halfOf names the half-year: 2026-2.
func halfOf(t time.Time) string {
	t = t.UTC()
	return fmt.Sprintf("%d-%d", t.Year(), 1+(t.Month()-1)/6)
}

// halfBefore names the half-year before.
func halfBefore(t time.Time) string {
	t = t.UTC()
	return halfOf(time.Date(t.Year(), 1+(t.Month()-1)/6*6, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -1))
}

// make returns the pass as it is shown: XXXX-XXXX-XXXX-XXXX.
func (p *passes) make(unit string, a intake.Audience, half string) string {
	s := passOf(p.keys[0], unit, a, half)
	var groups []string
	for part := range slices.Chunk([]byte(s), 4) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, "-")
}

func passOf(key []byte, unit string, a intake.Audience, half string) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s\x00%s\x00%s", unit, a, half)
	return crockford.EncodeToString(h.Sum(nil)[:passBytes])
}

// check returns the unit whose pass it is. This half-year's and the last are good.
func (p *passes) check(typed string, now time.Time) (unit string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if half := halfOf(now); p.half != half {
		p.half, p.owner = half, make(map[string]string)
		for _, u := range p.units.Units() {
			for a := range u.Receivers {
				for _, key := range p.keys {
					p.owner[passOf(key, u.ID, a, half)] = u.ID
					p.owner[passOf(key, u.ID, a, halfBefore(now))] = u.ID
				}
			}
		}
	}
	unit, ok = p.owner[plainPass(typed)]
	return unit, ok
}

// plainPass returns a pass without what pasting and typing put into it.
func plainPass(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.In(r, unicode.Cf, unicode.Pd):
			return -1
		case r == 'O' || r == 'o':
			return '0'
		case strings.ContainsRune("IiLl", r):
			return '1'
		}
		return unicode.ToUpper(r)
	}, norm.NFKC.String(typed))
}
