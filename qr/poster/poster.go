// Package poster draws the posters: one layout as a list of primitives in
// millimetres, and PDF, PNG and SVG made of it.
package poster

import (
	"fmt"
	"math"
	"time"

	"tipbox/intake"
	"tipbox/templates/postertext"
)

// Paper is what a poster is printed on, or shared as.
type Paper string

// The papers.
const (
	A4 Paper = "a4"
	A3 Paper = "a3"
	A5 Paper = "a5"
)

// Options say what is drawn, and how.
type Options struct {
	Paper Paper
	Texts postertext.Set
	Link  func(*intake.Site) string
	Date  time.Time // printed on the posters

	// Progress is told after each page how many of the sites are done; may be nil.
	Progress func(done, total int)
}

// Drafter draws pages. It is for one goroutine.
type Drafter struct {
	o     Options
	type_ *typesetter
}

// NewDrafter returns a drafter.
func NewDrafter(o Options) (*Drafter, error) {
	t, err := newTypesetter()
	if err != nil {
		return nil, err
	}
	return &Drafter{o, t}, nil
}

// Draw returns the site's page, whose codes have been read back and compared with the link.
func (d *Drafter) Draw(site *intake.Site) (*Page, error) {
	c, err := newContent(site, d.o.Link(site), &d.o, nil, DefaultColor)
	if err != nil {
		return nil, err
	}
	w, h, scale := 210.0, 297.0, 1.0
	switch d.o.Paper {
	case A3:
		w, h, scale = 297, 420, math.Sqrt2
	case A5:
		w, h, scale = 148, 210, math.Sqrt2/2
	}
	s := &sheet{type_: d.type_, page: &Page{Title: site.Code + " · " + c.site[0], Heading: c.texts[0].Name, Lang: c.texts[0].Lang, Width: w, Height: h, dpi: 300}, scale: scale}
	wall(s, c)
	if s.err != nil {
		return nil, fmt.Errorf("poster of site %s: %w", site.Code, s.err)
	}
	if err := s.page.check(); err != nil {
		return nil, fmt.Errorf("poster of site %s: %w", site.Code, err)
	}
	return s.page, nil
}
