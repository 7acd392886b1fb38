package qr

import (
	"errors"
	"image"
)

// ErrNotFound is returned where an image shows no QR code that can be read.
var ErrNotFound = errors.New("no QR code could be read")

// Decode returns the text of the one QR code in a clean image such as a
// rendered poster, or ErrNotFound. Photos are for Read.
func Decode(img *image.Gray) (string, error) {
	if r := single(img); r != nil {
		return r.text, nil
	}
	// In about one symbol of a thousand the data holds what looks like a fourth
	// finder pattern. The search for one code then picks the wrong three; the
	// search for several tries them all.
	if list := several(img); len(list) == 1 {
		return list[0].text, nil
	}
	return "", ErrNotFound
}
