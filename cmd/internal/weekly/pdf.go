package weekly

import (
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/text/unicode/norm"

	"tipbox/intake/tally"
	"tipbox/templates/fonts"
)

// Lengths in millimetres, sizes of type in points.
const (
	pageWidth, pageHeight = 210.0, 297.0
	margin                = 15.0
	inner                 = pageWidth - 2*margin
	chartHeight           = 52.0
	mostBars              = 26 // the last weeks
	foot                  = 14.0
)

type rgb struct{ r, g, b int }

var (
	ink    = rgb{28, 32, 36}
	pale   = rgb{92, 98, 104}
	line   = rgb{205, 200, 195}
	accent = rgb{122, 24, 28}
	bulk   = rgb{214, 168, 120}
	tint   = rgb{250, 243, 238}
	white  = rgb{255, 255, 255}
)

// page is the PDF and how far down it is filled.
type page struct {
	*fpdf.Fpdf
	y float64
}

// pdf writes the sheet on one page in A4, Vietnamese first: a chart of the weeks, and
// the units' last weeks.
func (s *sheet) pdf(w io.Writer, now time.Time) error {
	d := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: pageWidth, Ht: pageHeight}})
	d.SetCatalogSort(true)
	d.SetCreationDate(now)
	d.SetModificationDate(now)
	d.SetProducer("tipbox", true)
	d.SetTitle("Số tin theo tuần", true)
	d.SetLang("vi")
	d.SetAutoPageBreak(false, 0)
	d.SetMargins(0, 0, 0)
	d.SetCellMargin(0)
	d.AddUTF8FontFromBytes("sans", "", fonts.Load(false)[0].Data)
	d.AddUTF8FontFromBytes("sans", "B", fonts.Load(true)[0].Data)
	d.AddPage()
	p := &page{Fpdf: d}
	p.head(s, now)
	p.chart(s)
	p.units(s)
	p.fine()
	if err := p.Output(w); err != nil {
		return fmt.Errorf("making the PDF: %w", err)
	}
	return nil
}

func (p *page) font(style string, size float64, c rgb) {
	p.SetFont("sans", style, size)
	p.SetTextColor(c.r, c.g, c.b)
}

// put writes one line with its baseline at y, smaller where it is wider than width; to
// the right end of width where right is set.
func (p *page) put(x, y, width float64, right bool, text string) {
	text = norm.NFC.String(text)
	size, _ := p.GetFontSize()
	for ; p.GetStringWidth(text) > width && size > 3; size -= 0.25 {
		p.SetFontSize(size - 0.25)
	}
	if right {
		x += width - p.GetStringWidth(text)
	}
	p.Text(x, y, text)
}

func (p *page) box(x, y, w, h float64, c rgb) {
	p.SetFillColor(c.r, c.g, c.b)
	p.Rect(x, y, w, h, "F")
}

func (p *page) head(s *sheet, now time.Time) {
	p.box(0, 0, pageWidth, 27, accent)
	p.font("B", 20, white)
	p.put(margin, 12.5, inner, false, "Hòm thư: số tin theo tuần")
	last := s.weeks[len(s.weeks)-1].Monday.AddDate(0, 0, 6)
	p.font("", 10, white)
	p.put(margin, 19, inner, false, fmt.Sprintf("Từ %s đến %s · %d đơn vị · in ngày %s", day(s.weeks[0].Monday), day(last), len(s.units), day(now)))
	p.font("", 7.5, white)
	p.put(margin, 23.8, inner, false, "Tips a week, as the server mailed them; the counts of each unit below")
	p.y = 33
}

// chart draws a bar a week of what was mailed to all units: only what is shown.
func (p *page) chart(s *sheet) {
	p.font("B", 11, ink)
	p.put(margin, p.y+3, inner, false, "Tin đã gửi đến các đơn vị, mỗi tuần / tips mailed, a week")
	weeks := s.weeks[max(0, len(s.weeks)-mostBars):]
	top, bottom := p.y+12, p.y+chartHeight
	most := 1
	for _, w := range weeks {
		t := s.totals(w)
		most = max(most, t[0].shown+t[1].shown)
	}
	p.SetDrawColor(line.r, line.g, line.b)
	p.SetLineWidth(0.2)
	p.Line(margin, bottom, margin+inner, bottom)
	step := inner / float64(max(len(weeks), 8))
	scale := (bottom - top) / float64(most)
	for i, w := range weeks {
		x, width := margin+float64(i)*step+step*0.15, step*0.7
		t := s.totals(w)
		one, many := float64(t[0].shown)*scale, float64(t[1].shown)*scale
		p.box(x, bottom-one, width, one, accent)
		p.box(x, bottom-one-many, width, many, bulk)
		label := fmt.Sprint(t[0].shown + t[1].shown)
		switch {
		case w.Servers == 0:
			label = "–"
		case t[0].shown+t[1].shown == 0:
			label = "ít" // each unit has few: a nought would say too much
		}
		if w.Servers > 0 && !w.Whole {
			label += "*"
		}
		p.font("B", 8, ink)
		p.put(x, bottom-one-many-1.2, width, false, label)
		p.font("", 7, pale)
		p.put(x, bottom+3.4, step*0.85, false, w.Monday.Format("02/01"))
	}
	y := bottom + 9
	p.box(margin, y-2.4, 3, 3, accent)
	p.font("", 8, ink)
	p.put(margin+4.5, y, 60, false, "gửi từng thư / one by one")
	p.box(margin+52, y-2.4, 3, 3, bulk)
	p.put(margin+56.5, y, 60, false, "gửi dồn / in digests")
	p.font("", 8, pale)
	p.put(margin+92, y, inner-92, false, "* đếm không đủ tuần / incomplete · – không có số liệu / not counted · ít: mọi đơn vị dưới 5")
	p.y = y + 6
	for _, w := range s.weeks[max(0, len(s.weeks)-4):] {
		if w.Servers == 0 {
			continue
		}
		p.font("", 8, ink)
		p.put(margin, p.y, inner, false, s.said(w))
		p.y += 4
	}
	for _, line := range s.books[max(0, len(s.books)-3):] {
		p.font("", 8, accent)
		p.put(margin, p.y, inner, false, line)
		p.y += 4
	}
	p.y += 4
}

// said is a week's totals in a line.
func (s *sheet) said(w tally.Week) string {
	said := "Tuần từ " + day(w.Monday) + ":"
	for i, total := range s.totals(w) {
		said += fmt.Sprintf(" %s %s%s", strings.ToLower(columns[i].vi), total, [...]string{";", ";", "."}[i])
	}
	return said
}

// units writes each unit's last weeks, in as many columns as they need.
func (p *page) units(s *sheet) {
	room := pageHeight - foot - p.y - 12
	blocks := 1
	for blocks < 3 && float64((len(s.units)+blocks-1)/blocks)*4.2 > room {
		blocks++
	}
	perBlock := (len(s.units) + blocks - 1) / blocks
	height := min(6, room/float64(perBlock))
	weeks := s.weeks[max(0, len(s.weeks)-[...]int{10, 4, 2}[blocks-1]):]
	const gap, cell = 6.0, 10.5
	width := (inner - gap*float64(blocks-1)) / float64(blocks)
	name := width - cell*float64(len(weeks)) - 1
	size := min(9, height*1.9)
	p.font("B", 11, ink)
	p.put(margin, p.y, inner, false, "Từng đơn vị, gửi từng thư / each unit, one by one")
	p.y += 6
	for b := range blocks {
		x := margin + float64(b)*(width+gap)
		p.font("", 7, pale)
		for i, w := range weeks {
			p.put(x+name+float64(i)*cell, p.y, cell, true, w.Monday.Format("02/01"))
		}
		for i, u := range s.units[min(b*perBlock, len(s.units)):min((b+1)*perBlock, len(s.units))] {
			top := p.y + 1.5 + float64(i)*height
			if i%2 == 0 {
				p.box(x, top, width+1, height, tint)
			}
			p.font("", size, ink)
			p.put(x+1, top+height*0.7, name-2, false, u.name)
			for k, w := range weeks {
				text := "–"
				if w.Servers > 0 {
					text = columns[0].of(w.Units[u.id]).String()
				}
				p.font("", size, ink)
				if strings.HasPrefix(text, "<") {
					p.font("", size, pale)
				}
				p.put(x+name+float64(k)*cell, top+height*0.7, cell, true, text)
			}
		}
	}
}

// fine writes how to read it.
func (p *page) fine() {
	p.font("", 7.5, ink)
	p.put(margin, pageHeight-9, inner, false, fmt.Sprintf("“%s” là từ 0 đến %d: số nhỏ không bao giờ in ra, và không cộng vào tổng. Tin về chính đơn vị không có trong số nào.", tally.Cell(0), tally.Least-1))
	p.font("", 6.5, pale)
	p.put(margin, pageHeight-5.5, inner, false, fmt.Sprintf("“%s” is 0 to %d: small counts are never shown, nor added. Tips about a unit itself are in no count.", tally.Cell(0), tally.Least-1))
}
