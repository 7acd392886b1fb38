package poster

import (
	"errors"
	"fmt"
	"strings"
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

// lines breaks the text into lines of at most width em. It returns nil where a
// word alone is wider. The breaks are chosen so that the lines are of like
// length: a last line of one short word looks lost on a poster.
func (t *typesetter) lines(text string, bold bool, width float64) ([]*run, error) {
	greedy, err := t.greedy(text, bold, width)
	if missing := new(MissingGlyphError); errors.As(err, &missing) {
		missing.Text = text // the whole, not just the line it was met in
	}
	if err != nil || len(greedy) < 2 {
		return greedy, err
	}
	best := greedy
	for lo, hi := width/2, width; hi-lo > 0.05; {
		mid := (lo + hi) / 2
		try, err := t.greedy(text, bold, mid)
		if err != nil {
			return nil, err
		}
		if try != nil && len(try) == len(greedy) {
			best, hi = try, mid
		} else {
			lo = mid
		}
	}
	return best, nil
}

// greedy fills line after line. It returns nil where a word alone is too wide.
func (t *typesetter) greedy(text string, bold bool, width float64) ([]*run, error) {
	var done []*run
	line := ""
	var shaped *run
	for _, w := range words(text) {
		r, err := t.shape(strings.TrimRight(line+w, " "), bold)
		if err != nil {
			return nil, err
		}
		if r.width > width && line != "" {
			done = append(done, shaped)
			line = ""
			if r, err = t.shape(strings.TrimRight(w, " "), bold); err != nil {
				return nil, err
			}
		}
		if r.width > width {
			return nil, nil
		}
		line += w
		shaped = r
	}
	if shaped != nil && line != "" {
		done = append(done, shaped)
	}
	return done, nil
}
