package poster

import (
	"tipbox/qr"
	"tipbox/templates/postertext"
)

// A sheet of stickers is an A4 of two columns and four rows.
const (
	stickerColumns = 2
	stickerRows    = 4
	stickerWidth   = 210.0 / stickerColumns
	stickerHeight  = 297.0 / stickerRows
)

// stickers draws the same sticker eight times, with marks to cut along.
func stickers(s *sheet, c *content) {
	one := c.alone()
	for row := range stickerRows {
		for column := range stickerColumns {
			s.dx, s.dy = float64(column)*stickerWidth, float64(row)*stickerHeight
			sticker(s, one)
		}
	}
	s.dx, s.dy = 0, 0
	s.cutMarks(stickerColumns, stickerRows, 210, 297)
}

// sticker draws one sticker. Printers leave about 4 mm of a sheet's edge white,
// so no ink comes nearer to it. The code has no frame here: each millimetre
// makes its modules larger, and its own quiet zone is white enough. There is as
// much air to its left, right and top: its quiet zone and the width of a cut.
func sticker(s *sheet, c *content) {
	const cut, edge, side, gap = 2.0, 4.5, 57.0, 1.6
	s.symbol(c.symbol, cut, cut, side)
	quiet := qr.QuietZone * side / float64(c.symbol.Size()+2*qr.QuietZone)
	left, below := cut+quiet, cut+side-0.4
	foot := box{left, stickerHeight - edge - 6.1, stickerWidth - edge - left, 6.1}
	s.text(box{left, below, side - quiet, foot.y - below}, start, middle,
		para{text: c.typed(), bold: true, max: 4.4, min: 2.2, color: c.brand})
	const date = 26
	s.text(box{foot.x, foot.y, foot.w - date - 2, foot.h}, start, middle, para{text: c.unit[0], bold: true, max: 3.6, min: 2.2, color: c.brand})
	s.text(box{foot.x + foot.w - date, foot.y, date, foot.h}, finish, middle, para{text: c.code + " · " + c.date, max: 2.5, min: 2, color: muted})

	b := box{x: 2*cut + side, y: edge}
	b.w = stickerWidth - edge - b.x
	next := func(height float64) box {
		b.h = height
		part := b
		b.y += height + gap
		return part
	}
	head := next(14)
	s.fill(rounded(head, 2.6), c.brand)
	s.text(box{head.x + 2, head.y + 0.6, head.w - 4, head.h - 1.2}, middle, middle,
		c.say(func(t *postertext.Text) string { return t.Call }, para{bold: true, max: 6, min: 3, color: white, lead: 1.12}, 1, 0)...)

	const icon = 7
	var lines []block
	for _, m := range mailboxes {
		row := next(icon)
		b.y -= gap - 0.5
		for j, name := range m.icons {
			s.icon(name, row.x+float64(j)*(icon+0.7), row.y, icon, c.brand, white)
		}
		x := 2*(icon+0.7) + 0.5
		lines = append(lines, block{box{row.x + x, row.y, row.w - x, row.h}, start, middle,
			c.say(m.name, para{bold: true, max: 2.9, min: 2, color: ink}, 1, 0)})
	}
	s.blocks(lines...)
	b.y += gap - 0.5

	danger := next(9)
	s.fill(frame(danger, 2.2, 0.5), c.brand)
	s.icon("call", danger.x+1.2, danger.y+1.5, 6, c.brand, white)
	s.text(box{danger.x + 8, danger.y + 0.6, danger.w - 9, danger.h - 1.2}, start, middle,
		c.say(func(t *postertext.Text) string { return t.Danger }, para{bold: true, max: 3.2, min: 2, color: ink}, 1, 0)...)
	s.text(box{b.x, b.y, b.w, foot.y - b.y - 0.6}, start, middle,
		c.say(func(t *postertext.Text) string { return t.Fake }, para{max: 2.8, min: 1.9, color: ink}, 1, 0)...)
}

// cutMarks draws short lines where the columns and rows of a sheet meet its edges
// and one another.
func (s *sheet) cutMarks(columns, rows int, w, h float64) {
	const long, thin = 4, 0.15
	for i := 0; i <= columns; i++ {
		for j := 0; j <= rows; j++ {
			x, y := w*float64(i)/float64(columns), h*float64(j)/float64(rows)
			s.fill(rectangle(box{x - long, y - thin/2, 2 * long, thin}), muted)
			s.fill(rectangle(box{x - thin/2, y - long, thin, 2 * long}), muted)
		}
	}
}
