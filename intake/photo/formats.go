package photo

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"

	"github.com/bep/imagemeta"
	"golang.org/x/image/bmp"
	"golang.org/x/image/webp"

	"tipbox/intake"
	"tipbox/intake/photo/jpegread"
)

// How the decoders are used, and what they allocate at most, read from their
// sources (Go 1.26, golang.org/x/image 0.47) and held by TestMemory.

const (
	// maxVisits is how many blocks the scans of a JPEG may go over, some 50 ns each:
	// twice what a progressive one of 200 megapixels has.
	maxVisits = 50_000_000
	// maxWhole is how many pixels an image may have that is decoded whole before it
	// is made smaller, as all but JPEGs are.
	maxWhole = 100_000_000
)

func readJPEG(upload []byte, side int) (*header, error) {
	f, err := jpegread.Read(upload)
	if err != nil {
		return nil, err
	}
	if f.Visits > maxVisits {
		return nil, intake.ErrPhotoPixels
	}
	h := &header{
		width: f.Width, height: f.Height, cost: f.Memory(side),
		pixels: func() (image.Image, error) { return f.Decode(side) },
	}
	if f.Exif != nil {
		h.exif, h.exifFormat = bytes.NewReader(f.Exif), imagemeta.TIFF
	}
	return h, nil
}

// readPNG: the pixels, once more for the passes of an interlaced image, and the
// windows of the two inflaters.
func readPNG(upload []byte, _ int) (*header, error) {
	p, err := readChunks(upload)
	if err != nil {
		return nil, err
	}
	c, err := png.DecodeConfig(p.reader())
	if err != nil {
		return nil, err
	}
	perPixel := int64(4)
	switch c.ColorModel {
	case color.NRGBA64Model, color.RGBA64Model, color.Gray16Model:
		perPixel = 8
	}
	if p.interlaced {
		perPixel *= 2
	}
	return whole(c, perPixel*pixels(c)+8*int64(c.Width)*4+3<<20, func() (image.Image, error) {
		return png.Decode(p.reader())
	}, upload, imagemeta.PNG)
}

// readWebP: a lossy image with packed alpha decodes the latter into 4 bytes per
// pixel, twice while a palette is applied. A lossless image brings up to 2,600
// sets of Huffman trees, each 256 times the size it has in the file.
func readWebP(upload []byte, _ int) (*header, error) {
	still, err := stillWebP(upload)
	if err != nil {
		return nil, err
	}
	c, err := webp.DecodeConfig(still.reader())
	if err != nil {
		return nil, err
	}
	cost := 12*pixels(c) + min(136<<20, 300*int64(still.size)) + 1<<20
	return whole(c, cost, func() (image.Image, error) {
		return webp.Decode(still.reader())
	}, upload, imagemeta.WebP)
}

// readGIF: the first picture's palette indexes, and once more to undo their
// interlacing.
func readGIF(upload []byte, _ int) (*header, error) {
	g, err := firstOfGIF(upload)
	if err != nil {
		return nil, err
	}
	return whole(g.config, 2*pixels(g.config)+1<<20, g.decode, nil, 0)
}

// readBMP: up to 4 bytes per pixel, and a row.
func readBMP(upload []byte, _ int) (*header, error) {
	c, err := bmp.DecodeConfig(bytes.NewReader(upload))
	if err != nil {
		return nil, err
	}
	return whole(c, 4*pixels(c)+8*int64(c.Width)+1<<20, func() (image.Image, error) {
		return bmp.Decode(io.MultiReader(bytes.NewReader(upload), zeros{}))
	}, nil, 0)
}

// whole is the header of an image that is decoded whole.
func whole(c image.Config, cost int64, decode func() (image.Image, error), exif []byte, format imagemeta.ImageFormat) (*header, error) {
	if c.Width <= 0 || c.Height <= 0 {
		return nil, errors.New("no pixels")
	}
	if pixels(c) > maxWhole {
		return nil, intake.ErrPhotoPixels
	}
	h := &header{width: c.Width, height: c.Height, cost: cost, pixels: decode}
	if exif != nil {
		h.exif, h.exifFormat = bytes.NewReader(exif), format
	}
	return h, nil
}

func pixels(c image.Config) int64 { return int64(c.Width) * int64(c.Height) }
