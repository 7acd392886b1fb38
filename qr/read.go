package qr

import (
	"image"
	"math"
)

// Found is a QR code in a photo.
type Found struct {
	Text string          // "" where a code stands there and what it says cannot be read
	At   image.Rectangle // roughly, in the photo's pixels
}

// Read returns every QR code that it finds in a photo, of any size, dark on light
// or light on dark, mirrored or not, in the order in which they were found; those
// that cannot be read come last. Of a code that was read only the finder patterns
// are wiped out before the search goes on, since a second one beside it, or on it,
// is what a patrol looks for. It does about the same work for photos of one size.
func Read(photo image.Image) []Found {
	if photo.Bounds().Empty() {
		return nil
	}
	s := &search{photo: grayOf(photo)}
	b := s.photo.Rect
	long, short := max(b.Dx(), b.Dy()), min(b.Dx(), b.Dy())
	for _, side := range []int{1600, 1000, 600} {
		if side < long || side == 600 || long <= 1600 && side == 1600 {
			s.look(b, min(side, long), 1, plain)
		}
	}
	// The window is some modules wide: of a small code, and of a large one.
	s.look(b, min(1200, long), 1, func(g *image.Gray) *image.Gray { return levelled(g, 20) })
	s.look(b, min(500, long), 1, func(g *image.Gray) *image.Gray { return levelled(blurred(g), 25) })
	s.look(b, min(1200, long), 1, blurred)
	s.look(b, min(800, long), 1, sharpened)
	for _, aspect := range []float64{1.6, 1 / 1.6} { // taken from the side, from below
		s.look(b, min(1200, long), aspect, plain)
	}
	// Small codes in a large photo. A thin strip would have any number of tiles.
	if long > 1000 && long <= 6*short {
		const sharp = 1500 // as the camera made them: codes of two pixels a module
		side := short * 5 / 8
		for ; side > sharp*3/2; side /= 2 {
			s.tiles(side, 1300)
		}
		s.tiles(min(side, sharp), sharp)
	}
	if long < 1000 {
		s.look(b, 2*long, 1, plain)
		s.look(b, 2*long, 1, sharpened)
	}
	return s.all()
}

// search is a photo and what was found in it.
type search struct {
	photo  *image.Gray
	found  []code
	unread []code
}

// code is a QR code in a picture.
type code struct {
	text    string
	finders [3]vec  // the centres of its finder patterns: bottom left, top left, top right
	module  vec     // width and height of a module
	margin  float64 // from a finder's centre to the edge, in distances between two of them
}

// moved returns the code where it is after the picture was moved by d and then
// stretched by fx and fy.
func (c code) moved(d vec, fx, fy float64) code {
	for i, p := range c.finders {
		c.finders[i] = vec{(p.x + d.x) * fx, (p.y + d.y) * fy}
	}
	c.module = vec{c.module.x * fx, c.module.y * fy}
	return c
}

// look searches a part of the photo scaled so that its longer side has so many
// pixels, and then made wider by aspect or, below 1, taller. It searches first
// for several codes at once, then for one at a time: the two ways do not find
// the same ones.
func (s *search) look(part image.Rectangle, side int, aspect float64, treat func(*image.Gray) *image.Gray) {
	k := float64(side) / float64(max(part.Dx(), part.Dy()))
	fx, fy := k*max(aspect, 1), k*max(1/aspect, 1)
	scaled := treat(scale(s.photo, part, int(float64(part.Dx())*fx), int(float64(part.Dy())*fy)))
	origin := vec{float64(part.Min.X), float64(part.Min.Y)}
	for _, binarize := range binarizers {
		m := modules(scaled, binarize)
		if m == nil {
			continue
		}
		for range 2 {
			for _, c := range s.found {
				wipe(m, c.moved(vec{-origin.x, -origin.y}, fx, fy))
			}
			add := func(list []code) (read bool) {
				for _, c := range list {
					inPhoto := c.moved(vec{}, 1/fx, 1/fy).moved(origin, 1, 1)
					if c.text == "" {
						s.unread = append(s.unread, inPhoto)
						continue
					}
					s.add(inPhoto)
					wipe(m, c)
					read = true
				}
				return read
			}
			add(several(m))
			for n := 0; n < 3 && add(single(m)); n++ {
			}
			m.FlipAll() // light on dark
		}
	}
}

// add notes a code, unless it is what was left of one already found.
func (s *search) add(c code) {
	for _, f := range s.found {
		if f.text == c.text && middle(f.at()).In(c.at()) {
			return
		}
	}
	s.found = append(s.found, c)
}

// all returns what was found; of what could not be read only what nobody read in
// another light.
func (s *search) all() (list []Found) {
	for _, c := range s.found {
		list = append(list, Found{c.text, c.at().Intersect(s.photo.Rect)})
	}
	for _, c := range s.unread {
		at, known := c.at().Intersect(s.photo.Rect), false
		for _, f := range list {
			known = known || middle(f.At).In(at) || middle(at).In(f.At)
		}
		if !known {
			list = append(list, Found{"", at})
		}
	}
	return list
}

func middle(r image.Rectangle) image.Point { return r.Min.Add(r.Max).Div(2) }

// tiles looks at the photo in overlapping squares of that side, each scaled to
// so many pixels.
func (s *search) tiles(side, scaled int) {
	b := s.photo.Rect
	nx := int(math.Ceil(float64(b.Dx()-side)/(float64(side)*0.75))) + 1
	ny := int(math.Ceil(float64(b.Dy()-side)/(float64(side)*0.75))) + 1
	for j := range ny {
		for i := range nx {
			at := image.Pt((b.Dx()-side)*i/max(nx-1, 1), (b.Dy()-side)*j/max(ny-1, 1))
			s.look(image.Rectangle{at, at.Add(image.Pt(side, side))}, scaled, 1, plain)
		}
	}
}
