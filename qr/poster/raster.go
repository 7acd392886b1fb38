package poster

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/vector"
)

// render paints the part of the page inside b at so many pixels a millimetre.
func (p *Page) render(b box, scale float64) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, int(math.Round(b.w*scale)), int(math.Round(b.h*scale))))
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	r := rasterizer{dst: dst, scale: scale, dx: -b.x * scale, dy: -b.y * scale}
	for _, it := range p.items {
		if !it.bounds().overlaps(b) {
			continue
		}
		switch it := it.(type) {
		case *shape:
			r.fill(it.path.transform(scale, scale, r.dx, r.dy), it.color)
		case *glyphRun:
			for _, g := range it.run.glyphs {
				k := it.size * scale
				r.fill(g.outline.transform(k, k, (it.x+g.x*it.size)*scale+r.dx, (it.y+g.y*it.size)*scale+r.dy), it.color)
			}
		case *picture:
			at := image.Rect(r.px(it.x, r.dx), r.px(it.y, r.dy), r.px(it.x+it.w, r.dx), r.px(it.y+it.h, r.dy))
			xdraw.CatmullRom.Scale(dst, at, it.image, it.image.Bounds(), xdraw.Over, nil)
		}
	}
	return dst
}

type rasterizer struct {
	dst           *image.RGBA
	scale, dx, dy float64
	vector        vector.Rasterizer
}

func (r *rasterizer) px(mm, d float64) int { return int(math.Round(mm*r.scale + d)) }

// fill paints a path given in pixels. Only its own bounds are rasterized: a page
// has hundreds of small paths.
func (r *rasterizer) fill(p path, c Color) {
	b := p.bounds()
	at := image.Rect(int(math.Floor(b.x)), int(math.Floor(b.y)), int(math.Ceil(b.x+b.w)), int(math.Ceil(b.y+b.h)))
	at = at.Intersect(r.dst.Rect)
	if at.Empty() {
		return
	}
	r.vector.Reset(at.Dx(), at.Dy())
	f := func(q point) (x, y float32) {
		return float32(q.x) - float32(at.Min.X), float32(q.y) - float32(at.Min.Y)
	}
	for _, s := range p {
		x, y := f(s.p[0])
		switch s.op {
		case 'M':
			r.vector.MoveTo(x, y)
		case 'L':
			r.vector.LineTo(x, y)
		case 'C':
			bx, by := f(s.p[1])
			cx, cy := f(s.p[2])
			r.vector.CubeTo(x, y, bx, by, cx, cy)
		case 'Z':
			r.vector.ClosePath()
		}
	}
	r.vector.Draw(r.dst, at, image.NewUniform(color.RGBA{c.R, c.G, c.B, 255}), image.Point{})
}
