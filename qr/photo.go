package qr

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // what phones and scanners write
	_ "image/png"

	"tipbox/intake/photo/jpegscan"
)

// ErrTooBig is returned for a photo that would take too much memory or time.
var ErrTooBig = errors.New("a picture of too many pixels")

const (
	// maxDecoded is how many bytes a decoded photo may take: 120 megapixels in
	// colour, 75 in 16 bits, 40 of a progressive JPEG.
	maxDecoded = 600_000_000
	// maxScanned is how many pixels the scans of a JPEG may go over.
	maxScanned = 640_000_000
)

// DecodePhoto decodes a photo that anyone may have made: a JPEG, a PNG, or what
// else the program has registered with package image. What it would cost is known
// before it is decoded. It returns ErrTooBig, image.ErrFormat or what is wrong
// with the file.
func DecodePhoto(file []byte, maxPixels int) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, fmt.Errorf("decoding a malformed photo: %v", r)
		}
	}()
	head, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	pixels := int64(head.Width) * int64(head.Height)
	if pixels > int64(maxPixels) || pixels*perPixel(head.ColorModel, format, file) > maxDecoded {
		return nil, fmt.Errorf("%d × %d: %w", head.Width, head.Height, ErrTooBig)
	}
	if format == "jpeg" && jpegscan.TooMany(file, head.Width, head.Height, maxScanned) {
		return nil, fmt.Errorf("%d × %d in too many scans: %w", head.Width, head.Height, ErrTooBig)
	}
	img, _, err = image.Decode(bytes.NewReader(file))
	return img, err
}

// perPixel returns how many bytes decoding takes for each pixel, about.
func perPixel(model color.Model, format string, file []byte) int64 {
	n := int64(4)
	switch model {
	case color.GrayModel:
		n = 1
	case color.YCbCrModel:
		n = 3
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
		n = 8
	}
	switch format {
	case "jpeg":
		if jpegscan.Progressive(file) {
			n *= 5
		}
	case "png":
		const interlaceAt = 28 // in IHDR, which comes first
		if file[interlaceAt] != 0 {
			n *= 2 // each pass is a picture first
		}
	}
	return n
}
