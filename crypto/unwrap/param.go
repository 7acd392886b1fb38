package unwrap

import (
	"mime"
	"regexp"
	"strings"
)

var (
	mediaType = regexp.MustCompile(`^\s*"?([^\s;()"/]+/[^\s;()"]+)`)
	param     = regexp.MustCompile(`([!#-'*+\-.0-9A-Za-z^-~]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|"([^";]*)|([^\s;"]+))`)
	unescape  = regexp.MustCompile(`\\(.)`)
)

// contentType reads "type/subtype; name=value", however loosely it is written: the
// type in lower case, and the values of each parameter.
func contentType(value string) (string, map[string][]string) {
	kind, rest := "", value
	if m := mediaType.FindStringSubmatchIndex(value); m != nil {
		kind, rest = strings.ToLower(value[m[2]:m[3]]), value[m[1]:]
	}
	return kind, parameters(rest)
}

func parameters(value string) map[string][]string {
	params := make(map[string][]string)
	for _, m := range param.FindAllStringSubmatch(value, 100) {
		name := strings.ToLower(m[1])
		params[name] = append(params[name], unescape.ReplaceAllString(m[2], "$1")+m[3]+m[4])
	}
	for name := range params {
		if base, _, ok := strings.Cut(name, "*"); ok {
			if whole := continued(params, base); whole != "" {
				params[base] = append([]string{whole}, params[base]...)
			}
		}
	}
	return params
}

// continued puts a parameter together that was cut or percent-encoded (RFC 2231).
func continued(params map[string][]string, name string) string {
	if v, ok := params[name+"*"]; ok {
		return percent(v[0], true)
	}
	var b strings.Builder
	for i := range 20 {
		n := name + "*" + string(rune('0'+i%10))
		if i > 9 {
			n = name + "*1" + string(rune('0'+i%10))
		}
		if v, ok := params[n]; ok {
			b.WriteString(v[0])
		} else if v, ok := params[n+"*"]; ok {
			b.WriteString(percent(v[0], i == 0))
		} else {
			break
		}
	}
	return b.String()
}

var escaped = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// percent undoes percent-encoding, and takes charset and language off where they
// stand before it.
func percent(s string, charset bool) string {
	if _, rest, ok := strings.Cut(s, "'"); ok && charset {
		if _, text, ok := strings.Cut(rest, "'"); ok {
			s = text
		}
	}
	return escaped.ReplaceAllStringFunc(s, func(e string) string {
		return string([]byte{unhex(e[1])<<4 | unhex(e[2])})
	})
}

// fileName returns the name that a part of a mail gives its attachment, "" for
// none. A name in encoded words, against RFC 2047, 5, is common in webmail.
func fileName(h header) string {
	_, kind := contentType(h["content-type"])
	for _, name := range []string{first(parameters(h["content-disposition"])["filename"]), first(kind["name"])} {
		if name != "" {
			return strings.ToValidUTF8(words(name), "\ufffd")
		}
	}
	return ""
}

// words decodes encoded words (RFC 2047).
func words(s string) string {
	if plain, err := new(mime.WordDecoder).DecodeHeader(s); err == nil {
		s = plain
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
