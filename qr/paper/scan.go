package paper

import (
	"bytes"
	"errors"
	"image"

	_ "golang.org/x/image/bmp" // what scanners write beside JPEG and PNG
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"

	"tipbox/qr"
)

// What a file can be that no picture is found in.
var (
	ErrNotPicture = errors.New("neither a picture nor text")
	ErrTooBig     = qr.ErrTooBig
	ErrEmptyPDF   = errors.New("a PDF without a scanned page in it")
)

// maxPixels is above what phones and office scanners make: A4 at 600 dpi has 35
// million. All pages of a PDF together may have as many.
const maxPixels = 120_000_000

// Pictures returns the pictures in a file: itself, or the pages of a PDF as
// office scanners write them, each one JPEG. It returns ErrNotPicture, ErrTooBig
// or ErrEmptyPDF.
func Pictures(file []byte) ([]image.Image, error) {
	if !bytes.HasPrefix(file, []byte("%PDF-")) {
		img, err := decode(file, maxPixels)
		if err != nil {
			return nil, err
		}
		return []image.Image{img}, nil
	}
	left := maxPixels
	var pages []image.Image
	for rest := file; ; {
		start := bytes.Index(rest, []byte("\xff\xd8\xff"))
		if start < 0 {
			break
		}
		// A JPEG may hold a smaller one of itself: go on behind the stream.
		var stream []byte
		stream, rest, _ = bytes.Cut(rest[start:], []byte("endstream"))
		head, _, err := image.DecodeConfig(bytes.NewReader(stream))
		if err != nil {
			continue
		}
		img, err := decode(stream, left)
		if errors.Is(err, ErrTooBig) {
			return nil, err
		} else if err == nil {
			pages = append(pages, img)
		}
		left -= head.Width * head.Height // a broken one has cost as much
	}
	if pages == nil {
		return nil, ErrEmptyPDF
	}
	return pages, nil
}

func decode(file []byte, maxPixels int) (image.Image, error) {
	img, err := qr.DecodePhoto(file, maxPixels)
	if err != nil && !errors.Is(err, ErrTooBig) {
		return nil, ErrNotPicture
	}
	return img, err
}
