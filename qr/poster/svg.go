package poster

import (
	"bufio"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-text/typesetting/font"
)

// writeSVG writes the page as a drawing that needs no font: each glyph is
// defined once and used where it stands.
func (p *Page) writeSVG(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%smm" height="%smm" viewBox="0 0 %[1]s %[2]s" role="img">`+"\n",
		num(p.Width), num(p.Height))
	fmt.Fprint(out, "<title>")
	if err := xml.EscapeText(out, []byte(p.Title)); err != nil {
		return err
	}
	fmt.Fprint(out, "</title>\n")
	fmt.Fprintf(out, `<rect width="%s" height="%s" fill="#fff"/>`+"\n", num(p.Width), num(p.Height))
	glyphs := make(map[svgGlyph]string)
	for _, it := range p.items {
		switch it := it.(type) {
		case *shape:
			fmt.Fprintf(out, `<path fill="%s" d="%s"/>`+"\n", it.color, pathData(it.path))
		case *glyphRun:
			writeRun(out, it, glyphs)
		case *picture:
			fmt.Fprintf(out, `<image x="%s" y="%s" width="%s" height="%s" href="data:image/png;base64,%s"/>`+"\n",
				num(it.x), num(it.y), num(it.w), num(it.h), base64.StdEncoding.EncodeToString(it.png))
		}
	}
	fmt.Fprint(out, "</svg>\n")
	return out.Flush()
}

type svgGlyph struct {
	font string
	id   font.GID
}

// writeRun writes a run; a glyph's outline is in thousandths of an em.
func writeRun(out io.Writer, t *glyphRun, glyphs map[svgGlyph]string) {
	const unit = 1000
	var defs, uses strings.Builder
	for _, g := range t.run.glyphs {
		key := svgGlyph{g.face.name, g.id}
		id, known := glyphs[key]
		if !known {
			outline := g.outline
			if len(outline) > 0 {
				id = "g" + strconv.Itoa(len(glyphs))
				fmt.Fprintf(&defs, `<path id="%s" d="%s"/>`, id, pathData(outline.transform(unit, unit, 0, 0)))
			}
			glyphs[key] = id
		}
		if id != "" {
			fmt.Fprintf(&uses, `<use href="#%s" x="%s" y="%s"/>`, id, num(g.x*unit), num(g.y*unit))
		}
	}
	if defs.Len() > 0 {
		fmt.Fprintf(out, "<defs>%s</defs>\n", defs.String())
	}
	fmt.Fprintf(out, `<g fill="%s" transform="translate(%s %s) scale(%s)">%s</g>`+"\n",
		t.color, num(t.x), num(t.y), strconv.FormatFloat(t.size/unit, 'g', 6, 64), uses.String())
}

func pathData(p path) string {
	var b strings.Builder
	for _, s := range p {
		b.WriteByte(s.op)
		n := 1
		switch s.op {
		case 'C':
			n = 3
		case 'Z':
			n = 0
		}
		for i, q := range s.p[:n] {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(num(q.x) + " " + num(q.y))
		}
	}
	return b.String()
}

// num writes a number with three decimals at most: a thousandth of a millimetre.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 3, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}
