package open

import (
	"bytes"
	"errors"
	"image/jpeg"
)

// Why a photo is not shown or written.
var (
	ErrNotPhoto    = errors.New("not a JPEG image")
	ErrPhotoTooBig = errors.New("an image of too many pixels")
)

const (
	maxPixels = 25_000_000 // ten times what tips are scaled to; decoded 75 MB, and five times that if progressive
	// maxScanned is how many pixels all scans may go over, some 5 ns each, and
	// maxPasses how often they may go over a picture of any size. Encoders write a
	// progressive picture in ten scans, which make 14 of one component; a file of
	// 9 kB can hold 200.
	maxScanned   = 16 * maxPixels
	maxPasses    = 32
	photoQuality = 92
)

// CleanPhoto decodes a tip's photo and encodes it anew, so that what an officer
// looks at is an image and nothing else. It returns ErrNotPhoto or ErrPhotoTooBig.
func CleanPhoto(photo []byte) ([]byte, error) {
	size, err := jpeg.DecodeConfig(bytes.NewReader(photo))
	if err != nil || size.Width == 0 || size.Height == 0 {
		return nil, ErrNotPhoto
	}
	const unit = 32 // pixels; the decoder goes over whole units, the largest of 32 by 32
	w, h := int64(size.Width), int64(size.Height)
	units := (w + unit - 1) / unit * ((h + unit - 1) / unit)
	if n := scanPasses(photo); w*h > maxPixels || n > maxPasses || n*units*unit*unit > maxScanned {
		return nil, ErrPhotoTooBig
	}
	img, err := jpeg.Decode(bytes.NewReader(photo))
	if err != nil {
		return nil, ErrNotPhoto
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: photoQuality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
