package poster

import (
	"strconv"

	"tipbox/templates/postertext"
)

// The parts that the layouts are put together from. Each draws into a box of the
// sheet's design millimetres.

type pick = func(*postertext.Text) string

// mailboxes and steps are the two threes of the posters.
var (
	mailboxes = []struct {
		icons [2]string
		name  pick
	}{
		{[2]string{"road", "tap"}, func(t *postertext.Text) string { return t.Suggestion }},
		{[2]string{"fight", "tree"}, func(t *postertext.Text) string { return t.Report }},
		{[2]string{"packet", "border"}, func(t *postertext.Text) string { return t.Crime }},
	}
	steps = []struct {
		icon      string
		text, how pick
	}{
		{"scan", func(t *postertext.Text) string { return t.StepScan }, func(t *postertext.Text) string { return t.StepScanHow }},
		{"letter", func(t *postertext.Text) string { return t.StepSend }, func(t *postertext.Text) string { return t.StepSendHow }},
		{"officer", func(t *postertext.Text) string { return t.StepRead }, func(t *postertext.Text) string { return t.StepReadHow }},
	}
)

// warm is the second colour of the woven band and, paler, of the scene's ground.
var warm = Color{0xf4, 0xb9, 0x42}

// badge is the letter box, or the unit's emblem on a white disc.
func (s *sheet) badge(c *content, b box) {
	if c.emblem == nil {
		s.icon("box", b.x, b.y, b.w, white, c.brand)
		return
	}
	r := b.w / 2
	s.fill(circle(b.x+r, b.y+r, r), white)
	side := r * 1.36
	s.emblem(c.emblem, box{b.x + r - side/2, b.y + r - side/2, side, side})
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

// header says what to do, large enough to be read across a road.
func (s *sheet) header(c *content, b box) {
	const band, pad = 4.6, 8
	s.fill(rounded(b, 5), c.brand)
	s.braid(box{b.x + pad, b.y + b.h - band - 2.6, b.w - 2*pad, band}, c.brand.mix(white, 0.82), warm)
	inner := b.h - band - 3.6
	side := inner * 0.62
	s.badge(c, box{b.x + b.w - side - pad, b.y + (inner-side)/2 + 1, side, side})
	s.text(box{b.x + pad, b.y + 1, b.w - side - 2*pad - 3, inner - 1}, start, middle,
		c.say(func(t *postertext.Text) string { return t.Call },
			para{bold: true, max: levelOne, min: 10, color: white, lead: 1.03}, levelTwo/levelOne, 0)...)
}

// promise says that nothing is asked.
func (s *sheet) promise(c *content, l *levels, b box) {
	s.fill(rounded(b, 4), c.tint)
	side := min(b.h-3, 16)
	s.icon("noface", b.x+4, b.y+b.h/2-side/2, side, c.brand, c.tint)
	l.say(box{b.x + side + 9, b.y + 1, b.w - side - 12, b.h - 2}, ink, func(t *postertext.Text) string { return t.Promise })
}

// identity names the unit and the place where the sheet hangs.
func (s *sheet) identity(c *content, b box) {
	paras := []para{{text: c.unit[0], bold: true, max: levelTwo, min: 2.8, color: c.brand}}
	for _, u := range c.unit[1:] {
		paras = append(paras, para{text: u, max: levelThree, min: 2.4, color: muted, space: 0.4})
	}
	for i, n := range c.site {
		color := ink
		if i > 0 {
			color = muted
		}
		paras = append(paras, para{text: n, bold: i == 0, max: levelThree, min: 2.4, color: color, space: 0.6})
	}
	s.text(b, start, start, paras...)
}

// boxes are the three mailboxes, one below the other, each with two things that
// happen to people.
func (s *sheet) boxes(l *levels, b box) {
	const gap, pad = 2.4, 3.4
	h := (b.h - 2*gap) / 3
	side := min(h-pad, 16.4)
	for i, m := range mailboxes {
		y := b.y + float64(i)*(h+gap)
		s.fill(rounded(box{b.x, y, b.w, h}, 4), l.c.tint)
		x := b.x + pad
		for _, icon := range m.icons {
			s.icon(icon, x, y+h/2-side/2, side, l.c.brand, l.c.tint)
			x += side + 2.6
		}
		l.say(box{x + 1, y + 0.5, b.x + b.w - x - 2, h - 1}, ink, m.name)
	}
}

// address is the link to be typed by hand where the camera fails.
func (s *sheet) address(c *content, l *levels, b box) {
	label := 5.6 * float64(len(c.texts))
	l.three = append(l.three, block{box{b.x, b.y, b.w, label}, middle, middle,
		c.say(func(t *postertext.Text) string { return t.Type }, para{max: levelThree, min: 2.7, color: ink}, 1, 0.3)})
	s.text(box{b.x, b.y + label, b.w, b.h - label}, middle, middle,
		para{text: c.typed(), bold: true, max: levelTwo, min: levelTwo / 2, color: c.brand})
}

// scene is the way of a tip in three pictures: a phone before a code, a locked
// letter, and the officer who opens it. how adds what to know of each step.
func (s *sheet) scene(c *content, l *levels, b box, how bool) {
	ground := warm.mix(white, 0.82)
	s.fill(rounded(b, 4), ground)
	const pad, gap = 4, 9
	w := (b.w - 2*pad - 2*gap) / 3
	side := min(b.h-5, 19)
	for i, m := range steps {
		x := b.x + pad + float64(i)*(w+gap)
		if i > 0 {
			s.fill(chevron(x-gap/2-0.4, b.y+b.h/2, 2.8), c.brand)
		}
		s.icon(m.icon, x, b.y+b.h/2-side/2, side, c.brand, ground)
		paras := c.say(m.text, para{bold: true, max: levelThree, min: 2.7, color: ink}, 1, 0.2)
		paras[0].text = strconv.Itoa(i+1) + ".\u00a0" + paras[0].text
		if how {
			paras = append(paras, para{text: c.fill(m.how(c.texts[0])), max: levelThree, min: 2.7, color: ink, space: 0.6})
		}
		l.three = append(l.three, block{box{x + side + 2.4, b.y + 1, w - side - 2.4, b.h - 2}, start, middle, paras})
	}
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

// later is for whoever is afraid of being seen: photograph now, send elsewhere.
func (s *sheet) later(c *content, l *levels, b box) {
	s.fill(rounded(b, 4), c.tint)
	side := min(b.h-5, 14)
	s.icon("camera", b.x+4, b.y+b.h/2-side/2, side, c.brand, c.tint)
	l.note(box{b.x + side + 8, b.y + 1, b.w - side - 11, b.h - 2}, middle, false, func(t *postertext.Text) string { return t.Later })
}

// danger says whom to call at once: 113, and the unit.
func (s *sheet) danger(c *content, l *levels, b box) {
	s.fill(frame(b, 4, 0.9), c.brand)
	side := min(b.h-5, 14)
	s.icon("call", b.x+4, b.y+b.h/2-side/2, side, c.brand, white)
	l.note(box{b.x + side + 8, b.y + 1, b.w - side - 11, b.h - 2}, middle, true, func(t *postertext.Text) string { return t.Danger }, c.call(levelThree, 1.5))
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
