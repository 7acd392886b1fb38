// Package jpegscan tells what decoding a JPEG will cost before it is decoded. A
// file of 9 kB can send the decoder over 50 megapixels two hundred times.
//
// It needs nothing but the standard library, so that the server, the officer's
// program and the reader of posters share it without sharing anything else.
package jpegscan

import (
	"encoding/binary"
	"iter"
)

// The markers that callers look for (ITU-T T.81, table B.1).
const (
	SOF0 = 0xc0 // start of frame: baseline
	SOF1 = 0xc1 // extended sequential
	SOF2 = 0xc2 // progressive
	SOS  = 0xda // start of scan
)

const (
	rst0, rst7 = 0xd0, 0xd7
	eoi        = 0xd9
)

// Segments yields the segments of a JPEG, each with its marker and its content, in
// the order in which the decoder meets them (ITU-T T.81, B.1.1), up to the end of
// the image or to where it is broken. A picture's data is passed over as stray
// bytes are: the decoder takes it for such once it has enough of it, and passes
// no marker in it but restarts.
func Segments(file []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for i := 2; i+4 <= len(file); {
			marker := file[i+1]
			switch {
			case file[i] != 0xff, marker == 0xff: // data; fill
				i++
				continue
			case marker == 0x00, marker >= rst0 && marker <= rst7: // stuffed; restart
				i += 2
				continue
			case marker == eoi:
				return
			}
			n := int(binary.BigEndian.Uint16(file[i+2:]))
			if n < 2 || i+2+n > len(file) || !yield(marker, file[i+4:i+2+n]) {
				return
			}
			i += 2 + n
		}
	}
}

// Progressive reports whether the decoder will keep all coefficients of the
// picture, in 4 bytes each.
func Progressive(file []byte) bool {
	for marker := range Segments(file) {
		if marker == SOF2 {
			return true
		}
	}
	return false
}

const (
	// maxPasses is how often the scans may go over a picture of any size. Encoders
	// write a progressive one in ten scans, which make 14 of one component.
	maxPasses = 32
	// largestMCU is the side of the largest unit, in pixels, that the decoder goes
	// over as a whole.
	largestMCU = 32
)

// TooMany reports whether the scans of a JPEG of that width and height go over it
// more than 32 times, or over more than maxPixels in all, some 5 ns each. A scan
// goes over the whole picture for each of its components.
func TooMany(file []byte, width, height int, maxPixels int64) bool {
	var passes int64
	for marker, segment := range Segments(file) {
		if marker == SOS && len(segment) > 0 {
			passes += int64(segment[0])
		}
	}
	return passes > maxPasses || passes*units(width)*units(height)*largestMCU*largestMCU > maxPixels
}

func units(side int) int64 { return (int64(side) + largestMCU - 1) / largestMCU }
