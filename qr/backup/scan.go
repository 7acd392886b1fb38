package backup

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // what phones and scanners write
	_ "image/png"

	_ "golang.org/x/image/bmp"
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// What a file can be that no picture is found in.
var (
	ErrNotPicture = errors.New("neither a picture nor text")
	ErrTooBig     = errors.New("a picture of too many pixels")
	ErrEmptyPDF   = errors.New("a PDF without a scanned page in it")
)

// maxPixels is above what phones and office scanners make: A4 at 600 dpi has 35 million.
const maxPixels = 120_000_000

// Pictures returns the pictures in a file: itself, or the pages of a PDF as
// office scanners write them, each one JPEG. It returns ErrNotPicture, ErrTooBig
// or ErrEmptyPDF.
func Pictures(file []byte) ([]image.Image, error) {
	if !bytes.HasPrefix(file, []byte("%PDF-")) {
		img, err := decode(file)
		if err != nil {
			return nil, err
		}
		return []image.Image{img}, nil
	}
	var pages []image.Image
	for rest := file; ; {
		start := bytes.Index(rest, []byte("\xff\xd8\xff"))
		if start < 0 {
			break
		}
		rest = rest[start:]
		img, err := decode(rest)
		if errors.Is(err, ErrTooBig) {
			return nil, err
		} else if err == nil {
			pages = append(pages, img)
		}
		// A JPEG may hold a smaller one of itself: go on behind the stream.
		end := max(bytes.Index(rest, []byte("endstream")), 3)
		rest = rest[end:]
	}
	if pages == nil {
		return nil, ErrEmptyPDF
	}
	return pages, nil
}

func decode(file []byte) (image.Image, error) {
	head, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, ErrNotPicture
	}
	if int64(head.Width)*int64(head.Height) > maxPixels {
		return nil, fmt.Errorf("%d × %d: %w", head.Width, head.Height, ErrTooBig)
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, ErrNotPicture
	}
	return img, nil
}
