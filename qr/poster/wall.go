package poster

import (
	"tipbox/templates/postertext"
)

// wall draws the poster for the wall. Its parts stand one below the other; the
// code takes the height that they leave. A3 and A4 are one sheet at two scales;
// A5 has fewer words, set larger for its size.
func wall(s *sheet, c *content, w, h float64) {
	const margin, gap = 8, 3.8
	small := h < 290
	further := float64(len(c.texts) - 1)
	notes := c
	if small { // further languages would be too small to read there
		notes = c.alone()
	}
	b := box{margin, margin, w - 2*margin, 0}
	next := func(height float64) box {
		b.h = height
		part := b
		b.y += height + gap
		return part
	}
	// What stands below the code, from the top down.
	address, promise, step, note, foot := 15+2.8*further, 17.5+3*max(0, further-1), 24.0, 16.5+2.4*further, 15.0
	header, identity := 52.0, 12+1.2*further
	if small {
		header, identity, address, promise, step, note = 48, 13, 15, 17+3*max(0, further-1), 17, 19
	}
	s.header(c, next(header))
	s.identity(notes, next(identity))
	rest := h - margin - b.y - address - promise - step - note - foot - 5*gap
	side := min(rest, b.w*0.56)
	row := next(rest)
	s.code(c, box{row.x, row.y + (rest-side)/2, side, side})
	s.boxes(c, box{row.x + side + 6, row.y, row.w - side - 6, rest}, 7.6)
	s.address(notes, next(address), 10)
	s.promiseBand(c, next(promise), 6.6)
	s.stepRow(c, next(step), !small)
	row = next(note)
	wide := row.w * 0.58
	s.note(notes, box{row.x, row.y, wide, row.h}, "photo_camera", func(t *postertext.Text) string { return t.Later }, false)
	s.note(notes, box{row.x + wide + 4, row.y, row.w - wide - 4, row.h}, "call", func(t *postertext.Text) string { return t.Danger }, true)
	s.foot(c, next(foot))
}

// foot is for the careful: how to spot a pasted code, how to see a wrong print
// scale, which site and when.
func (s *sheet) foot(c *content, b box) {
	text := func(p pick) para {
		return para{text: c.fill(p(c.texts[0])), max: 3.6, min: 2.1, color: ink, space: 0.7}
	}
	words := max(51, 50/s.scale+1) // the width of what stands below the ruler
	left := b.x + b.w - words
	s.icon("pan_tool", b.x+1, b.y+b.h/2-5, 10, c.brand)
	fake := []para{text(func(t *postertext.Text) string { return t.Fake })}
	if c.phone != "" {
		fake = append(fake, para{text: c.fill(c.texts[0].Phone), bold: true, max: 3.6, min: 2.6, color: ink, space: 1.4})
	}
	fake = append(fake, para{text: c.readHere(c.texts[0]), bold: true, max: 3.6, min: 2.1, color: ink, space: 1.4})
	s.text(box{b.x + 14, b.y, left - b.x - 22, b.h}, start, middle, fake...)
	s.ruler(left, b.y, 3.4)
	s.text(box{left, b.y + 4.6, words, b.h - 4.6}, start, start,
		text(func(t *postertext.Text) string { return t.Ruler }), text(func(t *postertext.Text) string { return t.Printed }))
}
