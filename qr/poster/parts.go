package poster

import (
	"strconv"

	"tipbox/templates/postertext"
)

// The parts that the layouts are put together from. Each draws into a box of the
// sheet's design millimetres.

type pick = func(*postertext.Text) string

// mailbox, promise and step are the three threes of the posters.
var (
	mailboxes = []struct {
		icon string
		name pick
	}{
		{"lightbulb", func(t *postertext.Text) string { return t.Suggestion }},
		{"campaign", func(t *postertext.Text) string { return t.Report }},
		{"local_police", func(t *postertext.Text) string { return t.Crime }},
	}
	promises = []struct {
		icon string
		text pick
	}{
		{"person_off", func(t *postertext.Text) string { return t.NoName }},
		{"phone_disabled", func(t *postertext.Text) string { return t.NoPhone }},
		{"password_2_off", func(t *postertext.Text) string { return t.NoLogin }},
	}
	steps = []struct {
		icon      string
		text, how pick
	}{
		{"mobile_camera", func(t *postertext.Text) string { return t.StepScan }, func(t *postertext.Text) string { return t.StepScanHow }},
		{"stylus_note", func(t *postertext.Text) string { return t.StepWrite }, func(t *postertext.Text) string { return t.StepWriteHow }},
		{"send", func(t *postertext.Text) string { return t.StepSend }, func(t *postertext.Text) string { return t.StepSendHow }},
	}
)

// warm is the second colour of the woven band; no text stands in it or on it.
var warm = Color{0xf4, 0xb9, 0x42}

// badge is the emblem, else a letter box, in a white disc.
func (s *sheet) badge(c *content, cx, cy, r float64) {
	s.fill(circle(cx, cy, r), white)
	if c.emblem != nil {
		side := r * 1.3
		s.emblem(c.emblem, box{cx - side/2, cy - side/2, side, side})
		return
	}
	s.icon("markunread_mailbox", cx-r*0.68, cy-r*0.72, r*1.36, c.brand)
}

// braid is a woven band as on hems and belts in the highlands: a row of diamonds
// between two rows of teeth.
func (s *sheet) braid(b box, light, accent Color) {
	n := max(int(b.w/b.h*1.25+0.5), 1)
	w := b.w / float64(n)
	cy := b.y + b.h/2
	var rim, core path
	polygon := func(p *path, corners ...point) {
		p.move(corners[0].x, corners[0].y)
		for _, q := range corners[1:] {
			p.line(q.x, q.y)
		}
		p.close()
	}
	tooth := b.h * 0.26
	for i := range n {
		x := b.x + float64(i)*w
		cx := x + w/2
		polygon(&rim, point{cx - w*0.36, cy}, point{cx, cy - b.h*0.36}, point{cx + w*0.36, cy}, point{cx, cy + b.h*0.36})
		polygon(&core, point{cx - w*0.17, cy}, point{cx, cy - b.h*0.17}, point{cx + w*0.17, cy}, point{cx, cy + b.h*0.17})
		for _, edge := range []float64{x, x + w} {
			left, right := max(edge-w*0.2, b.x), min(edge+w*0.2, b.x+b.w)
			polygon(&rim, point{left, b.y}, point{right, b.y}, point{edge, b.y + tooth})
			polygon(&rim, point{left, b.y + b.h}, point{right, b.y + b.h}, point{edge, b.y + b.h - tooth})
		}
	}
	s.fill(rim, light)
	s.fill(core, accent)
}

// header says what this is, large enough to be read across a yard.
func (s *sheet) header(c *content, b box) {
	const band = 6
	s.fill(rounded(b, 6), c.brand)
	s.braid(box{b.x + 7, b.y + b.h - band - 2.6, b.w - 14, band}, c.brand.mix(white, 0.82), warm)
	inner := b.h - band - 3
	r := inner*0.5 - 4
	s.badge(c, b.x+10+r, b.y+1.5+inner/2, r)
	x := b.x + 10 + 2*r + 8
	s.text(box{x, b.y + 3.2, b.x + b.w - x - 7, inner - 5.2}, start, middle,
		c.say(func(t *postertext.Text) string { return t.Name }, para{bold: true, max: 19.5, min: 8, color: white}, 0.32, 1)...)
}

// identity names the unit and the place where the sheet hangs.
func (s *sheet) identity(c *content, b box) {
	split := b.w * 0.55
	if len(c.unit[0]) > 2*len(c.site[0]) {
		split = b.w * 0.62
	}
	unit := []para{{text: c.unit[0], bold: true, max: 7.6, min: 2.8, color: c.brand}}
	site := []para{{text: c.site[0], bold: true, max: 5.2, min: 2.6, color: ink}}
	for _, u := range c.unit[1:] {
		unit = append(unit, para{text: u, max: 4, min: 2.4, color: muted, space: 0.4})
	}
	for _, n := range c.site[1:] {
		site = append(site, para{text: n, max: 3.8, min: 2.4, color: muted, space: 0.4})
	}
	s.text(box{b.x, b.y, split - 4, b.h}, start, middle, unit...)
	s.icon("location_on", b.x+split, b.y+b.h/2-4.5, 9, c.brand)
	s.text(box{b.x + split + 10.5, b.y, b.w - split - 10.5, b.h}, start, middle, site...)
}

// code is the QR code between the four corners of a camera's finder.
func (s *sheet) code(c *content, b box) {
	const t = 2.2
	for _, corner := range []struct{ x, y, sx, sy float64 }{
		{b.x, b.y, 1, 1}, {b.x + b.w, b.y, -1, 1}, {b.x, b.y + b.h, 1, -1}, {b.x + b.w, b.y + b.h, -1, -1},
	} {
		s.fill(bracket(b.w*0.2, 6, t).transform(corner.sx, corner.sy, corner.x, corner.y), c.brand)
	}
	s.symbol(c.symbol, b.x+t, b.y+t, b.w-2*t)
}

// bracket is the top left corner of a rounded frame of thickness t.
func bracket(arm, r, t float64) path {
	k, in := r*(1-kappa), r-t
	ki := in * (1 - kappa)
	var p path
	p.move(0, arm)
	p.line(0, r)
	p.curve(point{0, k}, point{k, 0}, point{r, 0})
	p.line(arm, 0)
	p.line(arm, t)
	p.line(r, t)
	p.curve(point{t + ki, t}, point{t, t + ki}, point{t, r})
	p.line(t, arm)
	p.close()
	return p
}

// boxes are the three mailboxes, one below the other.
func (s *sheet) boxes(c *content, b box, size float64) {
	gap := b.h * 0.035
	h := (b.h - 2*gap) / 3
	r := min(h*0.36, b.w*0.16)
	var names []block
	for i, m := range mailboxes {
		y := b.y + float64(i)*(h+gap)
		s.fill(rounded(box{b.x, y, b.w, h}, 5), c.tint)
		s.fill(circle(b.x+4+r, y+h/2, r), c.brand)
		s.icon(m.icon, b.x+4+r-r*0.72, y+h/2-r*0.72, r*1.44, white)
		x := b.x + 4 + 2*r + 4.5
		names = append(names, block{box{x, y + 1.5, b.x + b.w - x - 3, h - 3}, start, middle,
			c.say(m.name, para{bold: true, max: size, min: size * 0.5, color: ink}, 0.6, 0.8)})
	}
	s.blocks(names...)
}

// address is the link to be typed by hand where the camera fails. A long link
// gets smaller, and what it is for does not.
func (s *sheet) address(c *content, b box, size float64) {
	const label = 4.2
	list := c.say(func(t *postertext.Text) string { return t.Type }, para{max: label, min: 2.9, color: ink}, 0.85, 0.5)
	above := 1.15 * label * float64(len(list))
	above *= b.h / (above + 1.1*size) // its share of the height
	s.text(box{b.x, b.y, b.w, above}, middle, middle, list...)
	s.text(box{b.x, b.y + above, b.w, b.h - above}, middle, middle, para{text: c.symbol.Link, bold: true, max: size, min: size * 0.5, color: c.brand})
}

// promiseBand says that nothing is asked.
func (s *sheet) promiseBand(c *content, b box, size float64) {
	s.fill(rounded(b, 5), c.brand)
	w := b.w / 3
	side := min(b.h*0.7, 15)
	var texts []block
	for i, m := range promises {
		x := b.x + float64(i)*w
		s.icon(m.icon, x+4, b.y+b.h/2-side/2, side, white)
		texts = append(texts, block{box{x + side + 6.5, b.y + 2, w - side - 8, b.h - 4}, start, middle,
			c.say(m.text, para{bold: true, max: size, min: size * 0.6, color: white}, 0.6, 0.3)})
	}
	s.blocks(texts...)
}

// stepRow is the way of a tip in three numbered pictures, for those who do not
// read too. how adds what to know about each step, in the first language.
func (s *sheet) stepRow(c *content, b box, how bool) {
	const gap = 8
	w := (b.w - 2*gap) / 3
	side := min(b.h*0.82, 20)
	var texts []block
	for i, m := range steps {
		x := b.x + float64(i)*(w+gap)
		if i > 0 {
			s.fill(chevron(x-gap/2-0.2, b.y+b.h/2, 3.2), c.brand.mix(white, 0.45))
		}
		s.icon(m.icon, x, b.y+b.h/2-side/2, side, c.brand)
		s.disc(c, strconv.Itoa(i+1), x+side*0.14, b.y+b.h/2-side*0.4, side*0.17)
		paras := c.say(m.text, para{bold: true, max: 5.8, min: 3, color: ink}, 0.66, 0.3)
		if how {
			paras = append(paras, para{text: c.fill(m.how(c.texts[0])), max: 4, min: 2.8, color: ink, space: 1.4})
		}
		texts = append(texts, block{box{x + side + 2, b.y, w - side - 3.5, b.h}, start, middle, paras})
	}
	s.blocks(texts...)
}

// disc is a number in a filled circle with a white rim.
func (s *sheet) disc(c *content, number string, cx, cy, r float64) {
	s.fill(circle(cx, cy, r*1.25), white)
	s.fill(circle(cx, cy, r), c.brand)
	size := r * 1.5
	s.text(box{cx - r, cy - capHeight/2*size - (ascent-capHeight)*size, 2 * r, 3 * r}, middle, start,
		para{text: number, bold: true, max: size, min: size, color: white})
}

// chevron points to the right, its tip half its size from the centre.
func chevron(cx, cy, half float64) path {
	var p path
	t := half * 0.55
	p.move(cx-half*0.5-t/2, cy-half)
	p.line(cx-half*0.5+t/2, cy-half)
	p.line(cx+half*0.5+t/2, cy)
	p.line(cx-half*0.5+t/2, cy+half)
	p.line(cx-half*0.5-t/2, cy+half)
	p.line(cx+half*0.5-t/2, cy)
	p.close()
	return p
}

// note is a pictogram with a text beside it, on a tint or in a frame.
func (s *sheet) note(c *content, b box, icon string, text pick, bold bool) {
	side := min(b.h*0.62, 12)
	if bold {
		s.fill(frame(b, 4.5, 0.9), c.brand)
	} else {
		s.fill(rounded(b, 4.5), c.tint)
	}
	s.icon(icon, b.x+3.5, b.y+b.h/2-side/2, side, c.brand)
	s.text(box{b.x + side + 6.5, b.y + 1.8, b.w - side - 10, b.h - 3.6}, start, middle,
		c.say(text, para{bold: bold, max: 4.5, min: 2.9, color: ink}, 0.8, 0.5)...)
}

// ruler draws 50 mm of the paper, whatever the sheet's scale.
func (s *sheet) ruler(x, y, h float64) {
	mm := 1 / s.scale
	p := rectangle(box{x, y + h - 0.35, 50 * mm, 0.35})
	for i := range 51 {
		tall := h * 0.4
		if i%10 == 0 {
			tall = h
		} else if i%5 == 0 {
			tall = h * 0.65
		}
		p = append(p, rectangle(box{x + (float64(i)-0.1)*mm, y + h - tall, 0.2 * mm, tall})...)
	}
	s.fill(p, ink)
}
