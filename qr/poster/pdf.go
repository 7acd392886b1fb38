package poster

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"hash/maphash"
	"io"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
)

const pointsPerMM = 72 / 25.4

// pdfWriter collects pages into one PDF.
type pdfWriter struct {
	doc      *fpdf.Fpdf
	pictures map[uint32]string // by checksum of the PNG
	fonts    map[string]bool   // those that a text has needed: only they are embedded

	seed  maphash.Seed
	forms map[uint64]fpdf.Template // by hash of the path; nil for what was drawn once
}

// newPDF returns an empty PDF. All that could differ between two runs or tell of
// the machine is set: the date is the posters' print date.
func newPDF(title, lang string, date time.Time) *pdfWriter {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm"})
	doc.SetCatalogSort(true)
	doc.SetCreationDate(date)
	doc.SetModificationDate(date)
	doc.SetProducer("tipbox", true)
	doc.SetTitle(title, true)
	doc.SetLang(lang)
	doc.SetAutoPageBreak(false, 0)
	doc.SetMargins(0, 0, 0)
	return &pdfWriter{
		doc: doc, pictures: make(map[uint32]string), fonts: make(map[string]bool),
		seed: maphash.MakeSeed(), forms: make(map[uint64]fpdf.Template),
	}
}

// add draws the page as the next one.
func (w *pdfWriter) add(p *Page) {
	d := w.doc
	d.AddPageFormat("P", fpdf.SizeType{Wd: p.Width, Ht: p.Height})
	for _, it := range p.items {
		switch it := it.(type) {
		case *shape:
			w.shape(it)
		case *glyphRun:
			w.text(it)
		case *picture:
			w.picture(it)
		}
	}
	d.Bookmark(p.Title, 0, 0) // after the texts: until one has set a font, fpdf takes the title for Latin-1
}

// formMin is the number of a path's steps from which it is worth a form of its own.
const formMin = 40

// shape fills a path. A pictogram or band that has stood on the page before at
// the same place becomes a form that all further pages refer to: of a thousand
// posters all but the names and the codes is alike.
func (w *pdfWriter) shape(s *shape) {
	if len(s.path) < formMin {
		fill(w.doc, s.path, s.color)
		return
	}
	var h maphash.Hash
	h.SetSeed(w.seed)
	maphash.WriteComparable(&h, s.color)
	for _, step := range s.path {
		maphash.WriteComparable(&h, step)
	}
	key := h.Sum64()
	form, seen := w.forms[key]
	switch {
	case !seen:
		w.forms[key] = nil
		fill(w.doc, s.path, s.color)
		return
	case form == nil:
		form = w.doc.CreateTemplate(func(t *fpdf.Tpl) { fill(&t.Fpdf, s.path, s.color) })
		w.forms[key] = form
	}
	w.doc.UseTemplate(form)
}

func fill(d *fpdf.Fpdf, p path, c Color) {
	d.SetFillColor(int(c.R), int(c.G), int(c.B))
	for _, s := range p {
		switch s.op {
		case 'M':
			d.MoveTo(s.p[0].x, s.p[0].y)
		case 'L':
			d.LineTo(s.p[0].x, s.p[0].y)
		case 'C':
			d.CurveBezierCubicTo(s.p[0].x, s.p[0].y, s.p[1].x, s.p[1].y, s.p[2].x, s.p[2].y)
		case 'Z':
			d.ClosePath()
		}
	}
	d.DrawPath("F")
}

// text writes the run as text, so that it can be searched and read aloud. fpdf
// knows no kerning: the run is cut where shaping moved a glyph. Glyphs that no
// single character stands for, as in Lao or Khmer, become outlines.
func (w *pdfWriter) text(t *glyphRun) {
	d := w.doc
	d.SetTextColor(int(t.color.R), int(t.color.G), int(t.color.B))
	const tolerance = 0.0005 // em
	glyphs := t.run.glyphs
	for i := 0; i < len(glyphs); {
		g := glyphs[i]
		if g.char == 0 {
			fill(d, g.outline.transform(t.size, t.size, t.x+g.x*t.size, t.y+g.y*t.size), t.color)
			i++
			continue
		}
		var piece []rune
		x := g.x
		for ; i < len(glyphs) && glyphs[i].char != 0 && glyphs[i].face == g.face && math.Abs(glyphs[i].x-x) < tolerance; i++ {
			piece = append(piece, glyphs[i].char)
			x += glyphs[i].advance
		}
		if !w.fonts[g.face.name] {
			d.AddUTF8FontFromBytes(g.face.name, "", g.face.data)
			w.fonts[g.face.name] = true
		}
		d.SetFont(g.face.name, "", t.size*pointsPerMM)
		d.Text(t.x+g.x*t.size, t.y, string(piece))
	}
}

func (w *pdfWriter) picture(p *picture) {
	sum := crc32.ChecksumIEEE(p.png)
	name, known := w.pictures[sum]
	if !known {
		name = fmt.Sprintf("emblem-%08x", sum)
		w.doc.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: "PNG"}, bytes.NewReader(p.png))
		w.pictures[sum] = name
	}
	w.doc.ImageOptions(name, p.x, p.y, p.w, p.h, false, fpdf.ImageOptions{ImageType: "PNG"}, 0, "")
}

// writeTo writes the finished file.
func (w *pdfWriter) writeTo(out io.Writer) error {
	if err := w.doc.Output(out); err != nil {
		return fmt.Errorf("making the PDF: %w", err)
	}
	return nil
}
