package poster

import (
	"fmt"
	"math"

	"tipbox/templates/pictograms"
)

// icon draws a pictogram into a square; paper is the colour that it lies on.
func (s *sheet) icon(name string, x, y, side float64, c, paper Color) {
	k := side / pictograms.Side
	for _, part := range pictograms.Parts(name) {
		p, err := parsePath(part.Path)
		if err != nil {
			s.fail(fmt.Errorf("pictogram %s: %w", name, err))
			return
		}
		if part.Width > 0 {
			p = p.stroke(part.Width)
		}
		color := c
		if part.Paper {
			color = paper
		}
		s.fill(p.transform(k, k, x, y), color)
	}
}

// curveSteps is how many straight lines a stroked curve becomes.
const curveSteps = 10

// stroke returns the area of a line of the width along the path, with round ends
// and corners: a capsule for each step, all walked the same way round.
func (p path) stroke(width float64) path {
	var out path
	r := width / 2
	var at, from point
	to := func(q point) {
		out = append(out, capsule(at, q, r)...)
		at = q
	}
	for _, s := range p {
		switch s.op {
		case 'M':
			at, from = s.p[0], s.p[0]
		case 'L':
			to(s.p[0])
		case 'C':
			a := at
			for i := 1; i <= curveSteps; i++ {
				t := float64(i) / curveSteps
				u := 1 - t
				w := [4]float64{u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t}
				to(point{
					w[0]*a.x + w[1]*s.p[0].x + w[2]*s.p[1].x + w[3]*s.p[2].x,
					w[0]*a.y + w[1]*s.p[0].y + w[2]*s.p[1].y + w[3]*s.p[2].y,
				})
			}
		case 'Z':
			to(from)
		}
	}
	return out
}

// capsule is all that is no farther than r from the line from a to b.
func capsule(a, b point, r float64) path {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	along := point{r, 0}
	if length > 0 {
		along = point{(b.x - a.x) / length * r, (b.y - a.y) / length * r}
	}
	across := point{-along.y, along.x}
	at := func(c point, u, v float64) point {
		return point{c.x + u*along.x + v*across.x, c.y + u*along.y + v*across.y}
	}
	var p path
	start := at(a, 0, -1)
	p.move(start.x, start.y)
	side := at(b, 0, -1)
	p.line(side.x, side.y)
	p.curve(at(b, kappa, -1), at(b, 1, -kappa), at(b, 1, 0))
	p.curve(at(b, 1, kappa), at(b, kappa, 1), at(b, 0, 1))
	side = at(a, 0, 1)
	p.line(side.x, side.y)
	p.curve(at(a, -kappa, 1), at(a, -1, kappa), at(a, -1, 0))
	p.curve(at(a, -1, -kappa), at(a, -kappa, -1), start)
	p.close()
	return p
}
