package intake

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	// FormLife is how long a form token is good for.
	FormLife = 7 * 24 * time.Hour
	// FormTips is how many different tips one form token serves.
	FormTips = 3

	nonceSize = 12
	tagSize   = 16
	tokenSize = nonceSize + 4 + tagSize
)

// FormKey makes and checks form tokens and derives what hangs on them. It is
// derived from the service's secret, so a token outlives a restart.
type FormKey struct {
	keys []*formKey // the first makes, all check
}

// formKey is what is derived of one secret.
type formKey struct{ token, id, used []byte }

// NewFormKey derives the keys from the service's secrets, each of which must have at
// least 32 random bytes: the first makes tokens, those of the others are still good.
func NewFormKey(secrets ...[]byte) (*FormKey, error) {
	all := &FormKey{}
	for _, secret := range secrets {
		k, err := deriveFormKey(secret)
		if err != nil {
			return nil, err
		}
		all.keys = append(all.keys, k)
	}
	if len(all.keys) == 0 {
		return nil, errors.New("no secret for form tokens")
	}
	return all, nil
}

func deriveFormKey(secret []byte) (*formKey, error) {
	if len(secret) < 32 {
		return nil, fmt.Errorf("secret has %d bytes: at least 32 are needed", len(secret))
	}
	var k formKey
	for label, key := range map[string]*[]byte{"form token": &k.token, "tip id": &k.id, "used form": &k.used} {
		b, err := hkdf.Key(sha256.New, secret, nil, "tipbox/v1/"+label, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("deriving the %s key: %w", label, err)
		}
		*key = b
	}
	return &k, nil
}

// Form is a form token that was found good.
type Form struct {
	nonce [nonceSize]byte
	key   *formKey
}

// Mint returns a fresh token for a form of the site: 12 random bytes, the hour
// in 4, an HMAC over both and the site in 16, as unpadded URL-safe base64.
func (k *FormKey) Mint(site string, now time.Time) string {
	b := make([]byte, tokenSize)
	_, _ = rand.Read(b[:nonceSize]) // never fails: it ends the process instead
	binary.BigEndian.PutUint32(b[nonceSize:], hour(now))
	copy(b[nonceSize+4:], k.keys[0].tag(site, b[:nonceSize+4]))
	return base64.RawURLEncoding.EncodeToString(b)
}

// operator is no site's code: what is minted for it is no form's token.
const operator = "(operator)"

// MintOperator returns a token by which whoever has the secret is told from everybody
// else: see Service.Operator.
func (k *FormKey) MintOperator(now time.Time) string { return k.Mint(operator, now) }

// Check returns the form of a token minted for the site within FormLife, else
// ErrStaleForm: a forged token and an expired one are mended the same way.
func (k *FormKey) Check(token, site string, now time.Time) (Form, error) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != tokenSize {
		return Form{}, ErrStaleForm
	}
	i := slices.IndexFunc(k.keys, func(k *formKey) bool { return hmac.Equal(b[nonceSize+4:], k.tag(site, b[:nonceSize+4])) })
	if i < 0 {
		return Form{}, ErrStaleForm
	}
	age := int64(hour(now)) - int64(binary.BigEndian.Uint32(b[nonceSize:]))
	if age < -1 || age > int64(FormLife/time.Hour) {
		return Form{}, ErrStaleForm
	}
	return Form{nonce: [nonceSize]byte(b), key: k.keys[i]}, nil
}

// TipID returns the id of the tip with this content digest sent with the form:
// the same form sent twice is the same tip, without anything being remembered.
func (f Form) TipID(content [sha256.Size]byte) ID {
	sum := mac(f.key.id, f.nonce[:], content[:])
	return newID([5]byte(sum))
}

// Mark returns the name under which the use of the form is remembered, from
// which neither the token nor the tips sent with it can be found.
func (f Form) Mark() FormMark { return FormMark(mac(f.key.used, f.nonce[:])) }

// TipMark returns the name under which it is remembered that the form has
// served the tip. It does not show the tip's id, so that what is remembered does
// not tell which tips came from one form.
func (f Form) TipMark(id ID) TipMark { return TipMark(mac(f.key.used, f.nonce[:], []byte(id))) }

// FormMark stands for a form token.
type FormMark [16]byte

// TipMark stands for a tip sent with a form.
type TipMark [8]byte

func (k *formKey) tag(site string, body []byte) []byte {
	return mac(k.token, body, []byte(site))[:tagSize]
}

func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func hour(t time.Time) uint32 { return uint32(t.Unix() / 3600) } //nolint:gosec // fits until the year 491000
