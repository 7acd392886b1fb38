package poster

import (
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
	"math"
)

// pixels returns the pixels of a box of the page.
func pixels(b box, scale float64) image.Rectangle {
	px := func(mm float64) int { return int(math.Round(mm * scale)) }
	return image.Rect(px(b.x), px(b.y), px(b.x+b.w), px(b.y+b.h))
}

// pngHeader is the length of a PNG's signature and IHDR chunk, which image/png
// writes first.
const pngHeader = 8 + 25

// physWriter puts a pHYs chunk (PNG specification, 11.3.5.3) behind a PNG's
// header, so that printing programs find the picture's true size, which
// image/png cannot tell them.
type physWriter struct {
	w    io.Writer
	dpi  float64
	head []byte
	done bool
}

func (p *physWriter) Write(b []byte) (int, error) {
	if p.done {
		return p.w.Write(b)
	}
	p.head = append(p.head, b...)
	if len(p.head) < pngHeader {
		return len(b), nil
	}
	p.done = true
	chunk := make([]byte, 0, 21)
	chunk = binary.BigEndian.AppendUint32(chunk, 9)
	chunk = append(chunk, "pHYs"...)
	perMetre := uint32(math.Round(p.dpi / 0.0254))
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // per metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	for _, part := range [][]byte{p.head[:pngHeader], chunk, p.head[pngHeader:]} {
		if _, err := p.w.Write(part); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
