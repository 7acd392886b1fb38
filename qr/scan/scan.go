// Package scan turns the files that phones and scanners write into pictures to be
// searched for codes: photos, cut off or not, and the pages of a TIFF or a PDF.
package scan

import (
	"bytes"
	"errors"
	"image"
	"iter"

	_ "image/gif" // what comes from chats
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/webp"
)

// Why a file, or a page of it, is left out. Another reason is an *UnsupportedError.
var (
	ErrTooBig     = errors.New("a picture of too many pixels")
	ErrDamaged    = errors.New("a picture of which nothing can be read")
	ErrEmptyPDF   = errors.New("a PDF without a scanned page in it")
	ErrNotPicture = errors.New("not a picture")
)

// UnsupportedError says what a file, or a page, is that may hold a picture and is
// not read.
type UnsupportedError struct{ Kind Kind }

func (e *UnsupportedError) Error() string { return "not read: " + string(e.Kind) }

// maxPixels is what one picture, and maxTotal what all pages of a file together
// may have. A phone's largest photo has 200 million pixels, A4 at 600 dpi 35.
const (
	maxPixels = 210_000_000
	maxTotal  = 4 * maxPixels
)

// Pictures yields the pictures in a file one at a time, or why one is left out:
// each pair has a picture or an error, and there is at least one.
func Pictures(file []byte) iter.Seq2[image.Image, error] {
	switch {
	case bytes.HasPrefix(file, []byte("%PDF-")):
		return pdfPages(file)
	case isTIFF(file):
		return tiffPages(file)
	}
	return func(yield func(image.Image, error) bool) { yield(picture(file)) }
}

// picture decodes a file of one picture.
func picture(file []byte) (image.Image, error) {
	if kind := KindOf(file); kind != "" {
		return nil, &UnsupportedError{kind}
	}
	img, err := decode(file, maxPixels)
	switch {
	case err == nil || errors.Is(err, ErrTooBig) || errors.As(err, new(*UnsupportedError)):
		return img, err
	case errors.Is(err, image.ErrFormat):
		return nil, ErrNotPicture
	}
	if img := mendPNG(file); img != nil {
		return img, nil
	}
	return nil, ErrDamaged
}
