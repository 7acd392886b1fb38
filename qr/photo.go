package qr

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // what phones and scanners write
	_ "image/png"
)

// ErrTooBig is returned for a photo that would take too much memory or time.
var ErrTooBig = errors.New("a picture of too many pixels")

const (
	// maxDecoded is how many bytes a decoded photo may take: 120 megapixels in
	// colour, 75 in 16 bits, 40 of a progressive JPEG.
	maxDecoded = 600_000_000
	// maxScanned is how many pixels the scans of a JPEG may go over, some 5 ns each,
	// and maxPasses how often they may go over a photo of any size. Encoders write a
	// progressive one in ten scans, which make 14 of one component; a file of 9 kB
	// can hold 200.
	maxScanned = 640_000_000
	maxPasses  = 32
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
	if format == "jpeg" {
		if n, _ := scans(file); n > maxPasses || n*pixels > maxScanned {
			return nil, fmt.Errorf("%d × %d in %d scans: %w", head.Width, head.Height, n, ErrTooBig)
		}
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
		if _, progressive := scans(file); progressive {
			n *= 5 // all coefficients are kept, in 4 bytes each
		}
	case "png":
		const interlaceAt = 28 // in IHDR, which comes first
		if file[interlaceAt] != 0 {
			n *= 2 // each pass is a picture first
		}
	}
	return n
}

// scans returns how often the scans of a JPEG go over the picture, each once for
// each of its components. It walks the segments (ITU-T T.81, B.1.1) as the decoder
// does, which takes a picture's data for stray bytes once it has enough of it.
func scans(file []byte) (passes int64, progressive bool) {
	for i := 2; i+4 <= len(file); {
		marker := file[i+1]
		switch {
		case file[i] != 0xff, marker == 0xff: // data; fill
			i++
			continue
		case marker == 0x00, marker >= 0xd0 && marker <= 0xd7: // stuffed; restart
			i += 2
			continue
		case marker == 0xd9: // end of image
			return passes, progressive
		}
		n := int(binary.BigEndian.Uint16(file[i+2:]))
		if n < 2 || i+2+n > len(file) {
			return passes, progressive // broken, as the decoder will find
		}
		switch {
		case marker == 0xc2:
			progressive = true
		case marker == 0xda && n > 2:
			passes += int64(file[i+4])
		}
		i += 2 + n
	}
	return passes, progressive
}
