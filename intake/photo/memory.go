package photo

import (
	"bytes"
	"image"
	"image/color"
)

// What the decoders allocate at most, read from their sources (Go 1.26,
// golang.org/x/image 0.47) and held by TestMemory.

// jpegMemory: a byte per sample, with all sides rounded up to whole MCUs; a
// progressive image keeps all its coefficients, 4 bytes per sample; four
// components, or RGB, are woven into 4 bytes per pixel at the end.
func jpegMemory(upload []byte, c image.Config) int64 {
	progressive, samples := true, int64(12) // the worst, where there is no telling
	if f, ok := findSOF(upload); ok {
		progressive, samples = f.progressive, f.samples(c)
	}
	n := samples
	if progressive {
		n += 4 * samples
	}
	plain := c.ColorModel == color.GrayModel || c.ColorModel == color.YCbCrModel
	// The marker that makes it RGB may also come after the frame header.
	if !plain || bytes.Contains(upload, []byte("Adobe")) {
		n += 4 * pixels(c)
	}
	return n
}

// pngMemory: the pixels, once more for the passes of an interlaced image, and
// the window of the inflater.
func pngMemory(upload []byte, c image.Config) int64 {
	perPixel := int64(4)
	switch c.ColorModel {
	case color.NRGBA64Model, color.RGBA64Model, color.Gray16Model:
		perPixel = 8
	}
	const interlaceAt = 28 // in IHDR, which comes first
	if len(upload) > interlaceAt && upload[interlaceAt] != 0 {
		perPixel *= 2
	}
	return perPixel*pixels(c) + 8*int64(c.Width)*4 + 1<<20
}

// webpMemory: a lossy image with packed alpha decodes the latter into 4 bytes
// per pixel, twice while a palette is applied. A lossless image brings up to
// 2,600 sets of Huffman trees, each 256 times the size it has in the file.
func webpMemory(upload []byte, c image.Config) int64 {
	return 12*pixels(c) + min(136<<20, 300*int64(len(upload))) + 1<<20
}

// gifMemory: the first picture's palette indexes, and once more to undo their
// interlacing.
func gifMemory(_ []byte, c image.Config) int64 { return 2*pixels(c) + 1<<20 }

func pixels(c image.Config) int64 { return int64(c.Width) * int64(c.Height) }
