package poster

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// svgEmblem reads the part of SVG that emblems exported as plain outlines need:
// path, rect, circle, ellipse, polygon and g with transforms of translate, scale
// and matrix, filled with colours. Anything that would be drawn and is not known
// is an error: half an emblem is worse than none.
func svgEmblem(data []byte) (*Emblem, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = true
	var r svgReader
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch el := token.(type) {
		case xml.StartElement:
			if silent[el.Name.Local] {
				if err := d.Skip(); err != nil {
					return nil, err
				}
				continue
			}
			if err := r.start(el); err != nil {
				return nil, fmt.Errorf("<%s>: %w", el.Name.Local, err)
			}
		case xml.EndElement:
			r.states = r.states[:len(r.states)-1]
		}
	}
	if len(r.shapes) == 0 {
		return nil, errors.New("nothing is drawn in it")
	}
	return &Emblem{shapes: r.shapes}, nil
}

// silent are elements that draw nothing by themselves.
var silent = map[string]bool{"title": true, "desc": true, "metadata": true, "namedview": true, "defs": true}

// svgState is what an element inherits.
type svgState struct {
	fill string
	m    [6]float64 // user units to the unit square: x' = m0·x + m2·y + m4, y' = m1·x + m3·y + m5
}

type svgReader struct {
	states []svgState
	shapes []shape
}

func (r *svgReader) start(el xml.StartElement) error {
	a := make(map[string]string)
	for _, at := range el.Attr {
		a[at.Name.Local] = at.Value
	}
	for decl := range strings.SplitSeq(a["style"], ";") {
		if k, v, ok := strings.Cut(decl, ":"); ok {
			a[strings.TrimSpace(k)] = strings.TrimSpace(v)
		}
	}
	if len(r.states) == 0 {
		return r.root(el.Name.Local, a)
	}
	st := r.states[len(r.states)-1]
	if err := st.inherit(a); err != nil {
		return err
	}
	r.states = append(r.states, st)
	if el.Name.Local == "g" {
		return nil
	}
	p, err := svgShape(el.Name.Local, a)
	if err != nil {
		return err
	}
	color, drawn, err := svgColor(st.fill)
	if err != nil || !drawn {
		return err
	}
	r.shapes = append(r.shapes, shape{p.affine(st.m), color})
	return nil
}

// root reads the size from viewBox, else width and height, and centres the
// drawing in the unit square.
func (r *svgReader) root(name string, a map[string]string) error {
	if name != "svg" {
		return errors.New("expected <svg> first")
	}
	view := a["viewBox"]
	if view == "" {
		view = "0 0 " + strings.TrimSuffix(a["width"], "px") + " " + strings.TrimSuffix(a["height"], "px")
	}
	v, err := numbers(view)
	if err != nil || len(v) != 4 || v[2] <= 0 || v[3] <= 0 {
		return fmt.Errorf("expected a viewBox of four numbers, not %q", view)
	}
	k := 1 / max(v[2], v[3])
	st := svgState{fill: "#000", m: [6]float64{k, 0, 0, k, (1-v[2]*k)/2 - v[0]*k, (1-v[3]*k)/2 - v[1]*k}}
	if f := a["fill"]; f != "" {
		st.fill = f
	}
	r.states = append(r.states, st)
	return nil
}

// refused are attributes that would change what is seen in ways not read here.
var refused = []string{"stroke", "opacity", "fill-opacity", "filter", "mask", "clip-path", "fill-rule"}

func (st *svgState) inherit(a map[string]string) error {
	for _, k := range refused {
		if v := a[k]; v != "" && v != "none" && v != "1" && v != "nonzero" {
			return fmt.Errorf("%s=%q is not read: convert the drawing to plain filled paths, or give a PNG", k, v)
		}
	}
	if f := a["fill"]; f != "" {
		st.fill = f
	}
	m, err := svgTransform(a["transform"])
	if err != nil {
		return err
	}
	st.m = multiply(st.m, m)
	return nil
}

func svgShape(name string, a map[string]string) (path, error) {
	var bad error
	n := func(key string) float64 {
		if a[key] == "" {
			return 0
		}
		v, err := strconv.ParseFloat(strings.TrimSuffix(a[key], "px"), 64)
		if err != nil {
			bad = fmt.Errorf("%s=%q is not a number", key, a[key])
		}
		return v
	}
	var p path
	switch name {
	case "path":
		return parsePath(a["d"])
	case "rect":
		p = rectangle(box{n("x"), n("y"), n("width"), n("height")})
		if r := max(n("rx"), n("ry")); r > 0 {
			p = rounded(box{n("x"), n("y"), n("width"), n("height")}, r)
		}
	case "circle":
		p = circle(n("cx"), n("cy"), n("r"))
	case "ellipse":
		p = circle(0, 0, 1).transform(n("rx"), n("ry"), n("cx"), n("cy"))
	case "polygon":
		v, err := numbers(a["points"])
		if err != nil || len(v) < 6 || len(v)%2 != 0 {
			return nil, fmt.Errorf("points=%q: expected at least three pairs of numbers", a["points"])
		}
		p.move(v[0], v[1])
		for i := 2; i < len(v); i += 2 {
			p.line(v[i], v[i+1])
		}
		p.close()
	default:
		return nil, errors.New("not read: convert the drawing to plain filled paths, or give a PNG")
	}
	return p, bad
}

// svgColor reads a fill; drawn is false for none.
func svgColor(s string) (c Color, drawn bool, err error) {
	switch strings.ToLower(s) {
	case "none", "transparent":
		return c, false, nil
	case "black":
		return Color{}, true, nil
	case "white":
		return white, true, nil
	}
	if len(s) == 4 && s[0] == '#' {
		s = string([]byte{'#', s[1], s[1], s[2], s[2], s[3], s[3]})
	}
	c, err = ParseColor(s)
	return c, true, err
}

func svgTransform(s string) ([6]float64, error) {
	m := [6]float64{1, 0, 0, 1, 0, 0}
	for rest := strings.TrimSpace(s); rest != ""; {
		name, tail, ok := strings.Cut(rest, "(")
		args, after, closed := strings.Cut(tail, ")")
		v, err := numbers(args)
		if !ok || !closed || err != nil {
			return m, fmt.Errorf("transform %q cannot be read", s)
		}
		switch name = strings.TrimSpace(name); {
		case name == "translate" && len(v) == 2:
			m = multiply(m, [6]float64{1, 0, 0, 1, v[0], v[1]})
		case name == "translate" && len(v) == 1:
			m = multiply(m, [6]float64{1, 0, 0, 1, v[0], 0})
		case name == "scale" && len(v) == 2:
			m = multiply(m, [6]float64{v[0], 0, 0, v[1], 0, 0})
		case name == "scale" && len(v) == 1:
			m = multiply(m, [6]float64{v[0], 0, 0, v[0], 0, 0})
		case name == "matrix" && len(v) == 6:
			m = multiply(m, [6]float64(v))
		default:
			return m, fmt.Errorf("transform %q is not read", s)
		}
		rest = strings.Trim(after, " ,\t\r\n")
	}
	return m, nil
}

// multiply returns the transform that does b first, then a.
func multiply(a, b [6]float64) [6]float64 {
	return [6]float64{
		a[0]*b[0] + a[2]*b[1], a[1]*b[0] + a[3]*b[1],
		a[0]*b[2] + a[2]*b[3], a[1]*b[2] + a[3]*b[3],
		a[0]*b[4] + a[2]*b[5] + a[4], a[1]*b[4] + a[3]*b[5] + a[5],
	}
}

func (p path) affine(m [6]float64) path {
	out := make(path, len(p))
	for i, s := range p {
		for j, q := range s.p {
			s.p[j] = point{m[0]*q.x + m[2]*q.y + m[4], m[1]*q.x + m[3]*q.y + m[5]}
		}
		out[i] = s
	}
	return out
}

func numbers(s string) ([]float64, error) {
	var list []float64
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,\t\r\n", r) }) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}
