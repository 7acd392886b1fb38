package unwrap

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"slices"
)

// What begins a sealed file: binary (https://age-encryption.org/v1) and armored.
const (
	ageMagic    = "age-encryption.org/v1"
	armorHeader = "-----BEGIN AGE ENCRYPTED FILE-----"
	armorFooter = "-----END AGE ENCRYPTED FILE-----"
)

// Sealed reports whether b begins as a binary sealed file does, perhaps with line
// ends that some program on the way has changed.
func Sealed(b []byte) bool {
	rest, ok := bytes.CutPrefix(b, []byte(ageMagic))
	return ok && (bytes.HasPrefix(rest, []byte("\n")) || bytes.HasPrefix(rest, []byte("\r\n")))
}

func armored(b []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(b, " \t\r\n"), []byte(armorHeader))
}

// unix undoes a change of line ends to those of Windows, which hits all bytes of a
// file alike.
func unix(b []byte) []byte {
	if bytes.HasPrefix(b, []byte(ageMagic+"\r\n")) {
		return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	}
	return b
}

var inBinary = regexp.MustCompile(regexp.QuoteMeta(ageMagic) + `\r?\n-> `)

// search finds the sealed files whose bytes stand somewhere in b: as they are,
// armored, or in base64, which may be cut into lines, quoted, or the encoding of
// something in which the file is only a part. Where one ends cannot be seen.
func search(b []byte, name string, within error) (found []Found) {
	add := func(sealed []byte) {
		if len(found) < maxFound {
			found = append(found, Found{Name: name, Sealed: sealed[:min(len(sealed), 2*MaxSealed)], Within: within})
		}
	}
	at := inBinary.FindAllIndex(b, maxFound)
	for i, m := range at {
		end := len(b)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		add(unix(b[m[0]:end]))
	}
	for rest := b; len(found) < maxFound; {
		_, block, ok := bytes.Cut(rest, []byte(armorHeader))
		if !ok {
			break
		}
		rest = block
		if next := bytes.Index(block, []byte(armorHeader)); next >= 0 {
			block = block[:next]
		}
		block, _, _ = bytes.Cut(block, []byte(armorFooter))
		add(unbase64(markup.ReplaceAll(block, nil)))
	}
	if len(found) > 0 {
		return found // what is armored is base64 as well
	}
	dense := squeezed(b)
	var starts []digitsAt
	for skip, pattern := range inBase64 {
		for from := 0; len(starts) < 3*maxFound; {
			i := bytes.Index(dense[from:], pattern)
			if i < 0 {
				break
			}
			if i += from; i >= firstDigit[skip] {
				starts = append(starts, digitsAt{i - firstDigit[skip], skip})
			}
			from = i + len(pattern)
		}
	}
	slices.SortFunc(starts, func(a, b digitsAt) int { return a.from - b.from })
	for i, s := range starts {
		end := len(dense)
		if i+1 < len(starts) {
			end = starts[i+1].from
		}
		if sealed := run(dense[s.from:end]); len(sealed) > s.skip {
			add(sealed[s.skip:])
		}
	}
	return found
}

// digitsAt is where a sealed file begins in base64: the first digit of a group,
// and the bytes in it that are of something else.
type digitsAt struct{ from, skip int }

// markup is what web pages put around lines.
var markup = regexp.MustCompile(`<[^<>]{0,200}>`)

// inBase64 are the digits that the magic always has in base64, by how many bytes
// of something else stand in its first group of three; firstDigit is where in that
// group they begin.
var (
	firstDigit = [3]int{0, 2, 3}
	inBase64   = func() (patterns [3][]byte) {
		for skip := range patterns {
			whole := base64.RawStdEncoding.EncodeToString(append(make([]byte, skip), ageMagic...))
			patterns[skip] = []byte(whole[firstDigit[skip] : (skip+len(ageMagic))*8/6])
		}
		return patterns
	}()
)

// squeezed returns b without what wraps base64: line ends, also those that
// quoted-printable put in, blanks and marks of quotation before lines.
func squeezed(b []byte) []byte {
	out := make([]byte, 0, len(b))
	newLine := true
	for i, c := range b {
		switch {
		case c == '\n' || c == '\r':
			newLine = true
		case c == ' ' || c == '\t', newLine && c == '>':
		case c == '=' && i+1 < len(b) && (b[i+1] == '\n' || b[i+1] == '\r') && !padding(out):
			newLine = true
		default:
			newLine = false
			out = append(out, c)
		}
	}
	return out
}

// padding reports whether "=" after b would be a second one. (A first one at a
// line's end is taken for quoted-printable's; the digits end behind it anyhow.)
func padding(b []byte) bool { return len(b) > 0 && b[len(b)-1] == '=' }

// run decodes the base64 at the beginning of b, up to what is none.
func run(b []byte) []byte {
	end, url := 0, false
	for end < len(b) && (digits[b[end]] != 0xff || b[end] == '-' || b[end] == '_') {
		end++
	}
	if i := bytes.IndexAny(b[:end], "+/-_"); i >= 0 {
		url = b[i] == '-' || b[i] == '_'
	}
	if !url {
		if i := bytes.IndexAny(b[:end], "-_"); i >= 0 {
			end = i
		}
	}
	return unbase64(b[:end])
}
