package open

import (
	"bytes"
	"errors"
	"image/jpeg"

	"tipbox/intake/photo/jpegread"
)

// Why a photo is not shown or written.
var (
	ErrNotPhoto    = errors.New("not a JPEG image")
	ErrPhotoTooBig = errors.New("an image of too many pixels")
)

const (
	maxPixels    = 25_000_000          // ten times what tips are scaled to; decoded 75 MB, and three times that if progressive
	maxVisits    = 16 * maxPixels / 64 // blocks that all scans of a JPEG go over
	photoQuality = 92
)

// CleanPhoto decodes a tip's photo and encodes it anew, so that what an officer
// looks at is an image and nothing else. Of a damaged one it keeps what browsers
// show. It returns ErrNotPhoto or ErrPhotoTooBig.
func CleanPhoto(photo []byte) ([]byte, error) {
	f, err := jpegread.Read(photo)
	if err != nil {
		return nil, ErrNotPhoto
	}
	if int64(f.Width)*int64(f.Height) > maxPixels || f.Visits > maxVisits {
		return nil, ErrPhotoTooBig
	}
	img, err := f.Decode(0)
	if err != nil {
		return nil, ErrNotPhoto
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: photoQuality}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
