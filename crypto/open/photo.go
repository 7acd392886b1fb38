package open

import (
	"bytes"
	"errors"
	"image/jpeg"

	"tipbox/intake/photo/jpegscan"
)

// Why a photo is not shown or written.
var (
	ErrNotPhoto    = errors.New("not a JPEG image")
	ErrPhotoTooBig = errors.New("an image of too many pixels")
)

const (
	maxPixels    = 25_000_000     // ten times what tips are scaled to; decoded 75 MB, and five times that if progressive
	maxScanned   = 16 * maxPixels // by all scans of a JPEG
	photoQuality = 92
)

// CleanPhoto decodes a tip's photo and encodes it anew, so that what an officer
// looks at is an image and nothing else. It returns ErrNotPhoto or ErrPhotoTooBig.
func CleanPhoto(photo []byte) ([]byte, error) {
	size, err := jpeg.DecodeConfig(bytes.NewReader(photo))
	if err != nil || size.Width == 0 || size.Height == 0 {
		return nil, ErrNotPhoto
	}
	if int64(size.Width)*int64(size.Height) > maxPixels || jpegscan.TooMany(photo, size.Width, size.Height, maxScanned) {
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
