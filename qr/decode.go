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
	// In about one symbol of a thousand the data holds what looks like a fourth
	// finder pattern. The search for one code then picks the wrong three; the
	// search for several tries them all.
	for _, binarize := range binarizers {
		if m := modules(img, binarize); m != nil {
			for _, list := range [][]code{single(m), several(m)} {
				if len(list) == 1 && list[0].text != "" {
					return list[0].text, nil
				}
			}
		}
	}
	return "", ErrNotFound
}
