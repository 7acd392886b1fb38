package poster

import (
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
	for row := range stickerRows {
		for column := range stickerColumns {
			s.dx, s.dy = float64(column)*stickerWidth, float64(row)*stickerHeight
			sticker(s, c)
		}
	}
	s.dx, s.dy = 0, 0
	s.cutMarks(stickerColumns, stickerRows, 210, 297)
}

// sticker draws one sticker. Printers leave about 4 mm of a sheet's edge white,
// so nothing comes nearer to it. The code has no frame here: each millimetre
// makes its modules larger, and its own quiet zone is white enough.
func sticker(s *sheet, c *content) {
	b := box{4.5, 4.5, stickerWidth - 9, stickerHeight - 9}
	one := c.alone()
	const foot = 5.4
	side := b.h - foot
	s.symbol(c.symbol, b.x, b.y, side)
	s.text(box{b.x, b.y + side, b.w, foot}, middle, finish,
		para{text: c.symbol.Link, bold: true, max: 4.6, min: 2.4, color: c.brand})

	x := b.x + side + 1
	w := b.x + b.w - x
	s.fill(rounded(box{x, b.y + 1, w, 19.4}, 3.5), c.brand)
	s.braid(box{x + 3, b.y + 16.4, w - 6, 2.4}, c.brand.mix(white, 0.82), warm)
	s.text(box{x + 2, b.y + 2, w - 4, 14}, middle, middle,
		one.say(func(t *postertext.Text) string { return t.Name }, para{bold: true, max: 6.2, min: 3, color: white}, 1, 0)...)
	var lines []block
	y := b.y + 20.8
	const h = 8.4
	for _, m := range promises {
		s.icon(m.icon, x+0.5, y+h/2-3, 6, c.brand)
		lines = append(lines, block{box{x + 7.6, y, w - 7.6, h}, start, middle,
			one.say(m.text, para{bold: true, max: 2.8, min: 2, color: ink}, 0.8, 0)})
		y += h
	}
	s.blocks(lines...)
	s.text(box{x, y + 0.6, w, b.y + side - y - 0.6}, start, middle,
		para{text: c.unit[0], bold: true, max: 3.4, min: 2.2, color: c.brand},
		para{text: c.code + " · " + c.date, max: 2.5, min: 2.2, color: muted, space: 0.5})
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
