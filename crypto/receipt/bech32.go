package receipt

import "strings"

// age makes an identity of its own randomness only, or of a string: so the seed is
// written as one. Bech32 is BIP 173's
// (https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki), which age's
// strings are in but for its limit of 90 characters.
const (
	bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	secretPrefix  = "age-secret-key-"
	bech32Sum     = 6 // letters of the checksum
)

// secretKey returns the seed as age writes an X25519 identity.
func secretKey(seed []byte) string {
	var values []byte // of five bits
	bits, held := 0, uint(0)
	for _, b := range seed {
		held = held<<8 | uint(b)
		for bits += 8; bits >= 5; bits -= 5 {
			values = append(values, byte(held>>(bits-5)&31))
		}
	}
	if bits > 0 {
		values = append(values, byte(held<<(5-bits)&31))
	}
	var expanded []byte
	for _, c := range []byte(secretPrefix) {
		expanded = append(expanded, c>>5)
	}
	expanded = append(expanded, 0)
	for _, c := range []byte(secretPrefix) {
		expanded = append(expanded, c&31)
	}
	sum := polymod(append(append(expanded, values...), make([]byte, bech32Sum)...)) ^ 1
	for i := range bech32Sum {
		values = append(values, byte(sum>>(5*(bech32Sum-1-i))&31))
	}
	var out strings.Builder
	for _, v := range values {
		out.WriteByte(bech32Letters[v])
	}
	return strings.ToUpper(secretPrefix + "1" + out.String())
}

// polymod is the checksum's polynomial.
func polymod(values []byte) uint32 {
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum
}
