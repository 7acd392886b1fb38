package poster

import (
	"tipbox/qr"
	"tipbox/templates/postertext"
)

// slips draws two paper forms on an A4, to be cut apart.
func slips(s *sheet, c *content) {
	const h = 297.0 / 2
	for i := range 2 {
		s.dy = float64(i) * h
		slip(s, c, 210, h)
	}
	s.dy = 0
	s.cutMarks(1, 2, 210, 297)
}

// slip draws the form for people without a telephone: it goes into the unit's
// wooden box, or a relative sends it over the code.
func slip(s *sheet, c *content, w, h float64) {
	const margin = 9.0
	b := box{margin, margin, w - 2*margin, h - 2*margin}
	one := c.alone()
	t := c.texts[0]

	// The head.
	head := box{b.x, b.y, b.w, 19}
	s.fill(rounded(head, 4), c.brand)
	s.badge(c, box{head.x + 4, head.y + 2.5, 14, 14})
	s.text(box{head.x + 22, head.y + 1, head.w*0.5 - 22, head.h - 2}, start, middle,
		c.say(func(t *postertext.Text) string { return t.Name }, para{bold: true, max: 8.4, min: 4, color: white}, 0.45, 0.3)...)
	s.text(box{head.x + head.w*0.52, head.y + 1, head.w*0.48 - 5, head.h - 2}, finish, middle,
		para{text: c.unit[0], bold: true, max: 5, min: 2.6, color: white},
		para{text: c.site[0], max: 3.8, min: 2.4, color: white, space: 0.6})

	// The code and what goes with it, at the right: its modules end where the head ends.
	const column = 62.0
	x := b.x + b.w - column
	quiet := qr.QuietZone * column / float64(c.symbol.Size()+2*qr.QuietZone)
	s.symbol(c.symbol, x+quiet, head.y+head.h+0.4, column)
	top := head.y + head.h + quiet - 0.8
	y := head.y + head.h + column + 0.6
	x += 2 * quiet
	under := column - 2*quiet
	s.text(box{x, y, under, 16}, middle, start,
		c.say(func(t *postertext.Text) string { return t.SlipScan }, para{bold: true, max: 4, min: 2.6, color: ink}, 0.8, 0.3)...)
	s.text(box{x, y + 16.4, under, 5.5}, middle, middle, para{text: c.typed(), bold: true, max: 4.4, min: 1.9, color: c.brand})
	s.text(box{x, y + 22.6, under, b.y + b.h - y - 22.6}, middle, finish,
		para{text: c.fill(t.Danger), bold: true, max: 3.8, min: 2.4, color: ink},
		c.call(3.8, 0.4),
		para{text: c.readHere(t), max: 3.4, min: 2.2, color: ink, space: 1},
		para{text: c.fill(t.Printed), max: 2.4, min: 2, color: muted, space: 1.4})

	// What is written, at the left.
	w = x - b.x - 2*quiet + 2
	label := func(p pick, y, h float64) {
		s.text(box{b.x, y, w, h}, start, start, inline(c, p, para{bold: true, max: 4.2, min: 2.6, color: ink}))
	}
	label(func(t *postertext.Text) string { return t.SlipMailbox }, top, 6)
	var names []block
	third := w / 3
	for i, m := range mailboxes {
		bx := b.x + float64(i)*third
		s.fill(frame(box{bx, top + 8.2, 6, 6}, 1, 0.5), ink)
		names = append(names, block{box{bx + 7.5, top + 6, third - 11, 10.5}, start, middle,
			one.say(m.name, para{max: 3.8, min: 2.2, color: ink}, 0.8, 0)})
	}
	s.blocks(names...)
	y = top + 18.5
	label(func(t *postertext.Text) string { return t.SlipWhat }, y, 6)
	const lines = 6 // to write on, and one more for where and when
	y += 4
	drop := 10 + 4*float64(len(c.texts)-1)
	ruling := (b.y + b.h - drop - 3 - y) / (lines + 2)
	for range lines {
		y += ruling
		s.rule(b.x, y, w)
	}
	y += ruling
	half := w / 2
	var leads []block
	for i, p := range []pick{func(t *postertext.Text) string { return t.SlipWhere }, func(t *postertext.Text) string { return t.SlipWhen }} {
		bx := b.x + float64(i)*(half+3)
		lead := inline(c, p, para{bold: true, max: 4.2, min: 2.6, color: ink})
		leads = append(leads, block{box{bx, y - 4.2, half - 6, 6}, start, start, []para{lead}})
		s.rule(bx, y+ruling*0.9, half-3)
	}
	s.blocks(leads...)
	s.icon("noface", b.x, b.y+b.h-drop/2-4.5, 9, c.brand, white)
	s.text(box{b.x + 11, b.y + b.h - drop, w - 11, drop}, start, middle,
		c.say(func(t *postertext.Text) string { return t.SlipDrop }, para{bold: true, max: 3.9, min: 2.4, color: ink}, 0.82, 0.2)...)
}

// rule is a line to write on.
func (s *sheet) rule(x, y, w float64) { s.fill(rectangle(box{x, y, w, 0.25}), muted.mix(white, 0.3)) }

// inline is a label in all languages one after the other; a line ends between them.
func inline(c *content, p pick, like para) para {
	like.text = noBreak(c.fill(p(c.texts[0])))
	for _, t := range c.texts[1:] {
		like.text += "\u00a0\u00a0·  " + noBreak(c.fill(p(t)))
	}
	return like
}
