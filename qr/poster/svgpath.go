package poster

import (
	"fmt"
	"math"
	"strconv"
)

// parsePath reads SVG path data (https://www.w3.org/TR/SVG11/paths.html).
func parsePath(d string) (path, error) {
	p := pathParser{rest: d}
	for {
		p.space()
		if p.rest == "" {
			return p.out, nil
		}
		if c := p.rest[0]; c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			p.command, p.rest = c, p.rest[1:]
		} else if p.command == 0 || p.command == 'Z' || p.command == 'z' {
			return nil, fmt.Errorf("path data: a number where a command is expected, before %.20q", p.rest)
		}
		if err := p.step(); err != nil {
			return nil, err
		}
	}
}

type pathParser struct {
	rest       string
	out        path
	command    byte
	at, start  point
	control    point // of the last curve, for S and T
	curved     byte  // 'C' or 'Q' where the last step was such a curve
	incomplete error
}

func (p *pathParser) step() error {
	relative := p.command >= 'a'
	origin := point{}
	if relative {
		origin = p.at
	}
	pt := func() point { x := p.number(); return point{origin.x + x, origin.y + p.number()} }
	curved := byte(0)
	switch p.command &^ 0x20 {
	case 'M':
		p.at = pt()
		p.start = p.at
		p.out.move(p.at.x, p.at.y)
		p.command-- // M to L: further pairs are lines
	case 'L':
		p.lineTo(pt())
	case 'H':
		p.lineTo(point{origin.x + p.number(), p.at.y})
	case 'V':
		p.lineTo(point{p.at.x, origin.y + p.number()})
	case 'C':
		a := pt()
		p.cubic(a, pt(), pt())
		curved = 'C'
	case 'S':
		a := p.mirrored('C')
		p.cubic(a, pt(), pt())
		curved = 'C'
	case 'Q':
		a := pt()
		p.quadratic(a, pt())
		curved = 'Q'
	case 'T':
		a := p.mirrored('Q')
		p.quadratic(a, pt())
		curved = 'Q'
	case 'A':
		rx, ry, turn := p.number(), p.number(), p.number()
		large, sweep := p.flag(), p.flag()
		p.arc(rx, ry, turn, large, sweep, pt())
	case 'Z':
		p.out.close()
		p.at = p.start
	default:
		return fmt.Errorf("path data: unknown command %q", p.command)
	}
	p.curved = curved
	return p.incomplete
}

func (p *pathParser) lineTo(to point) { p.out.line(to.x, to.y); p.at = to }

func (p *pathParser) cubic(a, b, to point) {
	p.out.curve(a, b, to)
	p.control, p.at = b, to
}

func (p *pathParser) quadratic(c, to point) {
	p.out.quad(p.at, c, to)
	p.control, p.at = c, to
}

// mirrored returns the last control point mirrored at the current point, where
// the last step was a curve of this kind, else the current point.
func (p *pathParser) mirrored(kind byte) point {
	if p.curved != kind {
		return p.at
	}
	return point{2*p.at.x - p.control.x, 2*p.at.y - p.control.y}
}

// arc adds an elliptical arc as cubic curves of at most a quarter turn, by the
// conversion of SVG 1.1, appendix F.6.
func (p *pathParser) arc(rx, ry, degrees float64, large, sweep bool, to point) {
	from := p.at
	rx, ry = math.Abs(rx), math.Abs(ry)
	if rx == 0 || ry == 0 || from == to {
		p.lineTo(to)
		return
	}
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	dx, dy := (from.x-to.x)/2, (from.y-to.y)/2
	x1, y1 := cos*dx+sin*dy, -sin*dx+cos*dy
	if l := x1*x1/(rx*rx) + y1*y1/(ry*ry); l > 1 {
		rx, ry = rx*math.Sqrt(l), ry*math.Sqrt(l)
	}
	f := math.Sqrt(max(0, (rx*rx*ry*ry-rx*rx*y1*y1-ry*ry*x1*x1)/(rx*rx*y1*y1+ry*ry*x1*x1)))
	if large == sweep {
		f = -f
	}
	cx1, cy1 := f*rx*y1/ry, -f*ry*x1/rx
	cx, cy := cos*cx1-sin*cy1+(from.x+to.x)/2, sin*cx1+cos*cy1+(from.y+to.y)/2
	start := math.Atan2((y1-cy1)/ry, (x1-cx1)/rx)
	turn := math.Atan2((-y1-cy1)/ry, (-x1-cx1)/rx) - start
	if sweep && turn < 0 {
		turn += 2 * math.Pi
	} else if !sweep && turn > 0 {
		turn -= 2 * math.Pi
	}
	n := math.Ceil(math.Abs(turn) / (math.Pi / 2))
	step := turn / n
	k := 4.0 / 3 * math.Tan(step/4)
	on := func(x, y float64) point { return point{cx + cos*rx*x - sin*ry*y, cy + sin*rx*x + cos*ry*y} }
	for i := range int(n) {
		s0, c0 := math.Sincos(start + float64(i)*step)
		s1, c1 := math.Sincos(start + float64(i+1)*step)
		p.out.curve(on(c0-k*s0, s0+k*c0), on(c1+k*s1, s1-k*c1), on(c1, s1))
	}
	p.at = to
}

func (p *pathParser) space() {
	for p.rest != "" && (p.rest[0] == ' ' || p.rest[0] == ',' || p.rest[0] == '\n' || p.rest[0] == '\t' || p.rest[0] == '\r') {
		p.rest = p.rest[1:]
	}
}

// number reads one number; path data may run them together as in "1.5.5-3".
func (p *pathParser) number() float64 {
	p.space()
	i, dot, exp := 0, false, false
scan:
	for ; i < len(p.rest); i++ {
		switch c := p.rest[i]; {
		case c >= '0' && c <= '9':
		case c == '.' && !dot && !exp:
			dot = true
		case (c == '-' || c == '+') && (i == 0 || p.rest[i-1]|0x20 == 'e'):
		case c|0x20 == 'e' && i > 0 && !exp:
			exp = true
		default:
			break scan
		}
	}
	v, err := strconv.ParseFloat(p.rest[:i], 64)
	if err != nil && p.incomplete == nil {
		p.incomplete = fmt.Errorf("path data: expected a number before %.20q", p.rest)
	}
	p.rest = p.rest[i:]
	return v
}

// flag reads an arc's flag, a single digit that needs no space after it.
func (p *pathParser) flag() bool {
	p.space()
	if p.rest == "" || p.rest[0] != '0' && p.rest[0] != '1' {
		if p.incomplete == nil {
			p.incomplete = fmt.Errorf("path data: expected 0 or 1 before %.20q", p.rest)
		}
		return false
	}
	one := p.rest[0] == '1'
	p.rest = p.rest[1:]
	return one
}
