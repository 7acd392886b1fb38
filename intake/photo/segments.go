package photo

import (
	"encoding/binary"
	"image"
	"iter"
)

// segments yields the segments of a JPEG, each with its marker, in the order in
// which the decoder meets them (ITU-T T.81, B.1.1), up to the end of the image or
// to where it is broken. A picture's data is passed over as stray bytes are: the
// decoder, too, stops at any marker in it that is not a restart.
func segments(b []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for i := 2; i+4 <= len(b); {
			marker := b[i+1]
			switch {
			case b[i] != 0xff, marker == 0xff: // data; fill
				i++
				continue
			case marker == 0x00, marker >= 0xd0 && marker <= 0xd7: // stuffed; restart
				i += 2
				continue
			case marker == 0xd9: // end of image
				return
			}
			n := int(binary.BigEndian.Uint16(b[i+2:]))
			if n < 2 || i+2+n > len(b) || !yield(marker, b[i+4:i+2+n]) {
				return
			}
			i += 2 + n
		}
	}
}

// frame is a JPEG's frame header.
type frame struct {
	progressive bool
	sampling    []byte // of each component, horizontal and vertical in 4 bits each
}

// findSOF returns the frame header (ITU-T T.81, B.2.2) that the decoder will find.
func findSOF(upload []byte) (frame, bool) {
	for marker, segment := range segments(upload) {
		switch marker {
		case 0xc0, 0xc1, 0xc2:
			f := frame{progressive: marker == 0xc2}
			for j := 7; j < len(segment); j += 3 {
				f.sampling = append(f.sampling, segment[j])
			}
			return f, len(f.sampling) > 0
		case 0xda: // the scans: too late
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

// scanned returns how many pixels the scans of a JPEG go over: each goes over the
// whole picture for each of its components, and may do so for a few bytes of data.
// A small picture counts as one in which maxPasses come to maxScanned.
func scanned(upload []byte, c image.Config) int64 {
	var passes int64
	for marker, segment := range segments(upload) {
		if marker == 0xda && len(segment) > 0 {
			passes += int64(segment[0])
		}
	}
	const largestMCU = 32
	pixels := roundUp(c.Width, largestMCU) * roundUp(c.Height, largestMCU)
	return passes * max(pixels, maxScanned/maxPasses)
}
