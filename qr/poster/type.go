package poster

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"tipbox/templates/fonts"
)

// shapeSize is the em in which text is shaped: large, so that rounding to 1/64 is nothing.
const shapeSize = 1000

// MissingGlyphError names a character that none of the embedded fonts can write.
type MissingGlyphError struct {
	Rune rune
	Text string // that it stands in
}

func (e *MissingGlyphError) Error() string {
	return fmt.Sprintf("no font has the character %q (%U) of %q", e.Rune, e.Rune, e.Text)
}

// face is a font that text is shaped with. Faces cache, so each typesetter has its own.
type face struct {
	name string
	data []byte // the file, for the PDF
	*font.Face
	outlines map[font.GID]path
}

// glyph is one shaped glyph; places are in em from the start of the run's baseline, y downwards.
type glyph struct {
	face *face
	id   font.GID
	x, y float64
	// char is the character where the glyph is just what the font shows for it, so
	// that a PDF can hold it as text; 0 where shaping chose or moved the glyph.
	char rune
	// advance is the glyph's own width in em, without kerning.
	advance float64
	// outline is the glyph's area in em: a page is written while its drafter
	// shapes the next, and must not ask the face.
	outline path
}

// run is a shaped piece of one line. Its size is chosen when it is placed.
type run struct {
	text   string
	glyphs []glyph
	width  float64 // in em
}

// typesetter shapes, measures and breaks text. It is for one goroutine.
type typesetter struct {
	faces  [2][]*face // regular, bold
	shaper shaping.HarfbuzzShaper
	runs   map[runKey]*run
}

type runKey struct {
	text string
	bold bool
}

func newTypesetter() (*typesetter, error) {
	t := &typesetter{runs: make(map[runKey]*run)}
	for i, bold := range []bool{false, true} {
		for _, f := range fonts.Load(bold) {
			parsed, err := font.ParseTTF(bytes.NewReader(f.Data))
			if err != nil {
				return nil, fmt.Errorf("reading the embedded font %s: %w", f.Name, err)
			}
			t.faces[i] = append(t.faces[i], &face{f.Name, f.Data, parsed, make(map[font.GID]path)})
		}
	}
	return t, nil
}

// shape returns the run of one line of text, or a *MissingGlyphError.
func (t *typesetter) shape(text string, bold bool) (*run, error) {
	key := runKey{text, bold}
	if r := t.runs[key]; r != nil {
		return r, nil
	}
	runes := visible(text)
	r := &run{text: string(runes)}
	for start := 0; start < len(runes); {
		f, end, err := t.stretch(runes, start, bold)
		if err != nil {
			return nil, err
		}
		t.shapeWith(f, runes, start, end, r)
		start = end
	}
	if len(t.runs) > 20_000 { // a run of the command over very many sites
		clear(t.runs)
	}
	t.runs[key] = r
	return r, nil
}

// visible returns the characters of text that a font must draw: in NFC, without
// the zero-width characters that only say where lines may break.
func visible(text string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if r == wordBreak || r == '\u2060' || r == '\ufeff' {
			return -1
		}
		return r
	}, norm.NFC.String(text)))
}

// stretch returns the face that can draw runes from start on, and how far.
func (t *typesetter) stretch(runes []rune, start int, bold bool) (*face, int, error) {
	faces := t.faces[0]
	if bold {
		faces = t.faces[1]
	}
	var found *face
	for _, f := range faces {
		if _, ok := f.NominalGlyph(runes[start]); ok {
			found = f
			break
		}
	}
	if found == nil {
		return nil, 0, &MissingGlyphError{runes[start], string(runes)}
	}
	end := start + 1
	for ; end < len(runes); end++ {
		_, has := found.NominalGlyph(runes[end])
		_, first := faces[0].NominalGlyph(runes[end])
		if !has || found != faces[0] && first && !unicode.Is(unicode.Mn, runes[end]) {
			break
		}
	}
	return found, end, nil
}

func (t *typesetter) shapeWith(f *face, runes []rune, start, end int, r *run) {
	features := []shaping.FontFeature{off("liga")} // would stand for two characters of the PDF's text
	if f == t.faces[0][0] || f == t.faces[1][0] {
		if !slices.ContainsFunc(runes[start:end], func(r rune) bool { return unicode.Is(unicode.Mn, r) }) {
			features = append(features, off("ccmp")) // would take ị apart
		}
	}
	out := t.shaper.Shape(shaping.Input{
		Text: runes, RunStart: start, RunEnd: end, Direction: di.DirectionLTR,
		Face: f.Face, Size: fixed.I(shapeSize),
		Script: language.LookupScript(runes[start]), Language: "vi",
		FontFeatures: features,
	})
	em := func(v fixed.Int26_6) float64 { return float64(v) / 64 / shapeSize }
	upem := float64(f.Upem())
	for _, g := range out.Glyphs {
		placed := glyph{face: f, id: g.GlyphID, x: r.width + em(g.XOffset), y: -em(g.YOffset)}
		placed.outline = f.outline(g.GlyphID)
		placed.advance = float64(f.HorizontalAdvance(g.GlyphID)) / upem
		char := runes[g.TextIndex()]
		if id, ok := f.NominalGlyph(char); ok && id == g.GlyphID && g.RunesCount() == 1 && g.GlyphsCount() == 1 &&
			g.XOffset == 0 && g.YOffset == 0 {
			placed.char = char
		}
		r.glyphs = append(r.glyphs, placed)
		r.width += em(g.Advance)
	}
}

func off(feature string) shaping.FontFeature {
	return shaping.FontFeature{Tag: opentype.MustNewTag(feature), Value: 0}
}

// outline returns the glyph's area in em, y downwards from the baseline.
func (f *face) outline(id font.GID) path {
	if p, ok := f.outlines[id]; ok {
		return p
	}
	var p path
	upem := float64(f.Upem())
	at := func(q opentype.SegmentPoint) point { return point{float64(q.X) / upem, -float64(q.Y) / upem} }
	if data, ok := f.GlyphDataOutline(id); ok {
		last, open := point{}, false
		for _, s := range data.Segments {
			a := at(s.Args[0])
			switch s.Op {
			case opentype.SegmentOpMoveTo:
				if open {
					p.close()
				}
				p.move(a.x, a.y)
				last, open = a, true
			case opentype.SegmentOpLineTo:
				p.line(a.x, a.y)
				last = a
			case opentype.SegmentOpQuadTo:
				p.quad(last, a, at(s.Args[1]))
				last = at(s.Args[1])
			case opentype.SegmentOpCubeTo:
				p.curve(a, at(s.Args[1]), at(s.Args[2]))
				last = at(s.Args[2])
			}
		}
		if open {
			p.close()
		}
	}
	f.outlines[id] = p
	return p
}
