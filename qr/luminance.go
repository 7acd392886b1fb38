package qr

import (
	"errors"
	"image"

	"github.com/makiuchi-d/gozxing"
)

// grayImage hands an image.Gray to the decoder without a copy.
type grayImage struct {
	gozxing.LuminanceSourceBase
	img *image.Gray
}

func luminance(img *image.Gray) gozxing.LuminanceSource {
	b := img.Bounds()
	return &grayImage{gozxing.LuminanceSourceBase{Width: b.Dx(), Height: b.Dy()}, img}
}

func (g *grayImage) GetRow(y int, row []byte) ([]byte, error) {
	if y < 0 || y >= g.Height {
		return row, errors.New("row is outside the image")
	}
	if len(row) < g.Width {
		row = make([]byte, g.Width)
	}
	copy(row, g.img.Pix[y*g.img.Stride:][:g.Width])
	return row, nil
}

func (g *grayImage) GetMatrix() []byte {
	if g.img.Stride == g.Width {
		return g.img.Pix[:g.Width*g.Height]
	}
	m := make([]byte, 0, g.Width*g.Height)
	for y := range g.Height {
		m = append(m, g.img.Pix[y*g.img.Stride:][:g.Width]...)
	}
	return m
}

func (g *grayImage) Invert() gozxing.LuminanceSource { return gozxing.LuminanceSourceInvert(g) }

func (g *grayImage) String() string { return gozxing.LuminanceSourceString(g) }
