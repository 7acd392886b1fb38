package photo

import (
	"image"

	"tipbox/intake/photo/jpegscan"
)

// frame is a JPEG's frame header.
type frame struct {
	progressive bool
	sampling    []byte // of each component, horizontal and vertical in 4 bits each
}

// findSOF returns the frame header (ITU-T T.81, B.2.2) that the decoder will find.
func findSOF(upload []byte) (frame, bool) {
	for marker, segment := range jpegscan.Segments(upload) {
		switch marker {
		case jpegscan.SOF0, jpegscan.SOF1, jpegscan.SOF2:
			f := frame{progressive: marker == jpegscan.SOF2}
			for j := 7; j < len(segment); j += 3 {
				f.sampling = append(f.sampling, segment[j])
			}
			return f, len(f.sampling) > 0
		case jpegscan.SOS: // too late
			return frame{}, false
		}
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
