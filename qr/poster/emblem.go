package poster

import "image"

// Emblem is a unit's mark: a small picture or drawing.
type Emblem struct {
	shapes []shape // in a square of side 1
	image  image.Image
	png    []byte
}

func (s *sheet) emblem(e *Emblem, b box) {}
