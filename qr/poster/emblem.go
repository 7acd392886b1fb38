package poster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
)

// Bounds of an emblem's file.
const (
	maxEmblemBytes = 1 << 20
	maxEmblemSide  = 2000 // pixels
	minEmblemSide  = 200  // pixels: fewer look coarse on an A3
)

// Emblem is a unit's mark, drawn in a corner of the posters and never in the code.
type Emblem struct {
	shapes []shape // in a square of side 1
	image  image.Image
	png    []byte
}

// LoadEmblem reads an emblem: a PNG, or an SVG of plain filled outlines.
func LoadEmblem(name string) (*Emblem, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("reading the emblem: %w", err)
	}
	if info.Size() > maxEmblemBytes {
		return nil, fmt.Errorf("emblem %s: %d bytes, at most %d are read", name, info.Size(), maxEmblemBytes)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading the emblem: %w", err)
	}
	var e *Emblem
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG")):
		e, err = pngEmblem(data)
	case bytes.Contains(data, []byte("<svg")):
		e, err = svgEmblem(data)
	default:
		err = errors.New("neither a PNG nor an SVG")
	}
	if err != nil {
		return nil, fmt.Errorf("emblem %s: %w", name, err)
	}
	return e, nil
}

// pngEmblem decodes and encodes again: what else the file holds, and forms of
// PNG that the PDF does not take, are gone.
func pngEmblem(data []byte) (*Emblem, error) {
	head, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if w, h := head.Width, head.Height; max(w, h) > maxEmblemSide || min(w, h) < minEmblemSide {
		return nil, fmt.Errorf("%d × %d pixels: expected sides from %d to %d", w, h, minEmblemSide, maxEmblemSide)
	}
	decoded, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	flat := image.NewNRGBA(image.Rect(0, 0, head.Width, head.Height))
	for y := range head.Height {
		for x := range head.Width {
			flat.Set(x, y, decoded.At(decoded.Bounds().Min.X+x, decoded.Bounds().Min.Y+y))
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, flat); err != nil {
		return nil, err
	}
	return &Emblem{image: flat, png: out.Bytes()}, nil
}

// emblem draws the emblem into a square, keeping its proportions.
func (s *sheet) emblem(e *Emblem, b box) {
	if e.image == nil {
		for _, sh := range e.shapes {
			s.fill(sh.path.transform(b.w, b.h, b.x, b.y), sh.color)
		}
		return
	}
	size := e.image.Bounds().Size()
	k := b.w / float64(max(size.X, size.Y))
	w, h := float64(size.X)*k, float64(size.Y)*k
	if s.err == nil {
		at := s.box(box{b.x + (b.w-w)/2, b.y + (b.h-h)/2, w, h})
		s.page.items = append(s.page.items, &picture{at, e.image, e.png})
	}
}
