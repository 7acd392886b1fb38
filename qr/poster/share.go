package poster

import (
	"math"

	"tipbox/templates/postertext"
)

// A picture to share is 1080 × 1350 pixels, the largest upright size that
// Facebook and Zalo show whole; a pixel is a tenth of a millimetre.
const (
	shareWidth  = 108.0
	shareHeight = 135.0
	shareDPI    = 254
)

// share draws the picture that goes round on phones. Who sees it on a phone
// cannot scan that phone: the address is as large as the width allows.
func share(s *sheet, c *content) {
	const margin = 5.0
	x0, width := margin, shareWidth-2*margin
	one := c.alone()

	head := box{0, 0, shareWidth, 28}
	s.fill(rectangle(head), c.brand)
	s.braid(box{0, head.h - 4.6, shareWidth, 3.2}, c.brand.mix(white, 0.82), warm)
	s.badge(c, x0+9.5, 12, 9.5)
	s.text(box{x0 + 23, 2.2, width - 23, 20.2}, start, middle, append(
		one.say(func(t *postertext.Text) string { return t.Name }, para{bold: true, max: 9, min: 5, color: white}, 1, 0),
		para{text: c.unit[0], bold: true, max: 4.6, min: 2.6, color: white, space: 1.2})...)

	// The code, whose quiet zone is all the room it needs; beside it the promises
	// and 113.
	const code = 60.0
	y := head.h + 0.6
	s.symbol(c.symbol, x0-4, y, code)
	right := box{x0 + code - 3.6, y + 4.8, width - code + 3.6, code - 9.6}
	const danger, gap = 14.0, 2.5
	h := (right.h - danger - gap) / 3
	var lines []block
	for i, m := range promises {
		ty := right.y + float64(i)*h
		s.icon(m.icon, right.x, ty+h/2-4, 8, c.brand)
		lines = append(lines, block{box{right.x + 10, ty, right.w - 10, h}, start, middle,
			one.say(m.text, para{bold: true, max: 4, min: 2.4, color: ink}, 0.7, 0)})
	}
	s.blocks(lines...)
	s.note(one, box{right.x, right.y + right.h - danger, right.w, danger}, "call", func(t *postertext.Text) string { return t.Danger }, true)

	y += code + 0.4
	s.fill(rounded(box{x0, y, width, 12}, 3), c.tint)
	s.text(box{x0 + 2, y + 0.6, width - 4, 4}, middle, middle, para{text: one.texts[0].Type, max: 3, min: 2.2, color: ink})
	s.text(box{x0 + 2, y + 4.2, width - 4, 7.4}, middle, middle, para{text: c.symbol.Link, bold: true, max: 6.2, min: 3, color: c.brand})
	s.boxRow(one, box{x0, y + 12 + 1.6, width, 16.5})

	foot := box{0, shareHeight - 15.4, shareWidth, 15.4}
	s.fill(rectangle(foot), c.brand)
	s.stepLine(one, box{x0, foot.y + 1.2, width, 8.4})
	s.text(box{x0, foot.y + 9.5, width, 4}, middle, start,
		para{text: c.fill(one.texts[0].Printed), max: 2.9, min: 2.2, color: white})
}

// boxRow is the three mailboxes side by side.
func (s *sheet) boxRow(c *content, b box) {
	w := b.w / 3
	const side = 8.0
	var names []block
	for i, m := range mailboxes {
		x := b.x + float64(i)*w
		s.icon(m.icon, x+w/2-side/2, b.y, side, c.brand)
		names = append(names, block{box{x + 0.5, b.y + side + 0.2, w - 1, b.h - side - 0.2}, middle, start,
			c.say(m.name, para{bold: true, max: 3.6, min: 2.2, color: ink}, 1, 0)})
	}
	s.blocks(names...)
}

// stepLine is the way of a tip on one line, on the brand's colour. Where the words
// fit on one line, each step is as wide as its own, so that the arrows stand evenly.
func (s *sheet) stepLine(c *content, b box) {
	const side, lead, size, gap = 6.6, 7.6, 3.6, 5.0 // lead is an icon and the air behind it
	room := b.w - 3*(lead+gap)
	var paras [3][]para
	var widths [3]float64
	total := 0.0
	for i, m := range steps {
		paras[i] = c.say(m.text, para{bold: true, max: size, min: 2.2, color: white}, 1, 0)
		one, _, err := s.type_.lines(paras[i][0].text, true, math.Inf(1), fewest)
		if err != nil {
			s.fail(err)
			return
		}
		widths[i] = one[0].width*size + 0.1
		total += widths[i]
	}
	if total > room {
		widths, total = [3]float64{room / 3, room / 3, room / 3}, room
	}
	between := gap + (room-total)/3
	x := b.x + between/2
	var texts []block
	for i, m := range steps {
		if i > 0 {
			s.fill(chevron(x-between/2, b.y+b.h/2, 1.6), c.brand.mix(white, 0.6))
		}
		s.icon(m.icon, x, b.y+b.h/2-side/2, side, white)
		texts = append(texts, block{box{x + lead, b.y, widths[i], b.h}, start, middle, paras[i]})
		x += lead + widths[i] + between
	}
	s.blocks(texts...)
}
