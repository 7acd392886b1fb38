package photo

import (
	"bytes"
	"encoding/binary"
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

// frame is a JPEG's frame header.
type frame struct {
	progressive bool
	sampling    []byte // of each component, horizontal and vertical in 4 bits each
}

// findSOF returns the frame header (ITU-T T.81, B.2.2) that the decoder will
// find: it walks the markers as it does.
func findSOF(b []byte) (frame, bool) {
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xff { // stray bytes between segments are skipped
			i++
			continue
		}
		marker := b[i+1]
		switch {
		case marker == 0xff: // fill
			i++
			continue
		case marker == 0x00, marker >= 0xd0 && marker <= 0xd7: // stuffed; restart
			i += 2
			continue
		case marker == 0xd9, marker == 0xda: // the image or its scans: too late
			return frame{}, false
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		if n < 2 || i+2+n > len(b) {
			return frame{}, false
		}
		if marker >= 0xc0 && marker <= 0xc2 {
			f := frame{progressive: marker == 0xc2}
			segment := b[i+4 : i+2+n]
			for j := 7; j < len(segment); j += 3 {
				f.sampling = append(f.sampling, segment[j])
			}
			return f, len(f.sampling) > 0
		}
		i += 2 + n
	}
	return frame{}, false
}

// samples returns how many samples all components have together.
func (f frame) samples(c image.Config) int64 {
	if len(f.sampling) == 1 { // then its sampling factor means nothing
		return roundUp(c.Width, 8) * roundUp(c.Height, 8)
	}
	var h, v, perMCU int64
	for _, s := range f.sampling {
		h, v = max(h, int64(s>>4)), max(v, int64(s&15))
		perMCU += int64(s>>4) * int64(s&15)
	}
	return roundUp(c.Width, int(8*h)) / max(8*h, 1) * (roundUp(c.Height, int(8*v)) / max(8*v, 1)) * perMCU * 64
}

func roundUp(n, to int) int64 {
	to = max(to, 1)
	return int64((n + to - 1) / to * to)
}
