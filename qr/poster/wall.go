package poster

import (
	"tipbox/qr"
	"tipbox/templates/postertext"
)

// The levels of type, by font size in the design's millimetres: what carries across
// a road (capitals of 18 mm on an A4), what is read standing before it, and notes.
// There is no fourth.
const (
	levelOne   = 25.3
	levelTwo   = 6.4
	levelThree = 4.5
)

// levels gathers the texts of a sheet by level, so that each level is one size: all
// texts of a level shrink together.
type levels struct {
	c          *content
	two, three []block
}

func (l *levels) say(b box, color Color, p pick) {
	l.two = append(l.two, block{b, start, middle,
		l.c.say(p, para{bold: true, max: levelTwo, min: levelTwo / 2, color: color}, levelThree/levelTwo, 0.4)})
}

// note is a text of the third level; more of it may follow.
func (l *levels) note(b box, valign float64, bold bool, p pick, more ...para) {
	paras := l.c.say(p, para{bold: bold, max: levelThree, min: 2.7, color: ink}, 1, 0.3)
	l.three = append(l.three, block{b, start, valign, append(paras, more...)})
}

func (l *levels) set(s *sheet) {
	s.blocks(l.two...)
	s.blocks(l.three...)
}

// wall draws the poster for the wall. Its parts stand one below the other; the
// code takes the height that they leave. A3 and A4 are one sheet at two scales;
// A5 has fewer words, set larger for its size. A second
// language stands where it decides something, for each line of it makes the code smaller.
func wall(s *sheet, c *content, w, h float64) {
	const margin, gap = 11, 3.4
	small := h < 290
	further := float64(len(c.texts) - 1)
	l := &levels{c: c}
	notes := c
	if small { // a second language would be too small to read there
		notes = c.alone()
	}
	b := box{margin, margin - 2, w - 2*margin, 0}
	next := func(height float64) box {
		b.h = height
		part := b
		b.y += height + gap
		return part
	}
	header, promise, address, scene, note, foot := 61.8+7*further, 16.6+5*further, 12.4, 26.6, 19.5+5*further, 16.0
	if small {
		header, scene, note = 57+7*further, 20, 18.5
	}
	s.header(c, next(header))
	s.promise(c, l, next(promise))

	// Round the code its own quiet zone is all the air it needs.
	b.y -= gap
	side := min(h-margin+2-b.y-address-scene-note-foot-3*gap, w*0.6)
	row := next(side)
	b.y -= gap
	module := side / float64(c.symbol.Size()+2*qr.QuietZone)
	quiet := qr.QuietZone * module
	x := max(margin-quiet, 0)
	s.symbol(c.symbol, x, row.y, side)
	right := box{x + side + 0.5, row.y + quiet, row.x + row.w - x - side - 0.5, 13 + 5*further}
	right.y -= (ascent - capHeight) * levelTwo // its capitals begin where the code does
	s.identity(c, right)
	right.y += right.h + gap
	right.h = row.y + side - quiet - right.y
	s.boxes(l, right)

	s.address(c.alone(), l, next(address))
	s.scene(notes, l, next(scene), !small && further == 0)
	row = next(note)
	wide := (row.w - 4) * 0.52
	l.c = c.alone()
	s.later(l.c, l, box{row.x, row.y, wide, row.h})
	l.c = notes
	s.danger(notes, l, box{row.x + wide + 4, row.y, row.w - wide - 4, row.h})
	l.c = c.alone()
	s.foot(c, l, next(foot))
	l.set(s)
}

// foot is for the careful: how to spot a pasted code, and, for whoever prints, how
// to see a wrong scale, which site and when: small print, that no villager needs.
func (s *sheet) foot(c *content, l *levels, b box) {
	small := func(p pick) para {
		return para{text: c.fill(p(c.texts[0])), max: 3.2, min: 1.9, color: ink, space: 0.4}
	}
	words := max(60, 50/s.scale+1) // the width of what stands below the ruler
	left := b.x + b.w - words
	side := min(b.h, 13)
	s.icon("fake", b.x+4, b.y+b.h/2-side/2, side, c.brand, white)
	l.note(box{b.x + side + 8, b.y, left - b.x - side - 12, b.h}, middle, false, func(t *postertext.Text) string { return t.Fake },
		para{text: c.readHere(c.texts[0]), max: levelThree, min: 2.2, color: ink, space: 0.6})
	s.ruler(left, b.y, 3)
	s.text(box{left, b.y + 3.8, words, b.h - 3.8}, start, start,
		small(func(t *postertext.Text) string { return t.Ruler }), small(func(t *postertext.Text) string { return t.Printed }))
}
