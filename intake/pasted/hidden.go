package pasted

import "unicode"

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

// Hidden reports whether nobody sees the character, or sees only what it does to
// others: control, format and unassigned ones, and blanks that count as letters.
// Spaces of all widths are none of them.
func Hidden(r rune) bool { return !unicode.IsGraphic(r) || unicode.Is(blanks, r) }

// Belongs reports whether a hidden character is part of ordinary writing where it
// stands between two others: the joiners of emoji, the breaks of Lao and Khmer.
func Belongs(before, r, after rune) bool {
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
