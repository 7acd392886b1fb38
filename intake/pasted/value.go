package pasted

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// OddError says which character of a value is not what a person sees.
type OddError struct {
	value string
	at    int // of the character, in bytes
	odd   rune
	what  string
}

// Error shows the value, with its number in place of a character that is not what
// a person sees.
func (e *OddError) Error() string {
	if accented(e.odd) {
		return fmt.Sprintf("\"%s\": %s", visible(e.value), e.What())
	}
	rest := e.value[e.at+len(string(e.odd)):]
	return fmt.Sprintf("\"%s⟨U+%04X⟩%s\": %s: type it again", visible(e.value[:e.at]), e.odd, visible(rest), e.What())
}

// What is the error without the value, for one that must not be repeated.
func (e *OddError) What() string {
	if accented(e.odd) {
		return fmt.Sprintf("%c cannot stand there, only letters without accents: is the Vietnamese input method on?", e.odd)
	}
	return fmt.Sprintf("⟨U+%04X⟩ is %s", e.odd, e.what)
}

// accented reports whether a Latin letter is what it looks like.
func accented(r rune) bool { return unicode.Is(unicode.Latin, r) && !imitates(r) && names[r] == "" }

// visible leaves out what would hide or turn what stands around it.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if Hidden(r) {
			return '·'
		}
		return r
	}, s)
}

// Value holds a value that machines compare, such as an address, a host or a code,
// to plain ASCII without blanks around it. It returns an *OddError.
func Value(s string) error {
	for i, r := range s {
		switch {
		case r < ' ', r > '~':
			return &OddError{s, i, r, what(r)}
		case r == ' ' && (i == 0 || strings.TrimLeft(s[i:], " ") == ""):
			return &OddError{s, i, r, "a blank before or after it"}
		}
	}
	return nil
}

// Name returns what a person is to read, of any script, with its accents joined to
// their letters (NFC). It returns an *OddError for what nobody sees, for spaces
// that are no plain ones, and for letters that only look like those around them.
func Name(s string) (string, error) {
	s = norm.NFC.String(s)
	runes := []rune(s)
	around := func(i int) rune {
		if i < 0 || i >= len(runes) {
			return 0
		}
		return runes[i]
	}
	at := 0
	for i, r := range runes {
		odd := ""
		switch before := around(i - 1); {
		case Hidden(r) && !Belongs(before, r, around(i+1)), r == unicode.ReplacementChar,
			unicode.Is(unicode.Zs, r) && r != ' ',
			r == 'Ð', r == 'Ɖ', // eth and African D, for Đ
			imitates(r):
			odd = what(r)
		case unicode.Is(unicode.M, r) && !Hidden(r) && (i == 0 || !unicode.In(before, unicode.L, unicode.M, unicode.N) && !Hidden(before)):
			odd = "an accent without a letter"
		case unicode.In(r, alike...) && inLatinWord(runes, i):
			odd = what(r)
		}
		if odd != "" {
			return s, &OddError{s, at, r, odd}
		}
		at += len(string(r))
	}
	return s, nil
}

// alike are scripts whose letters look like Latin ones.
var alike = []*unicode.RangeTable{unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Lisu}

// inLatinWord reports whether the word around the character has Latin letters too.
func inLatinWord(runes []rune, i int) bool {
	in := func(r rune) bool { return unicode.In(r, unicode.L, unicode.M) }
	from, to := i, i
	for from > 0 && in(runes[from-1]) {
		from--
	}
	for to < len(runes) && in(runes[to]) {
		to++
	}
	for _, r := range runes[from:to] {
		if unicode.Is(unicode.Latin, r) {
			return true
		}
	}
	return false
}

// imitates reports whether the letter or digit is another writing of ASCII ones,
// such as a full-width letter or a ligature.
func imitates(r rune) bool {
	if r < 0x80 || !unicode.In(r, unicode.L, unicode.Nd) {
		return false
	}
	for _, c := range norm.NFKC.String(string(r)) {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// names are what people call the characters that writing programs bring in.
var names = map[rune]string{
	'\t': "a tab", '\n': "a line end", '\r': "a line end", 0x7f: "a control character",
	0x00a0: "a no-break space, as web pages and Word have it", 0x2007: "a no-break space", 0x202f: "a no-break space",
	0x00ad: "a soft hyphen, which nobody sees", 0x200b: "a zero width space, which nobody sees",
	0x200c: "a zero width non-joiner, which nobody sees", 0x200d: "a zero width joiner, which nobody sees",
	0x2060: "a word joiner, which nobody sees", 0xfeff: "a byte order mark, which nobody sees",
	'“': "a curly quote, as Word makes it, and not \"", '”': "a curly quote, as Word makes it, and not \"", '„': "a curly quote, as Word makes it, and not \"",
	'‘': "a curly quote, as Word makes it, and not '", '’': "a curly quote, as Word makes it, and not '",
	'«': "a curly quote and not \"", '»': "a curly quote and not \"",
	'Ð': "a letter of Icelandic that looks like Đ", 'Ɖ': "an African letter that looks like Đ",
	unicode.ReplacementChar: "what is left of a lost character",
}

// what says what the character is.
func what(r rune) string {
	if name, ok := names[r]; ok {
		return name
	}
	switch {
	case 0x200e <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return "a mark of writing direction, which nobody sees"
	case unicode.Is(unicode.Cc, r):
		return "a control character"
	case Hidden(r):
		return "a character that nobody sees"
	case unicode.Is(unicode.Zs, r):
		return "a space that is not the space bar's"
	case unicode.Is(unicode.M, r):
		return "an accent that stands apart from its letter"
	case 0xff01 <= r && r <= 0xff5e:
		return fmt.Sprintf("a full-width %c", r-0xff01+'!')
	case unicode.Is(unicode.Pd, r), r == '−':
		return fmt.Sprintf("a dash (%c) and not -", r)
	case unicode.Is(unicode.Latin, r) && imitates(r), unicode.Is(unicode.Nd, r):
		return fmt.Sprintf("another writing (%c) of %s", r, norm.NFKC.String(string(r)))
	case unicode.Is(unicode.Latin, r):
		return fmt.Sprintf("%c, a letter with an accent (is the Vietnamese input method on?)", r)
	}
	for script, table := range map[string]*unicode.RangeTable{"Cyrillic": unicode.Cyrillic, "Greek": unicode.Greek} {
		if unicode.Is(table, r) {
			return fmt.Sprintf("a %s letter (%c) that looks like another", script, r)
		}
	}
	if unicode.IsLetter(r) {
		return fmt.Sprintf("a letter of another script (%c)", r)
	}
	return fmt.Sprintf("%c, which cannot stand there", r)
}

// What says what is odd about the first character of a text that is none of plain
// ASCII, as a person would call it, or "" where there is none.
func What(s string) string {
	for _, r := range s {
		if r > '~' || r < ' ' && r != '\t' {
			return fmt.Sprintf("⟨U+%04X⟩ is %s", r, what(r))
		}
	}
	return ""
}
