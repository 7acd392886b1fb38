package poster

import "math"

// point is a place on a page, in millimetres from its top left corner.
type point struct{ x, y float64 }

// segment is one step of a path; cubic curves use all three points and end in the last.
type segment struct {
	op byte // 'M', 'L', 'C' or 'Z'
	p  [3]point
}

// end returns the point in which a step other than 'Z' ends.
func (s segment) end() point {
	if s.op == 'C' {
		return s.p[2]
	}
	return s.p[0]
}

// path is an area bounded by straight lines and cubic curves, filled by the
// nonzero winding rule.
type path []segment

func (p *path) move(x, y float64) { *p = append(*p, segment{'M', [3]point{{x, y}}}) }
func (p *path) line(x, y float64) { *p = append(*p, segment{'L', [3]point{{x, y}}}) }
func (p *path) close()            { *p = append(*p, segment{op: 'Z'}) }

func (p *path) curve(a, b, c point) { *p = append(*p, segment{'C', [3]point{a, b, c}}) }

// quad adds a quadratic curve from at over the control point c to e.
func (p *path) quad(at, c, e point) {
	p.curve(point{at.x + 2*(c.x-at.x)/3, at.y + 2*(c.y-at.y)/3}, point{e.x + 2*(c.x-e.x)/3, e.y + 2*(c.y-e.y)/3}, e)
}

// transform returns the path scaled by sx, sy and then moved by dx, dy.
func (p path) transform(sx, sy, dx, dy float64) path {
	out := make(path, len(p))
	for i, s := range p {
		for j := range s.p {
			s.p[j] = point{s.p[j].x*sx + dx, s.p[j].y*sy + dy}
		}
		out[i] = s
	}
	return out
}

// bounds returns a box around the path: that of its points and control points.
func (p path) bounds() box {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range p {
		n := 1
		switch s.op {
		case 'C':
			n = 3
		case 'Z':
			n = 0
		}
		for _, q := range s.p[:n] {
			x0, y0, x1, y1 = min(x0, q.x), min(y0, q.y), max(x1, q.x), max(y1, q.y)
		}
	}
	if x0 > x1 {
		return box{}
	}
	return box{x0, y0, x1 - x0, y1 - y0}
}

// box is an upright rectangle: its top left corner, width and height.
type box struct{ x, y, w, h float64 }

// inset returns the box made smaller by d on every side.
func (b box) inset(d float64) box { return box{b.x + d, b.y + d, b.w - 2*d, b.h - 2*d} }

func (b box) overlaps(o box) bool {
	return b.x < o.x+o.w && o.x < b.x+b.w && b.y < o.y+o.h && o.y < b.y+b.h
}

func rectangle(b box) path {
	var p path
	p.move(b.x, b.y)
	p.line(b.x+b.w, b.y)
	p.line(b.x+b.w, b.y+b.h)
	p.line(b.x, b.y+b.h)
	p.close()
	return p
}

// kappa is how far, in radii, a cubic curve's control points lie along the
// tangents of a quarter circle.
const kappa = 0.5522847498

func rounded(b box, r float64) path {
	r = min(r, b.w/2, b.h/2)
	k := r * (1 - kappa)
	x0, y0, x1, y1 := b.x, b.y, b.x+b.w, b.y+b.h
	var p path
	p.move(x0+r, y0)
	p.line(x1-r, y0)
	p.curve(point{x1 - k, y0}, point{x1, y0 + k}, point{x1, y0 + r})
	p.line(x1, y1-r)
	p.curve(point{x1, y1 - k}, point{x1 - k, y1}, point{x1 - r, y1})
	p.line(x0+r, y1)
	p.curve(point{x0 + k, y1}, point{x0, y1 - k}, point{x0, y1 - r})
	p.line(x0, y0+r)
	p.curve(point{x0, y0 + k}, point{x0 + k, y0}, point{x0 + r, y0})
	p.close()
	return p
}

func circle(cx, cy, r float64) path { return rounded(box{cx - r, cy - r, 2 * r, 2 * r}, r) }

// reversed returns the path walked the other way round, which cuts a hole into
// a path it is joined to. It takes closed paths of one loop.
func (p path) reversed() path {
	var out path
	steps := p[:len(p)-1] // without the Z
	last := steps[len(steps)-1].end()
	out.move(last.x, last.y)
	for i := len(steps) - 1; i > 0; i-- {
		to := steps[i-1].end()
		if s := steps[i]; s.op == 'C' {
			out.curve(s.p[1], s.p[0], to)
		} else {
			out.line(to.x, to.y)
		}
	}
	out.close()
	return out
}

// frame returns the band of width t just inside the rounded box.
func frame(b box, r, t float64) path {
	return append(rounded(b, r), rounded(b.inset(t), max(r-t, 0)).reversed()...)
}
