package poster

import (
	"image"

	"tipbox/qr"
)

// Page is one drawn page: primitives in millimetres, in the order in which they
// are painted. PDF, SVG and PNG are made of the same page.
type Page struct {
	Title         string  // of its bookmark: the site
	Heading       string  // of the whole: the box's name
	Lang          string  // BCP 47 tag of the language set large
	Width, Height float64 // millimetres
	Paste         string  // to be sent beside a picture to share; "" for paper

	dpi     float64 // of its PNG
	items   []item
	symbols []placed
}

// item is a primitive: a *shape, a *glyphRun or a *picture.
type item interface{ bounds() box }

// shape is a path filled with one colour.
type shape struct {
	path  path
	color Color
}

func (s *shape) bounds() box { return s.path.bounds() }

// glyphRun is a run of text with its baseline starting at x, y.
type glyphRun struct {
	x, y, size float64
	bold       bool
	color      Color
	run        *run
}

func (g *glyphRun) bounds() box {
	return box{g.x, g.y - 1.1*g.size, g.run.width * g.size, 1.4 * g.size}
}

// picture is a raster image: a unit's emblem.
type picture struct {
	box
	image image.Image
	png   []byte // the same, encoded
}

func (p *picture) bounds() box { return p.box }

// placed is where a QR code stands, with its quiet zone.
type placed struct {
	box
	symbol *qr.Symbol
}

// module returns the side of one module in millimetres.
func (p placed) module() float64 { return p.w / float64(p.symbol.Size()+2*qr.QuietZone) }
