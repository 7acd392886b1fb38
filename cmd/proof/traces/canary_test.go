package traces

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	little "encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"mime/quotedprintable"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// canary is something that only a sender could have left, in every writing in
// which it could turn up.
type canary struct {
	name   string
	loose  [][]byte // in lower case, to be found whatever the case
	exact  [][]byte // where case matters: base64, bytes
	binary [][]byte // too short to be looked for in what is random
}

// textCanary looks for texts, which must be in lower case.
func textCanary(name string, texts ...string) canary {
	c := canary{name: name}
	for _, s := range texts {
		for _, form := range []string{norm.NFC.String(s), norm.NFD.String(s)} {
			c.add([]byte(form))
		}
	}
	return c.unique()
}

// tokenCanary looks for a text in which upper and lower case differ.
func tokenCanary(name, token string) canary {
	c := canary{name: name}
	c.add([]byte(token))
	if raw, err := base64.RawURLEncoding.DecodeString(token); err == nil {
		c.add(raw)
		c.exact = append(c.exact, raw)
	}
	return c.unique()
}

// addressCanary looks for addresses, and for the networks that limits go by.
func addressCanary(name string, addrs ...netip.Addr) canary {
	c := canary{name: name}
	for _, a := range addrs {
		raw := a.AsSlice()
		texts := []string{a.String(), a.StringExpanded()}
		numbers := [][]byte{raw}
		if a.Is4() {
			mapped := netip.AddrFrom16(a.As16())
			texts = append(texts, mapped.String(), strings.ReplaceAll(a.String(), ".", "-"), strings.ReplaceAll(a.String(), ".", "_"))
			reversed := slices.Clone(raw)
			slices.Reverse(reversed)
			numbers = append(numbers, reversed)
			c.binary = append(c.binary, raw, reversed)
			c.loose = append(c.loose, []byte(strconv.FormatUint(uint64(little.LittleEndian.Uint32(raw)), 10)))
		} else {
			p := netip.PrefixFrom(a, 64).Masked()
			texts = append(texts, p.String(), strings.TrimSuffix(p.Addr().String(), "::"), strings.TrimSuffix(p.Addr().StringExpanded(), ":0000:0000:0000:0000"),
				strings.ReplaceAll(a.String(), ":", "-"))
			numbers = append(numbers, raw[:8])
			c.exact = append(c.exact, raw, raw[:8])
		}
		for _, s := range texts {
			c.add([]byte(s))
		}
		for _, n := range numbers {
			c.loose = append(c.loose, []byte(hex.EncodeToString(n)), []byte(new(big.Int).SetBytes(n).String()))
			c.digests(n)
		}
	}
	return c.unique()
}

// add looks for b in every writing.
func (c *canary) add(b []byte) {
	code := hex.EncodeToString(b)
	var qp bytes.Buffer
	w := quotedprintable.NewWriter(&qp)
	_, _ = w.Write(b)
	_ = w.Close()
	wide := make([]byte, 0, 2*len(b))
	for _, u := range utf16.Encode([]rune(string(b))) {
		wide = little.LittleEndian.AppendUint16(wide, u)
	}
	c.loose = append(c.loose, lower(b), []byte(code), lower(wide), lower(slices.Concat([]byte{0}, wide[:len(wide)-1])),
		lower([]byte(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))),
		lower(qp.Bytes()), lower([]byte(url.QueryEscape(string(b)))), lower([]byte(url.PathEscape(string(b)))),
		lower([]byte(strings.Trim(strconv.QuoteToASCII(string(b)), `"`))),
	)
	for _, between := range []string{"%", "=", `\x`, ":", " ", "-"} {
		var spaced []string
		for i := 0; i < len(code); i += 2 {
			spaced = append(spaced, code[i:i+2])
		}
		c.loose = append(c.loose, []byte(strings.Join(spaced, between)))
	}
	c.exact = append(c.exact, base64s(b)...)
	c.exact = append(c.exact, base64s(wide)...)
	c.digests(b)
}

// digests looks for what is often taken for anonymous: a digest without a key.
func (c *canary) digests(b []byte) {
	s256, s1, m5 := sha256.Sum256(b), sha1.Sum(b), md5.Sum(b)
	for _, d := range [][]byte{s256[:], s1[:], m5[:]} {
		c.loose = append(c.loose, []byte(hex.EncodeToString(d[:12])))
		c.exact = append(c.exact, base64s(d[:12])...)
		c.exact = append(c.exact, d[:12])
	}
}

// base64s returns what is the same of b in base64, whatever stands around it.
func base64s(b []byte) [][]byte {
	var all [][]byte
	for before := range 3 {
		padded := append(make([]byte, before), b...)
		for _, coding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := coding.EncodeToString(padded)
			all = append(all, []byte(text[(before*8+5)/6:len(padded)*8/6]))
		}
	}
	return all
}

func (c canary) unique() canary {
	for _, patterns := range []*[][]byte{&c.loose, &c.exact, &c.binary} {
		slices.SortFunc(*patterns, bytes.Compare)
		*patterns = slices.CompactFunc(*patterns, bytes.Equal)
	}
	return c
}

// place is somewhere that things are written down, with all that was found there.
type place struct {
	name   string
	random bool // ciphertext and the like, in which four bytes turn up by chance
	data   []byte
}

func (p *place) add(b []byte)                    { p.data = append(append(p.data, b...), '\n', 0) }
func (p *place) addf(format string, args ...any) { p.add(fmt.Appendf(nil, format, args...)) }

// softBreak is how quoted-printable goes on in the next line; base64 just goes on.
var softBreak = regexp.MustCompile(`=\r?\n|\r?\n[ \t]?`)

// hits counts how often each canary turns up.
func (p *place) hits(all []canary) map[string]int {
	joined := softBreak.ReplaceAll(p.data, nil)
	found := make(map[string]int)
	search(lower(joined), all, found, func(c canary) [][]byte { return c.loose })
	search(joined, all, found, func(c canary) [][]byte { return c.exact })
	if !p.random {
		search(p.data, all, found, func(c canary) [][]byte { return c.binary })
	}
	return found
}

// search counts the patterns of all canaries in one pass over the data: there
// are thousands. Each has at least four bytes.
func search(data []byte, all []canary, found map[string]int, patterns func(canary) [][]byte) {
	type pattern struct {
		canary string
		bytes  []byte
	}
	var begins [1 << 16]bool
	byStart := make(map[uint32][]pattern)
	for _, c := range all {
		for _, p := range patterns(c) {
			begins[little.LittleEndian.Uint16(p)] = true
			start := little.LittleEndian.Uint32(p)
			byStart[start] = append(byStart[start], pattern{c.name, p})
		}
	}
	for i := 0; i+4 <= len(data); i++ {
		if !begins[uint16(data[i])|uint16(data[i+1])<<8] {
			continue
		}
		for _, p := range byStart[little.LittleEndian.Uint32(data[i:])] {
			if bytes.HasPrefix(data[i:], p.bytes) {
				found[p.canary]++
			}
		}
	}
}

// lower is for bytes that need not be text.
func lower(b []byte) []byte {
	b = slices.Clone(b)
	for i, x := range b {
		if 'A' <= x && x <= 'Z' {
			b[i] = x + 'a' - 'A'
		}
	}
	return b
}
