package scan

import (
	"bytes"
	"fmt"
	"image"
	"image/color"

	"tipbox/intake/photo/jpegscan"
)

const (
	// maxDecoded is how many bytes a decoded photo may take: 200 megapixels of an
	// ordinary JPEG, 75 in 16 bits, 60 of a progressive JPEG.
	maxDecoded = 640_000_000
	// maxScanned is how many pixels the scans of a JPEG may go over.
	maxScanned = 640_000_000
)

// decode decodes a picture that anyone may have made. What it would cost is known
// before it is decoded. It returns ErrTooBig, image.ErrFormat or what is wrong
// with the file.
func decode(file []byte, maxPixels int) (img image.Image, err error) {
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
	if pixels > int64(maxPixels) || pixels*halfBytes(head.ColorModel, format, file)/2 > maxDecoded {
		return nil, fmt.Errorf("%d × %d: %w", head.Width, head.Height, ErrTooBig)
	}
	if format == "jpeg" && jpegscan.TooMany(file, head.Width, head.Height, maxScanned) {
		return nil, fmt.Errorf("%d × %d in too many scans: %w", head.Width, head.Height, ErrTooBig)
	}
	img, _, err = image.Decode(bytes.NewReader(file))
	return img, err
}

// halfBytes returns how many half bytes decoding takes for each pixel, about.
func halfBytes(model color.Model, format string, file []byte) int64 {
	n := int64(8)
	switch model {
	case color.GrayModel:
		n = 2
	case color.YCbCrModel:
		n = 6
	case color.RGBA64Model, color.NRGBA64Model, color.Gray16Model:
		n = 16
	}
	switch format {
	case "jpeg":
		if halved(file) {
			n = 3
		}
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

// halved reports whether a JPEG has its colours at half the size each way, as
// phones write them.
func halved(file []byte) bool {
	for marker, s := range jpegscan.Segments(file) {
		if marker == jpegscan.SOF0 || marker == jpegscan.SOF1 || marker == jpegscan.SOF2 {
			return len(s) == 15 && s[5] == 3 && s[7] == 0x22 && s[10] == 0x11 && s[13] == 0x11
		}
	}
	return false
}
