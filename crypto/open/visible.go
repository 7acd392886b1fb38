package open

import (
	"fmt"
	"strings"

	"tipbox/intake/pasted"
)

// Visible returns s fit for a terminal or a page: control, invisible and
// bidirectional characters, which can move the cursor, hide words or turn them
// round (https://trojansource.codes), stand as ⟨U+202E⟩. Line feeds and tabs
// stay, and so do the joiners that belong to an emoji or to Lao and Khmer.
func Visible(s string) string {
	var b strings.Builder
	runes := []rune(strings.ToValidUTF8(s, "\ufffd"))
	for i, r := range runes {
		before, after := rune(0), rune(0)
		if i > 0 {
			before = runes[i-1]
		}
		if i+1 < len(runes) {
			after = runes[i+1]
		}
		if r == '\n' || r == '\t' || !pasted.Hidden(r) || pasted.Belongs(before, r, after) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		}
	}
	return b.String()
}

// VisibleLine is Visible on one line: line feeds and tabs become spaces.
func VisibleLine(s string) string {
	return strings.Join(strings.Fields(Visible(s)), " ")
}
