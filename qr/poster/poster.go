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
	A4       Paper = "a4"
	A3       Paper = "a3"
	A5       Paper = "a5"
	Stickers Paper = "stickers" // eight on an A4
	Slip     Paper = "slip"     // two paper forms on an A4
	Share    Paper = "share"    // a picture for Zalo and Facebook
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

// Brand is how a unit's posters look.
type Brand struct {
	Color  Color
	Emblem *Emblem // nil: a letter box with a letter going in
}

// BrandOf reads the unit's colour and emblem. Its errors are the operator's to mend.
func BrandOf(u *intake.Unit) (Brand, error) {
	b := Brand{Color: DefaultColor}
	if u.Color != "" {
		c, err := ParseColor(u.Color)
		if err == nil {
			err = CheckColor(c)
		}
		if err != nil {
			return b, fmt.Errorf("unit %s: %w", u.ID, err)
		}
		b.Color = c
	}
	if u.Emblem != "" {
		e, err := LoadEmblem(u.Emblem)
		if err != nil {
			return b, fmt.Errorf("unit %s: %w", u.ID, err)
		}
		b.Emblem = e
	}
	return b, nil
}

// Drafter draws pages. It is for one goroutine.
type Drafter struct {
	o      Options
	type_  *typesetter
	brands map[*intake.Unit]Brand
}

// NewDrafter returns a drafter for sites of the units in brands, which are read only.
func NewDrafter(o Options, brands map[*intake.Unit]Brand) (*Drafter, error) {
	t, err := newTypesetter()
	if err != nil {
		return nil, err
	}
	return &Drafter{o, t, brands}, nil
}

// Draw returns the site's page, whose codes have been read back and compared with the link.
func (d *Drafter) Draw(site *intake.Site) (*Page, error) {
	c, err := newContent(site, d.o.Link(site), &d.o, d.brands[site.Unit])
	if err != nil {
		return nil, err
	}
	p := &Page{
		Title: site.Code + " · " + c.site[0], Heading: c.texts[0].Name, Lang: c.texts[0].Lang,
		Width: 210, Height: 297, dpi: 300,
	}
	s := &sheet{type_: d.type_, page: p, scale: 1}
	switch d.o.Paper {
	case A4:
		wall(s, c, 210, 297)
	case A3:
		p.Width, p.Height, s.scale = 297, 420, math.Sqrt2
		wall(s, c, 210, 297)
	case A5:
		p.Width, p.Height, s.scale = 148, 210, 0.8
		wall(s, c, 148/0.8, 210/0.8)
	case Stickers:
		stickers(s, c)
	case Slip:
		slips(s, c)
	case Share:
		p.Width, p.Height, p.dpi = shareWidth, shareHeight, shareDPI
		share(s, c)
	default:
		return nil, fmt.Errorf("no such paper: %q", d.o.Paper)
	}
	if d.o.Paper == Share {
		p.Paste = c.paste()
	}
	if s.err != nil {
		return nil, fmt.Errorf("poster of site %s: %w", site.Code, s.err)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("poster of site %s: %w", site.Code, err)
	}
	return p, nil
}
