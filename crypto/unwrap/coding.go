package unwrap

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf16"
)

// decoded undoes a content transfer encoding (RFC 2045, 6), by whatever name.
func decoded(b []byte, encoding string) []byte {
	encoding = strings.ToLower(encoding)
	switch {
	case strings.Contains(encoding, "base64"), strings.Contains(encoding, "base-64"):
		return unbase64(b)
	case strings.Contains(encoding, "quoted"):
		return unquoted(b)
	}
	return b
}

// digits holds the value of each base64 digit of both alphabets, and 0xff.
var digits = func() (d [256]byte) {
	for i := range d {
		d[i] = 0xff
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		d[c] = byte(i)
	}
	return d
}()

// digit returns the value of a base64 digit, 0xff for what is none.
func digit(c byte, url bool) byte {
	if url {
		switch c {
		case '-':
			c = '+'
		case '_':
			c = '/'
		case '+', '/':
			return 0xff
		}
	}
	return digits[c]
}

// urlDigits reports whether the text is in the alphabet for addresses (RFC 4648, 5):
// the first of the digits in which the two differ, within a line of nothing else, tells.
func urlDigits(b []byte) bool {
	for len(b) > 0 {
		var line []byte
		line, b = cutLine(b)
		if line = bytes.TrimRight(line, "= \t"); len(line) < 20 || bytes.ContainsFunc(line, func(r rune) bool {
			return r > 0x7f || digits[byte(r)] == 0xff && r != '-' && r != '_' //nolint:gosec // below 0x80
		}) {
			continue
		}
		if i := bytes.IndexAny(line, "+/-_"); i >= 0 {
			return line[i] == '-' || line[i] == '_'
		}
	}
	return false
}

// unbase64 decodes what can be decoded. Lines that are none, such as the footer of
// a mailing list, are left out; behind padding it goes on, for some programs pad
// each piece. Quotation marks before lines are passed over.
func unbase64(b []byte) []byte {
	url := urlDigits(b)
	out := make([]byte, 0, len(b)/4*3+3)
	var bits uint32
	n := 0
	flush := func() {
		switch n {
		case 2:
			out = append(out, byte(bits>>4)) //nolint:gosec // the low bits are meant
		case 3:
			out = append(out, byte(bits>>10), byte(bits>>2)) //nolint:gosec // the low bits are meant
		}
		bits, n = 0, 0
	}
	for len(b) > 0 {
		var line []byte
		line, b = cutLine(b)
		line = bytes.Trim(bytes.TrimLeft(line, "> \t"), " \t\r")
		odd := 0
		for _, c := range line {
			if digit(c, url) == 0xff && c != '=' && c != ' ' && c != '\t' {
				odd++
			}
		}
		if odd > 0 && (odd > 2 || len(line) < 40) {
			continue
		}
		for _, c := range line {
			if c == '=' {
				flush()
				continue
			}
			d := digit(c, url)
			if d == 0xff {
				continue
			}
			bits = bits<<6 | uint32(d)
			if n++; n == 4 {
				out = append(out, byte(bits>>16), byte(bits>>8), byte(bits))
				bits, n = 0, 0
			}
		}
	}
	flush()
	return out
}

// allBase64 reports whether a text is one file in base64, as who saves the source of
// an attachment gets it, perhaps between the lines that OpenSSL writes.
func allBase64(b []byte) bool {
	n := 0
	for len(b) > 0 {
		var line []byte
		line, b = cutLine(b)
		line = bytes.TrimSpace(line)
		if bytes.HasPrefix(line, []byte("-----")) && bytes.HasSuffix(line, []byte("-----")) {
			continue
		}
		for _, c := range line {
			if digits[c] == 0xff && c != '=' {
				return false
			}
		}
		n += len(line)
	}
	return n >= 64
}

// unquoted undoes quoted-printable; what is no escape stays as it is.
func unquoted(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		line, rest := cutLine(b)
		end := b[len(line) : len(b)-len(rest)]
		line = bytes.TrimRight(line, " \t")
		if bytes.HasSuffix(line, []byte("=")) {
			line, end = line[:len(line)-1], nil
		}
		for i := 0; i < len(line); i++ {
			if line[i] == '=' && i+2 < len(line) && isHex(line[i+1]) && isHex(line[i+2]) {
				out = append(out, unhex(line[i+1])<<4|unhex(line[i+2]))
				i += 2
			} else {
				out = append(out, line[i])
			}
		}
		out = append(out, end...)
		b = rest
	}
	return out
}

func isHex(c byte) bool { return unhex(c) != 0xff }

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 0xff
}

// inner is a file within a text.
type inner struct {
	name string
	b    []byte
}

var uuBegin = regexp.MustCompile(`(?m)^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r*\n`)

// uudecoded returns what is uuencoded in a text (POSIX, uuencode).
func uudecoded(b []byte) (found []inner) {
	for len(found) < maxFound && bytes.Contains(b, []byte("begin")) {
		m := uuBegin.FindSubmatchIndex(b)
		if m == nil {
			return found
		}
		name := strings.ToValidUTF8(strings.TrimSpace(string(b[m[4]:m[5]])), "\ufffd")
		plain := m[2] < 0
		b = b[m[1]:]
		var out []byte
		from := b
		for len(b) > 0 {
			line, rest := cutLine(b)
			if trimmed := bytes.TrimSpace(line); bytes.Equal(trimmed, []byte("end")) || bytes.Equal(trimmed, []byte("====")) {
				break
			}
			if plain {
				out = uuLine(out, line)
			}
			b = rest
		}
		if !plain {
			out = unbase64(from[:len(from)-len(b)])
		}
		found = append(found, inner{name, out})
	}
	return found
}

// uuLine decodes a line; spaces at its end may have been lost.
func uuLine(out, line []byte) []byte {
	if len(line) == 0 {
		return out
	}
	at := func(i int) byte {
		if i >= len(line) {
			return 0
		}
		return (line[i] - ' ') & 0x3f
	}
	n := int(at(0))
	for i := 1; n > 0; i, n = i+4, n-3 {
		three := []byte{at(i)<<2 | at(i+1)>>4, at(i+1)<<4 | at(i+2)>>2, at(i+2)<<6 | at(i+3)}
		out = append(out, three[:min(n, 3)]...)
	}
	return out
}

// utf8Text returns what Notepad saved as "Unicode", UTF-16, as UTF-8, and takes a
// byte order mark off.
func utf8Text(b []byte) []byte {
	if rest, ok := bytes.CutPrefix(b, []byte("\xef\xbb\xbf")); ok {
		return rest
	}
	little := bytes.HasPrefix(b, []byte("\xff\xfe"))
	if !little && !bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		if little {
			units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
		} else {
			units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
		}
	}
	return []byte(string(utf16.Decode(units)))
}

// lineFeeds returns a mail whose lines end in carriage returns alone, as on old
// Macs, with line feeds.
func lineFeeds(b []byte) []byte {
	head := b[:min(len(b), 64<<10)]
	i := bytes.IndexAny(head, "\r\n")
	if i < 0 || bytes.HasPrefix(bytes.TrimLeft(head[i:], "\r"), []byte("\n")) {
		return b
	}
	if head = bytes.ReplaceAll(head, []byte("\r"), []byte("\n")); !isMail(head) && !isMbox(head) {
		return b
	}
	return bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
}
