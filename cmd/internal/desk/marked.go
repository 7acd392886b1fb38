package desk

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"tipbox/crypto/open"
)

// mark stands before every line that a sender wrote, so that nothing in a tip can
// pass for what tipbox says: a second tip, say, or a question for the passphrase.
const mark = "│ "

// columns is how many a line of a sender's has at most: no window is expected to
// break it into two, the second without its mark.
const columns = 72

// marked returns a stranger's text with the mark before each line, those among them
// that were too long for the columns.
func marked(text string, columns int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(open.Visible(text), "\n") {
		for _, piece := range broken(strings.ReplaceAll(line, "\t", "    "), columns-len([]rune(mark))) {
			b.WriteString(strings.TrimRight(mark+piece, " ") + "\n")
		}
	}
	return b.String()
}

// markedValue returns a stranger's word for a row whose values begin at the column
// indent.
func markedValue(value string, indent, columns int) string {
	pieces := broken(open.VisibleLine(value), columns-indent-len([]rune(mark)))
	return strings.Join(pieces, "\n"+strings.Repeat(" ", indent)+mark)
}

// broken cuts a line into pieces of at most so many columns, behind a space where one
// is near.
func broken(line string, columns int) (pieces []string) {
	runes := []rune(line)
	for {
		used, end, space := 0, 0, 0
		for ; end < len(runes); end++ {
			if used += cells(runes[end]); used > columns {
				break
			}
			if runes[end] == ' ' {
				space = end + 1
			}
		}
		if end == len(runes) {
			return append(pieces, string(runes))
		}
		if space > end/2 {
			end = space
		}
		end = max(end, 1)
		pieces = append(pieces, strings.TrimRight(string(runes[:end]), " "))
		runes = runes[end:]
	}
}

// cells returns how many columns of a terminal a character takes.
func cells(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case width.LookupRune(r).Kind() == width.EastAsianWide, width.LookupRune(r).Kind() == width.EastAsianFullwidth:
		return 2
	}
	return 1
}
