package qr

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"tipbox/qr/typo"
)

// compareHosts returns "" for the same host, else how got stands to ours.
func compareHosts(got, ours string) Difference {
	got, ours = strings.ToLower(strings.TrimSuffix(got, ".")), strings.ToLower(ours)
	if got == ours {
		return ""
	}
	shown := shownHost(got)
	switch {
	case skeleton(shown) == skeleton(ours):
		return LookAlike
	case near(skeleton(shown), skeleton(ours)):
		return NearHost
	case strings.HasPrefix(got, ours+".") || strings.Contains(got, "."+ours+"."):
		return HostAsPrefix
	}
	return OtherHost
}

// shownHost returns a host as a browser may show it: punycode undone.
func shownHost(host string) string {
	if shown, err := idna.Punycode.ToUnicode(host); err == nil {
		return shown
	}
	return host
}

// skeleton returns the host with each letter replaced by the Latin one that it
// can be taken for, in the manner of Unicode's UTS #39 but only for what passes
// for the letters of a host name.
func skeleton(host string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(host)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case confusable[r] != 0:
			b.WriteRune(confusable[r])
		default:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("rn", "m", "vv", "w").Replace(b.String())
}

// confusable maps letters and digits to the Latin letter that they look like.
var confusable = map[rune]rune{
	'0': 'o', '1': 'l', 'i': 'l', '|': 'l', '5': 's',
	'đ': 'd', 'ł': 'l', 'ø': 'o', 'ı': 'l', 'ŧ': 't', 'ħ': 'h', 'ß': 'b', 'ɡ': 'g', 'ɑ': 'a', 'ʟ': 'l',
	// Cyrillic
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'ё': 'e', 'һ': 'h', 'н': 'h', 'і': 'l', 'ї': 'l', 'ј': 'j',
	'к': 'k', 'ӏ': 'l', 'м': 'm', 'п': 'n', 'о': 'o', 'р': 'p', 'ԛ': 'q', 'г': 'r', 'ѕ': 's', 'т': 't', 'ц': 'u',
	'ѵ': 'v', 'ԝ': 'w', 'х': 'x', 'у': 'y', 'ү': 'y',
	// Greek
	'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'l', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'σ': 'o', 'τ': 't',
	'υ': 'u', 'χ': 'x', 'ω': 'w', 'γ': 'y',
	// Armenian
	'օ': 'o', 'ս': 'u', 'ո': 'n', 'հ': 'h', 'զ': 'q', 'ց': 'g',
}

// near reports whether a is b with at most one letter changed, added, left out
// or swapped with its neighbour, or two in hosts of more than 14 letters.
func near(a, b string) bool {
	allowed := 1
	if len(b) > 14 {
		allowed = 2
	}
	return typo.Distance(a, b) <= allowed
}
