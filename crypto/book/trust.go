package book

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"tipbox/crypto/keys"
)

// vouchInfo separates the keys of vouchers from others of the same identity.
const vouchInfo = "tipbox/v1/book"

// checkInfo separates what is compared by telephone from other MACs of the book's key.
const checkInfo = "tipbox/v1/book check\x00"

// Trust is what a reader's identities say of a book.
type Trust int

// What an identity says.
const (
	// Vouched: one of them has vouched for the book's key.
	Vouched Trust = iota + 1
	// NotVouched: none has. Its Check is to be compared by telephone.
	NotVouched
	// Forged: there is a voucher in the name of one of them, and it is not theirs:
	// somebody has sealed a book that was to look like the unit's.
	Forged
	// CannotVouch: they are all a plugin's, whose secret is not to be had.
	CannotVouch
)

// Trust says whether one of the identities has vouched for the book. Only then is it
// sealed again.
func (b *Book) Trust(ids *keys.Identities) Trust {
	secrets := ids.Derive(vouchInfo)
	trust := NotVouched
	if len(secrets) == 0 {
		trust = CannotVouch
	}
	for fingerprint, secret := range secrets {
		voucher, has := b.vouch[fingerprint]
		switch {
		case has && hmac.Equal(voucher, b.voucher(secret)):
			b.trusted = true
			return Vouched
		case has:
			trust = Forged
		}
	}
	return trust
}

// Vouched reports whether Trust or Vouch has found that an identity of the reader's
// vouches for the book.
func (b *Book) Vouched() bool { return b.trusted }

// Vouch adds the vouchers of the identities, once Check was compared with what an
// officer sees whose identity has vouched. It returns ErrNotVouched where none can.
func (b *Book) Vouch(ids *keys.Identities) error {
	for fingerprint, secret := range ids.Derive(vouchInfo) {
		b.vouch[fingerprint] = b.voucher(secret)
		b.trusted = true
	}
	if !b.trusted {
		return fmt.Errorf("%w: a plugin's identity cannot", ErrNotVouched)
	}
	return nil
}

// voucher is one identity's word for the key. Id and key have one length each, so that
// no two books are written the same way.
func (b *Book) voucher(secret []byte) []byte {
	return mac(secret, []byte(b.ID+b.Unit), b.key[:])
}

// Check returns 8 characters, as XXXX-XXXX, that stand for id, unit and key of the
// book, for two officers to compare by telephone.
func (b *Book) Check() string {
	const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	sum := mac(b.key[:], []byte(checkInfo+b.ID+b.Unit))
	var bits uint64
	for _, c := range sum[:5] {
		bits = bits<<8 | uint64(c)
	}
	var out []byte
	for i := range 8 {
		out = append(out, crockford[bits>>(35-5*i)&31])
	}
	return string(out[:4]) + "-" + string(out[4:])
}

func mac(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}
