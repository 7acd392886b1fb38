package qr

import (
	"errors"
	"fmt"
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// ErrNotFound is returned where an image shows no QR code that can be read.
var ErrNotFound = errors.New("no QR code could be read")

// Decode returns the text of the one QR code in a clean image such as a
// rendered poster, or ErrNotFound. Photos are for Read.
func Decode(img *image.Gray) (text string, err error) {
	defer recoverDecoder(&err)
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(luminance(img)))
	if err != nil {
		return "", fmt.Errorf("preparing an image for decoding: %w", err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return result.GetText(), nil
}

// recoverDecoder turns a panic of the decoder, which some images cause, into ErrNotFound.
func recoverDecoder(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: the decoder panicked: %v", ErrNotFound, r)
	}
}
