package poster

import (
	"fmt"

	"tipbox/qr"
	"tipbox/templates/pictograms"
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

// icon draws a pictogram into a square.
func (s *sheet) icon(name string, x, y, side float64, c Color) {
	p, err := parsePath(pictograms.Path(name))
	if err != nil {
		s.fail(fmt.Errorf("pictogram %s: %w", name, err))
		return
	}
	k := side / pictograms.Side
	s.fill(p.transform(k, k, x, y+side), c)
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
}

// leading is the distance of baselines in em: room for an Ế below a ộ.
const leading = 1.22

// capHeight and descent of the Latin font, in em, for centring what is seen.
const (
	ascent  = 0.84 // up to the tone mark of a lower case letter
	descent = 0.20
)

// text sets paragraphs into a box, all shrunk by one factor until they fit, and
// returns the height they take. It fails with a *FitError where they do not fit
// at their smallest.
func (s *sheet) text(b box, halign, valign float64, paras ...para) float64 {
	if s.err != nil {
		return 0
	}
	var present []para
	for _, p := range paras {
		if p.text != "" {
			present = append(present, p)
		}
	}
	for f := 1.0; ; f *= 0.97 {
		set, height, smallest, err := s.set(present, b.w, f)
		if err != nil {
			s.fail(err)
			return 0
		}
		if set != nil && height <= b.h+1e-9 {
			s.place(set, b, height, halign, valign)
			return height
		}
		if smallest {
			s.fail(&FitError{longest(present)})
			return 0
		}
	}
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
// a word is wider than the box; smallest tells that no factor is smaller.
func (s *sheet) set(paras []para, width, f float64) (lines []line, height float64, smallest bool, err error) {
	smallest = true
	for i, p := range paras {
		size := max(p.max*f, p.min)
		smallest = smallest && size == p.min
		broken, err := s.type_.lines(p.text, p.bold, width/size)
		if err != nil {
			return nil, 0, false, err
		}
		if broken == nil {
			return nil, 0, allSmallest(paras, f), nil
		}
		if i > 0 {
			height += p.space * size / p.max
		}
		for j, r := range broken {
			y := height + ascent*size
			if j > 0 {
				y = lines[len(lines)-1].y + leading*size
			}
			lines = append(lines, line{r, y, size, p.bold, p.color})
			height = y + descent*size
		}
	}
	return lines, height, smallest, nil
}

func allSmallest(paras []para, f float64) bool {
	for _, p := range paras {
		if p.max*f > p.min {
			return false
		}
	}
	return true
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
