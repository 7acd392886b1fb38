package poster

import (
	"strings"

	"tipbox/templates/postertext"
)

// A picture to share is 1080 × 1350 pixels, the largest upright size that
// Facebook and Zalo show whole; a pixel is a tenth of a millimetre.
const (
	shareWidth  = 108.0
	shareHeight = 135.0
	shareDPI    = 254
)

// share draws the picture that goes round on phones. It speaks to someone who holds
// the very phone that shows it, and says what such an app knows; there is no print
// date, for nothing is printed.
func share(s *sheet, c *content) {
	const margin, code = 5.0, 58.0
	x0, width := margin, shareWidth-2*margin
	c = c.alone()

	head := box{0, 0, shareWidth, 26.4}
	s.fill(rectangle(head), c.brand)
	s.braid(box{0, head.h - 4.4, shareWidth, 3}, c.brand.mix(white, 0.82), warm)
	s.badge(c, box{x0, 2.6, 18, 18})
	s.text(box{x0 + 22, 1.6, width - 22, 20.4}, start, middle, append(
		c.say(func(t *postertext.Text) string { return t.Name }, para{bold: true, max: 9, min: 5, color: white}, 1, 0),
		para{text: c.unit[0], bold: true, max: 4.6, min: 2.6, color: white, space: 1})...)

	// The code, whose quiet zone is all the room it needs; beside it what to do with it.
	y := head.h
	s.symbol(c.symbol, 0, y, code)
	right := box{code + 0.5, y + 5.2, shareWidth - margin - code - 0.5, code - 10.4}
	const icon = 13.0
	s.icon("press", right.x-2.6, right.y, icon, c.brand, white)
	s.text(box{right.x, right.y + icon + 1, right.w, 17}, start, start,
		c.say(func(t *postertext.Text) string { return t.Share }, para{bold: true, max: 5.6, min: 3, color: ink}, 1, 0)...)
	s.text(box{right.x, right.y + right.h - 17, right.w, 17}, start, finish,
		c.say(func(t *postertext.Text) string { return t.Promise }, para{max: 4, min: 2.6, color: ink}, 1, 0)...)

	y += code
	address := box{x0, y, width, 13.6}
	s.fill(rounded(address, 3), c.tint)
	s.text(box{x0 + 2, y + 0.8, width - 4, 5}, middle, middle,
		c.say(func(t *postertext.Text) string { return t.ShareSecret }, para{max: 3.4, min: 2.2, color: ink}, 1, 0)...)
	s.text(box{x0 + 2, y + 5.4, width - 4, 7.6}, middle, middle, para{text: c.typed(), bold: true, max: 6.2, min: 3, color: c.brand})
	s.boxRow(c, box{x0, y + address.h + 2, width, 18})

	danger := box{x0, shareHeight - margin - 10.4, width, 10.4}
	s.fill(frame(danger, 3, 0.6), c.brand)
	s.icon("call", x0+2.4, danger.y+1.7, 7, c.brand, white)
	s.text(box{x0 + 12, danger.y + 0.8, width - 14, danger.h - 1.6}, start, middle, append(
		c.say(func(t *postertext.Text) string { return t.Danger }, para{bold: true, max: 4, min: 2.4, color: ink}, 1, 0),
		c.call(3.4, 0.4))...)
}

// paste is the message to send beside the picture: some apps open no code.
func (c *content) paste() string {
	return strings.ReplaceAll(strings.NewReplacer("{unit}", c.unit[0], "{link}", c.symbol.Link).Replace(c.texts[0].Paste), "\u00a0", " ")
}

// boxRow is the three mailboxes side by side.
func (s *sheet) boxRow(c *content, b box) {
	w := b.w / 3
	const side = 9.0
	var names []block
	for i, m := range mailboxes {
		x := b.x + float64(i)*w
		for j, icon := range m.icons {
			s.icon(icon, x+w/2-side-0.8+float64(j)*(side+1.6), b.y, side, c.brand, white)
		}
		names = append(names, block{box{x + 0.5, b.y + side + 0.4, w - 1, b.h - side - 0.4}, middle, start,
			c.say(m.name, para{bold: true, max: 3.6, min: 2.2, color: ink}, 1, 0)})
	}
	s.blocks(names...)
}
