package poster

import (
	"tipbox/templates/postertext"
)

// wall draws the poster for the wall, in the millimetres of A4. A3 and A5 are
// the same sheet scaled by the square root of two.
func wall(s *sheet, c *content) {
	s.header(c, box{8, 8, 194, 60})
	s.braid(c, box{8, 71, 194, 5})
	s.scanMe(c, box{8, 81, 106, 106})
	s.mailboxes(c, box{121, 81, 81, 106})
	s.address(c, box{8, 189, 194, 17})
	s.promises(c, box{8, 208, 194, 20})
	s.steps(c, box{8, 231, 194, 34})
	s.small(c, box{8, 268, 194, 22})
}

// header says whose box it is.
func (s *sheet) header(c *content, b box) {
	s.fill(rounded(b, 6), c.brand)
	badge := 40.0
	cy := b.y + b.h/2
	s.fill(circle(b.x+12+badge/2, cy, badge/2), white)
	if c.emblem != nil {
		s.emblem(c.emblem, box{b.x + 12 + 5, cy - badge/2 + 5, badge - 10, badge - 10})
	} else {
		s.icon("markunread_mailbox", b.x+12+7, cy-badge/2+7, badge-14, c.brand)
	}
	x := b.x + 12 + badge + 9
	paras := c.say(func(t *postertext.Text) string { return t.Name }, para{bold: true, max: 19, min: 9, color: white}, 0.36, 1.5)
	unit := para{text: c.unit[0], bold: true, max: 7.6, min: 4, color: white, space: 3.5}
	s.text(box{x, b.y + 4, b.x + b.w - x - 8, b.h - 8}, start, middle, append(paras, unit)...)
}

// braid is a woven band, as on the hems and belts of the highlands.
func (s *sheet) braid(c *content, b box) {
	n := 38
	w := b.w / float64(n)
	var dark, light path
	for i := range n {
		x := b.x + float64(i)*w
		diamond := func(cx, half, tall float64) path {
			var p path
			cy := b.y + b.h/2
			p.move(cx-half, cy)
			p.line(cx, cy-tall)
			p.line(cx+half, cy)
			p.line(cx, cy+tall)
			p.close()
			return p
		}
		dark = append(dark, diamond(x+w/2, w/2, b.h/2)...)
		light = append(light, diamond(x+w/2, w/4.4, b.h/4.4)...)
	}
	s.fill(dark, c.brand)
	s.fill(light, warm)
}

// warm is the second colour of the woven band.
var warm = Color{0xf2, 0xb1, 0x34}

// scanMe is the code, in a frame like a camera's.
func (s *sheet) scanMe(c *content, b box) {
	s.fill(frame(b, 6, 1.6), c.brand)
	s.symbol(c.symbol, b.x+3, b.y+3, b.w-6)
}

func (s *sheet) mailboxes(c *content, b box) {
	boxes := []struct {
		icon string
		pick func(*postertext.Text) string
	}{
		{"lightbulb", func(t *postertext.Text) string { return t.Suggestion }},
		{"campaign", func(t *postertext.Text) string { return t.Report }},
		{"local_police", func(t *postertext.Text) string { return t.Crime }},
	}
	const gap = 4
	h := (b.h - 2*gap) / 3
	for i, m := range boxes {
		y := b.y + float64(i)*(h+gap)
		s.fill(rounded(box{b.x, y, b.w, h}, 5), c.tint)
		s.fill(circle(b.x+4+11, y+h/2, 11), c.brand)
		s.icon(m.icon, b.x+4+11-8, y+h/2-8, 16, white)
		s.text(box{b.x + 30, y + 2, b.w - 33, h - 4}, start, middle, c.say(m.pick, para{bold: true, max: 7.2, min: 4.2, color: ink}, 0.62, 1)...)
	}
}

// address is the link to be typed by hand.
func (s *sheet) address(c *content, b box) {
	label := c.say(func(t *postertext.Text) string { return t.Type }, para{max: 4.4, min: 3.2, color: ink}, 0.85, 0.3)
	scheme, rest := splitLink(c.symbol.Link)
	s.text(box{b.x, b.y, b.w, b.h}, middle, middle, append(label[:1], para{text: scheme + rest, bold: true, max: 10, min: 5, color: c.brand, space: 0.6})...)
}

func (s *sheet) promises(c *content, b box) {
	s.fill(rounded(b, 5), c.brand)
	list := []struct {
		icon string
		pick func(*postertext.Text) string
	}{
		{"person_off", func(t *postertext.Text) string { return t.NoName }},
		{"phone_disabled", func(t *postertext.Text) string { return t.NoPhone }},
		{"password_2_off", func(t *postertext.Text) string { return t.NoLogin }},
	}
	w := b.w / 3
	for i, m := range list {
		x := b.x + float64(i)*w
		s.icon(m.icon, x+4, b.y+b.h/2-7, 14, white)
		s.text(box{x + 20, b.y + 1.5, w - 22, b.h - 3}, start, middle, c.say(m.pick, para{bold: true, max: 6.6, min: 3.6, color: white}, 0.6, 0.4)...)
	}
}

func (s *sheet) steps(c *content, b box) {
	list := []struct {
		icon      string
		pick, how func(*postertext.Text) string
	}{
		{"mobile_camera", func(t *postertext.Text) string { return t.StepScan }, func(t *postertext.Text) string { return t.StepScanHow }},
		{"stylus_note", func(t *postertext.Text) string { return t.StepWrite }, func(t *postertext.Text) string { return t.StepWriteHow }},
		{"send", func(t *postertext.Text) string { return t.StepSend }, func(t *postertext.Text) string { return t.StepSendHow }},
	}
	const gap = 4
	w := (b.w - 2*gap) / 3
	for i, m := range list {
		x := b.x + float64(i)*(w+gap)
		s.icon(m.icon, x, b.y+b.h/2-10, 20, c.brand)
		paras := c.say(m.pick, para{bold: true, max: 6, min: 4, color: ink}, 0.7, 0)[:1]
		paras = append(paras, c.say(m.how, para{max: 4, min: 3, color: ink, space: 1}, 0.9, 0.5)[:1]...)
		s.text(box{x + 22, b.y, w - 22, b.h}, start, middle, paras...)
	}
}

func (s *sheet) small(c *content, b box) {
	pick := func(f func(*postertext.Text) string) para {
		return para{text: c.fill(f(c.texts[0])), max: 3.6, min: 2.8, color: ink}
	}
	h := b.h / 2
	w := b.w / 2
	s.text(box{b.x, b.y, w - 3, h}, start, start, pick(func(t *postertext.Text) string { return t.Later }))
	danger := pick(func(t *postertext.Text) string { return t.Danger })
	danger.bold = true
	s.text(box{b.x + w, b.y, w, h}, start, start, danger)
	s.text(box{b.x, b.y + h, w - 3, h}, start, start, pick(func(t *postertext.Text) string { return t.Fake }))
	s.ruler(box{b.x + w, b.y + h, 50, 3})
	s.text(box{b.x + w + 53, b.y + h, w - 53, h}, start, start, pick(func(t *postertext.Text) string { return t.Ruler }))
	s.text(box{b.x + w, b.y + h + 4, 51, h - 4}, start, start, pick(func(t *postertext.Text) string { return t.Printed }))
}

// ruler draws 50 mm of the paper, whatever the sheet's scale.
func (s *sheet) ruler(b box) {
	mm := 1 / s.scale
	var p path
	p = append(p, rectangle(box{b.x, b.y + b.h - 0.3, 50 * mm, 0.3})...)
	for i := range 51 {
		tall := b.h * 0.4
		if i%10 == 0 {
			tall = b.h
		} else if i%5 == 0 {
			tall = b.h * 0.65
		}
		p = append(p, rectangle(box{b.x + (float64(i)-0.1)*mm, b.y + b.h - tall, 0.2 * mm, tall})...)
	}
	s.fill(p, ink)
}
