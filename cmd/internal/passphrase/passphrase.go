// Package passphrase says what a new passphrase is worth to one who has stolen the
// identity file that it locks. The officer's desk reckons the same
// (templates/browser/src/reader/keys/passphrase.js); testdata/worth.json holds both.
package passphrase

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"tipbox/templates/browser"
)

// Level is how good a passphrase is.
type Level string

// The levels. What is None is refused; a Weak one falls within two years to a thief
// with a thousand PCs.
const (
	None   Level = "none"
	Weak   Level = "weak"
	Fair   Level = "fair"
	Strong Level = "strong"
)

// In bits.
const (
	least  = 25
	fair   = 40
	strong = 55 // five words of 2,048
	count  = 5
)

// Worth returns the level of a passphrase and what makes it less than it looks: "empty",
// "spaces", "short", "digits", "date", "repeated", "common", "few", or "" for nothing. It
// is reckoned as if the thief knew how people choose.
func Worth(passphrase string) (Level, string) {
	bits, why := worth(norm.NFC.String(passphrase))
	switch {
	case bits < least:
		return None, why
	case bits < fair:
		return Weak, why
	case bits < strong:
		return Fair, why
	}
	return Strong, why
}

func worth(passphrase string) (float64, string) {
	text := strings.Join(strings.Fields(plain(strings.ToLower(passphrase))), " ")
	size := len([]rune(text))
	bare := strings.Map(func(r rune) rune { return only(r, letter(r)) }, text)
	parts := partsOf(text)
	switch {
	case passphrase == "":
		return 0, "empty"
	case text == "":
		return 0, "spaces"
	case len(utf16.Encode([]rune(strings.TrimSpace(passphrase)))) < 8:
		return min(20, 4*float64(size)), "short"
	case isDate(text, bare):
		return 16, "date"
	case digits(bare):
		return min(24, 3.3*float64(len(bare))), "digits"
	case distinct(text) < 5:
		return 8, "repeated"
	case common[unleet(strings.TrimRight(text, "0123456789!.?#* "))]:
		return 8, "common"
	case drawn(parts):
		return 11 * count, ""
	}
	bits, why := 2.5*float64(signs(text))+float64(capitals(passphrase)), ""
	for i, part := range parts {
		switch {
		case slices.Index(parts, part) < i:
			why = "repeated" // and worth nothing
		case known(part):
			bits += 2
			if why == "" {
				why = "common"
			}
		case i > 0 && ours()[parts[i-1]+" "+part]:
			bits += 4 // the second half of a word follows from the first
		default:
			bits += ofPart(part)
		}
	}
	if why == "" && bits < strong {
		why = "few"
	}
	return bits, why
}

// plain is the text without its Vietnamese accents.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.M, r):
			return -1
		case r == 'đ':
			return 'd'
		case r == 'Đ':
			return 'D'
		}
		return r
	}, norm.NFD.String(text))
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func only(r rune, keep bool) rune {
	if keep {
		return r
	}
	return -1
}

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

var runs = regexp.MustCompile(`[0-9]+|[^0-9]+`)

// partsOf cuts a text at all that is no letter or digit, and where these meet.
func partsOf(text string) (parts []string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return !letter(r) }) {
		parts = append(parts, runs.FindAllString(part, -1)...)
	}
	return parts
}

func distinct(text string) int {
	seen := make(map[rune]bool)
	for _, r := range text {
		seen[r] = true
	}
	return len(seen)
}

func unleet(text string) string {
	return strings.NewReplacer("@", "a", "0", "o", "1", "i", "3", "e", "$", "s", "5", "s").Replace(text)
}

// signs counts what is no letter, digit or blank.
func signs(text string) (n int) {
	for _, r := range text {
		if !letter(r) && r != ' ' {
			n++
		}
	}
	return n
}

// capitals counts those that no word begins with.
func capitals(passphrase string) (n int) {
	before := ' '
	for _, r := range passphrase {
		if unicode.IsUpper(r) && !unicode.IsSpace(before) {
			n++
		}
		before = r
	}
	return n
}

// ours are the words that a desk draws, without accents.
var ours = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool)
	for line := range strings.Lines(browser.PassphraseWords()) {
		first, rest, _ := strings.Cut(line, ": ")
		for second := range strings.FieldsSeq(rest) {
			words[plain(first+" "+second)] = true
		}
	}
	return words
})

// drawn reports whether these are five different words of the list, each worth what
// drawing it is.
func drawn(parts []string) bool {
	words := make(map[string]bool)
	for i := 0; i+1 < len(parts); i += 2 {
		words[parts[i]+" "+parts[i+1]] = true
	}
	if len(parts) != 2*count || len(words) != count {
		return false
	}
	for word := range words {
		if !ours()[word] {
			return false
		}
	}
	return true
}
