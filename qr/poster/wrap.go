package poster

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// wordBreak is U+200B, which Lao and Khmer names carry between words: the line
// may break there.
const wordBreak = '\u200b'

// FitError says that a text does not fit its place even at its smallest size.
type FitError struct{ Text string }

func (e *FitError) Error() string { return fmt.Sprintf("text is too long for its place: %q", e.Text) }

// words returns the pieces between which a line may break: each ends with the
// spaces that vanish at a line's end. No-break spaces do not break.
func words(text string) []string {
	var list []string
	start, spaced := 0, false
	for i, r := range text {
		if spaced && r != ' ' && r != wordBreak {
			list = append(list, text[start:i])
			start = i
		}
		spaced = r == ' ' || r == wordBreak
	}
	return append(list, text[start:])
}

// What a line costs, and its end, added to the squares of how much of each line
// is left empty. Type is largest in the fewest lines; where there is room, a line
// more is better than a name taken apart.
const (
	fewest    = 1000.0
	roomy     = 5.0
	apartCost = 10.0
	kindCost  = 1.0
	plainCost = 0.1
)

// lines breaks the text into lines of at most width em, each at the given cost, as
// few as that makes good, and of like length: a last line of one short word looks
// lost on a poster. apart says that a name or a compound is taken apart, because
// it must be. lines returns nil where a word alone is wider.
func (t *typesetter) lines(text string, bold bool, width, cost float64) (list []*run, apart bool, err error) {
	pieces := words(norm.NFC.String(text))
	type way struct {
		cost  float64
		from  int // where its last line starts
		last  *run
		apart bool
	}
	best := make([]way, len(pieces)+1)      // the best way to set the pieces before each
	bonds := make([]float64, len(pieces)+1) // after each; the last has none
	for end := 1; end <= len(pieces); end++ {
		best[end].cost = math.Inf(1)
		if end < len(pieces) {
			bonds[end] = bond(pieces[end-1], pieces[end])
		}
	}
	for from := range pieces {
		if math.IsInf(best[from].cost, 1) {
			continue
		}
		line := ""
		for end := from + 1; end <= len(pieces); end++ {
			line += pieces[end-1]
			shown := strings.TrimRight(line, " ")
			if end < len(pieces) { // what parts two texts is no end of a line
				shown = strings.TrimRight(shown, " \u00a0·")
			}
			r, err := t.shape(shown, bold)
			if missing := new(MissingGlyphError); errors.As(err, &missing) {
				missing.Text = text // the whole, not just the line it was met in
			}
			if err != nil {
				return nil, false, err
			}
			if r.width > width {
				break
			}
			empty := 1 - r.width/width
			w := way{best[from].cost + cost + empty*empty + bonds[end], from, r, best[from].apart || bonds[end] == apartCost}
			if w.cost < best[end].cost {
				best[end] = w
			}
		}
	}
	if math.IsInf(best[len(pieces)].cost, 1) {
		return nil, false, nil
	}
	for end := len(pieces); end > 0; end = best[end].from {
		list = append(list, best[end].last)
	}
	slices.Reverse(list)
	return list, best[len(pieces)].apart, nil
}
