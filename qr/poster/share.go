package poster

import (
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
	b := box{margin, margin, shareWidth - 2*margin, shareHeight - 2*margin}
	one := c.alone()
	head := box{0, 0, shareWidth, 34}
	s.fill(rectangle(head), c.brand)
	s.braid(box{0, head.h - 5, shareWidth, 3.4}, c.brand.mix(white, 0.82), warm)
	s.badge(c, b.x+11.5, 15, 11)
	s.text(box{b.x + 27, 2.5, b.w - 27, 25}, start, middle, append(
		one.say(func(t *postertext.Text) string { return t.Name }, para{bold: true, max: 10, min: 5, color: white}, 1, 0),
		para{text: c.unit[0], bold: true, max: 4.6, min: 2.6, color: white, space: 1.6})...)
	const code = 56.0
	y := head.h + 4
	s.symbol(c.symbol, b.x-2, y-2, code+4)
	x := b.x + code + 4
	w := b.x + b.w - x
	var lines []block
	h := code / 3
	for i, m := range promises {
		ty := y + float64(i)*h
		s.icon(m.icon, x, ty+1, 8, c.brand)
		lines = append(lines, block{box{x, ty + 9, w, h - 9.5}, start, start,
			one.say(m.text, para{bold: true, max: 4.3, min: 2.4, color: ink}, 0.7, 0)})
	}
	s.blocks(lines...)
	y += code + 3.5
	s.fill(rounded(box{b.x, y, b.w, 14}, 3), c.tint)
	s.text(box{b.x + 2, y + 0.8, b.w - 4, 12.4}, middle, middle,
		para{text: c.symbol.Link, bold: true, max: 6, min: 3, color: c.brand})
	y += 14 + 2.5
	s.boxRow(c, box{b.x, y, b.w, b.y + b.h - y + 1.5})
}

// boxRow is the three mailboxes side by side.
func (s *sheet) boxRow(c *content, b box) {
	w := b.w / 3
	var names []block
	for i, m := range mailboxes {
		x := b.x + float64(i)*w
		s.icon(m.icon, x+w/2-4.5, b.y, 9, c.brand)
		names = append(names, block{box{x + 1, b.y + 9.2, w - 2, b.h - 9.2}, middle, start,
			c.alone().say(m.name, para{bold: true, max: 3.9, min: 2.2, color: ink}, 1, 0)})
	}
	s.blocks(names...)
}
