package scan

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"

	"tipbox/intake/photo/jpegread"
)

const (
	// maxDecoded is how many bytes a decoded photo may take: 210 megapixels of an
	// ordinary JPEG, 140 of a progressive one, 80 in 16 bits.
	maxDecoded = 640_000_000
	// maxVisits is how many blocks the scans of a JPEG may go over, some 100 ns each.
	maxVisits = 40_000_000
)

// decode decodes a picture that anyone may have made. What it would cost is known
// before it is decoded. It returns ErrTooBig, ErrDamaged or image.ErrFormat.
func decode(file []byte, maxPixels int) (img image.Image, err error) {
	defer func() {
		if recover() != nil {
			img, err = nil, ErrDamaged
		}
	}()
	if bytes.HasPrefix(file, []byte("\xff\xd8")) {
		return decodeJPEG(file, maxPixels)
	}
	head, format, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	pixels := int64(head.Width) * int64(head.Height)
	if pixels > int64(maxPixels) || pixels*perPixel(head.ColorModel, format, file) > maxDecoded {
		return nil, fmt.Errorf("%d × %d: %w", head.Width, head.Height, ErrTooBig)
	}
	img, _, err = image.Decode(bytes.NewReader(file))
	return img, err
}

func decodeJPEG(file []byte, maxPixels int) (image.Image, error) {
	f, err := jpegread.Read(file)
	if errors.Is(err, jpegread.ErrKind) {
		return nil, &UnsupportedError{OtherScan}
	} else if err != nil {
		return nil, ErrDamaged
	}
	if int64(f.Width)*int64(f.Height) > int64(maxPixels) || f.Visits > maxVisits || f.Memory(0) > maxDecoded {
		return nil, fmt.Errorf("%d × %d: %w", f.Width, f.Height, ErrTooBig)
	}
	img, err := f.Decode(0)
	if err != nil {
		return nil, ErrDamaged
	}
	return img, nil
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
	const interlaceAt = 28                         // in IHDR, which comes first
	if format == "png" && file[interlaceAt] != 0 { // each pass is a picture first
		n *= 2
	}
	return n
}
