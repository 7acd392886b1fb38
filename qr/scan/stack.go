package scan

import (
	"image"
	"image/draw"
)

// stack is a page that was written in strips, from its top.
type stack struct {
	strips []image.Image
	width  int
	height int
}

// add puts a strip under the others and reports whether it is as wide as they are.
func (s *stack) add(strip image.Image) bool {
	b := strip.Bounds()
	if s.strips != nil && b.Dx() != s.width {
		return false
	}
	s.strips, s.width, s.height = append(s.strips, strip), b.Dx(), s.height+b.Dy()
	return true
}

// image returns the page in grey, or nil where there is no strip.
func (s *stack) image() image.Image {
	if len(s.strips) < 2 {
		if s.strips == nil {
			return nil
		}
		return s.strips[0]
	}
	page := image.NewGray(image.Rect(0, 0, s.width, s.height))
	y := 0
	for _, strip := range s.strips {
		b := strip.Bounds()
		draw.Draw(page, image.Rect(0, y, s.width, y+b.Dy()), strip, b.Min, draw.Src)
		y += b.Dy()
	}
	return page
}
