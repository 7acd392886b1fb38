package poster

import (
	"cmp"
	"fmt"
	"slices"

	"tipbox/qr"
)

// minModule is the smallest printed module, in millimetres, that cheap cameras read.
const minModule = 1.2

// sheet draws one page. Layouts are written in the millimetres of their own
// design size; scale turns them into those of the paper, so that A3, A4 and A5
// are one layout. The first error sticks and ends the drawing.
type sheet struct {
	type_ *typesetter
	page  *Page
	scale float64
	// dx, dy is where the design's origin lies on the page, in millimetres.
	dx, dy float64
	err    error
}

func (s *sheet) fill(p path, c Color) {
	if s.err == nil {
		s.page.items = append(s.page.items, &shape{p.transform(s.scale, s.scale, s.dx, s.dy), c})
	}
}

func (s *sheet) box(b box) box {
	return box{b.x*s.scale + s.dx, b.y*s.scale + s.dy, b.w * s.scale, b.h * s.scale}
}

func (s *sheet) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// symbol draws a QR code with its quiet zone into a square.
func (s *sheet) symbol(sym *qr.Symbol, x, y, side float64) {
	b := s.box(box{x, y, side, side})
	at := placed{b, sym}
	if m := at.module(); m < minModule-1e-9 {
		s.fail(fmt.Errorf("the link %s is too long for this paper: its modules would be %.2f mm wide, and phones need %.1f", sym.Link, m, minModule))
		return
	}
	s.fill(rectangle(box{x, y, side, side}), white)
	m := side / float64(sym.Size()+2*qr.QuietZone)
	var p path
	for _, polygon := range sym.Outline() {
		for i, c := range polygon {
			cx, cy := x+float64(c.X+qr.QuietZone)*m, y+float64(c.Y+qr.QuietZone)*m
			if i == 0 {
				p.move(cx, cy)
			} else {
				p.line(cx, cy)
			}
		}
		p.close()
	}
	s.fill(p, Color{})
	s.page.symbols = append(s.page.symbols, at)
}

// align is where text stands in its box, from 0 (left, top) to 1 (right, bottom).
const (
	start  = 0
	middle = 0.5
	finish = 1
)

// para is a paragraph of a text box: a text, and the sizes it may be set in.
type para struct {
	text     string
	bold     bool
	max, min float64 // font size, in the design's millimetres
	color    Color
	space    float64 // above it, unless it is the first; shrinks with the size
	lead     float64 // distance of baselines in em; 0 for leading
}

// leading is the distance of baselines in em: room for an Ế below a ộ.
const leading = 1.22

// What is seen of the Latin font, in em: for centring, the tone mark of a lower
// case letter and half a descender count, not what the font file says.
const (
	capHeight = 0.714
	ascent    = 0.84
	descent   = 0.20
)

// block is text for a box: paragraphs, and where they stand in it.
type block struct {
	box
	halign, valign float64
	paras          []para
}

// text sets paragraphs into a box, shrunk until they fit.
func (s *sheet) text(b box, halign, valign float64, paras ...para) {
	s.blocks(block{b, halign, valign, paras})
}

// apartMargin is how much smaller a text may get so that no line ends inside a name.
const apartMargin = 0.86

// blocks sets texts that belong together: all are shrunk by one factor until
// each fits its box. It fails with a *FitError where one does not fit at its smallest.
func (s *sheet) blocks(list ...block) {
	for i, b := range list {
		list[i].paras = slices.DeleteFunc(slices.Clone(b.paras), func(p para) bool { return p.text == "" })
	}
	var split []func() // the largest setting, where it takes a name apart
	for f, least := 1.0, 0.0; s.err == nil; f *= 0.97 {
		set, apart := s.try(list, f, split != nil)
		if apart && split == nil {
			split, least = set, f*apartMargin
		}
		if split != nil && f <= least {
			set, apart = split, false
		}
		if set != nil && !apart {
			for _, place := range set {
				place()
			}
			return
		}
	}
}

// try sets the texts at factor f of their sizes. It returns nil where one does not
// fit its box, and fails where it never will, unless it fitted before.
func (s *sheet) try(list []block, f float64, fitted bool) (set []func(), apart bool) {
	for _, b := range list {
		lines, height, split, err := s.set(b.paras, b.w, f, roomy)
		fits := func() bool { return lines != nil && height <= b.h+1e-9 }
		if err == nil && !fits() {
			lines, height, split, err = s.set(b.paras, b.w, f, fewest)
		}
		if err != nil {
			s.fail(err)
			return nil, false
		}
		if !fits() {
			if smallest(b.paras, f) && !fitted {
				s.fail(&FitError{longest(b.paras)})
			}
			return nil, false
		}
		apart = apart || split
		set = append(set, func() { s.place(lines, b.box, height, b.halign, b.valign) })
	}
	return set, apart
}

// line is a set line: y is its baseline from the top of the text.
type line struct {
	run   *run
	y     float64
	size  float64
	bold  bool
	color Color
}

// set breaks the paragraphs at factor f of their sizes. It returns no lines where
// a word is wider than the box. cost and apart are as of
// typesetter.lines.
func (s *sheet) set(paras []para, width, f, cost float64) (lines []line, height float64, apart bool, err error) {
	lines = []line{}
	for i, p := range paras {
		size := max(p.max*f, p.min)
		broken, split, err := s.type_.lines(p.text, p.bold, width/size, cost)
		if err != nil || broken == nil {
			return nil, 0, false, err
		}
		apart = apart || split
		if i > 0 {
			height += p.space * size / p.max
		}
		for j, r := range broken {
			y := height + ascent*size
			if j > 0 {
				y = lines[len(lines)-1].y + cmp.Or(p.lead, leading)*size
			}
			lines = append(lines, line{r, y, size, p.bold, p.color})
			height = y + descent*size
		}
	}
	return lines, height, apart, nil
}

// smallest reports whether no factor below f makes any paragraph smaller.
func smallest(paras []para, f float64) bool {
	return !slices.ContainsFunc(paras, func(p para) bool { return p.max*f > p.min })
}

func (s *sheet) place(lines []line, b box, height, halign, valign float64) {
	top := b.y + (b.h-height)*valign
	for _, l := range lines {
		at := s.box(box{b.x + (b.w-l.run.width*l.size)*halign, top + l.y, 0, 0})
		s.page.items = append(s.page.items, &glyphRun{at.x, at.y, l.size * s.scale, l.bold, l.color, l.run})
	}
}

func longest(paras []para) string {
	text := ""
	for _, p := range paras {
		if len(p.text) > len(text) {
			text = p.text
		}
	}
	return text
}
