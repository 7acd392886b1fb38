package web

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tipbox/intake"
)

// lookUp returns the site that is meant by a code or a link as they come out of
// letters, chats and thumbs: percent-encoded once too often, in full-width
// letters, with a full stop, a bracket, a query or words around it. No code holds
// such a character, so there is nothing else it could mean. It returns nil where
// no site is meant, or more than one.
func lookUp(d *intake.Directory, text string) *intake.Site {
	if s := d.Site(strings.TrimPrefix(text, "/t/")); s != nil {
		return s // as it stands on the poster
	}
	text = legible(text)
	_, behind, _ := strings.Cut(text, "/t/")
	for _, words := range [][]string{wordPattern.FindAllString(behind, 1), wordPattern.FindAllString(text, maxWords)} {
		for _, codes := range [][]string{words, joined(words), leading(words)} {
			if s := only(d, codes); s != nil {
				return s
			}
		}
	}
	return nil
}

// maxWords is how many words of a text are looked at: a chat's message has fewer.
const maxWords = 500

var (
	wordPattern = regexp.MustCompile(`[\p{L}\p{N}-]*[\p{L}\p{N}]`)
	codePattern = regexp.MustCompile(`^[a-z0-9-]+`)
	escaped     = regexp.MustCompile(`(?i)(%[0-9a-f]{2})+`)
)

// legible returns text in lower case as a person would type it: no escapes, no
// full-width letters, no accents put on digits, nothing that cannot be seen, and
// one kind of dash.
func legible(text string) string {
	for range 3 { // a link in a link in a link
		text = escaped.ReplaceAllStringFunc(text, func(e string) string {
			e, _ = url.PathUnescape(e) // the pattern is all that it can refuse
			return e
		})
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Cf, unicode.M):
			return -1
		case unicode.Is(unicode.Pd, r), r == '\u2212':
			return '-'
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
}

// only returns the one site that the codes name.
func only(d *intake.Directory, codes []string) (found *intake.Site) {
	for _, code := range codes {
		switch s := d.Site(strings.Trim(code, "-")); {
		case s == nil || s == found:
		case found != nil:
			return nil
		default:
			found = s
		}
	}
	return found
}

// joined returns what may be a code that was torn apart by a space or a line's end,
// whose dash was typed as a space, or that got one.
func joined(words []string) (codes []string) {
	parts := strings.FieldsFunc(strings.Join(words, "-"), func(r rune) bool { return r == '-' })
	for i := range parts {
		for n := 2; n <= 4 && i+n <= len(parts); n++ {
			codes = append(codes, strings.Join(parts[i:i+n], ""), strings.Join(parts[i:i+n], "-"))
		}
	}
	return codes
}

// leading returns how words begin that go on in letters which no code has.
func leading(words []string) (codes []string) {
	for _, w := range words {
		codes = append(codes, codePattern.FindString(w))
	}
	return codes
}
