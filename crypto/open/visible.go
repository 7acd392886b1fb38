package open

import (
	"fmt"
	"strings"
	"unicode"
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
		if r == '\n' || r == '\t' || !hidden(r) || belongs(before, r, after) {
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

// blanks look like nothing though Unicode counts them as letters, marks or symbols.
var blanks = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034f, Hi: 0x034f, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115f, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180b, Hi: 0x180f, Stride: 1}, // Mongolian selectors
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // Braille blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xfe00, Hi: 0xfe0f, Stride: 1}, // variation selectors
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1}, // halfwidth Hangul filler
	},
	R32: []unicode.Range32{
		{Lo: 0xe0100, Hi: 0xe01ef, Stride: 1}, // variation selectors
	},
}

func hidden(r rune) bool { return !unicode.IsGraphic(r) || unicode.Is(blanks, r) }

// belongs reports whether an invisible character is part of ordinary writing.
func belongs(before, r, after rune) bool {
	symbol := func(r rune) bool { return unicode.In(r, unicode.So, unicode.Sk) || r == 0xfe0f }
	words := func(r rune) bool { return unicode.In(r, unicode.Lao, unicode.Khmer) }
	switch r {
	case 0xfe0f: // emoji presentation, of digits in keycaps as well
		return symbol(before) || unicode.In(before, unicode.Sm, unicode.Po) || after == 0x20e3
	case 0x200d: // zero width joiner
		return symbol(before) && unicode.Is(unicode.So, after)
	case 0x200b: // zero width space
		return words(before) && words(after)
	}
	return false
}
