package jpegread

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// Markers (ITU-T T.81, table B.1).
const (
	sof0  = 0xc0 // baseline
	sof2  = 0xc2 // progressive; what is above is not read
	dht   = 0xc4
	jpg   = 0xc8
	dac   = 0xcc
	sof15 = 0xcf
	rst0  = 0xd0
	rst7  = 0xd7
	soi   = 0xd8
	eoi   = 0xd9
	sos   = 0xda
	dqt   = 0xdb
	dnl   = 0xdc
	dri   = 0xdd
	app0  = 0xe0
	app1  = 0xe1
	app14 = 0xee
)

func isFrame(marker byte) bool {
	return marker >= sof0 && marker <= sof15 && marker != dht && marker != jpg && marker != dac
}

func isRestart(marker byte) bool { return marker >= rst0 && marker <= rst7 }

// segment is what follows a marker.
type segment struct {
	content []byte
	data    []byte // of a scan: its entropy-coded data with all restart markers
}

// segments yields what stands between the beginning of a JPEG and its end, or the
// end of the file. Whatever is no marker is passed over, as libjpeg does.
func segments(file []byte) iter.Seq2[byte, segment] {
	return func(yield func(byte, segment) bool) {
		for at := nextMarker(file, 2); at >= 0; at = nextMarker(file, at) {
			marker := file[at+1]
			switch {
			case marker < sof0, isRestart(marker):
				at += 2
				continue
			case marker == eoi, marker == soi, at+4 > len(file):
				return
			}
			// Without a length of its own a segment is at least its length.
			end := at + 2 + max(2, int(binary.BigEndian.Uint16(file[at+2:])))
			if end > len(file) {
				at += 4 // a length that is none: the next marker may be right
				continue
			}
			s := segment{content: file[at+4 : end]}
			if marker == sos {
				s.data = file[end : end+dataEnd(file[end:])]
				end += len(s.data)
			}
			if !yield(marker, s) {
				return
			}
			at = end
		}
	}
}

// nextMarker returns where the next marker stands, from at on, or -1.
func nextMarker(b []byte, at int) int {
	for at+1 < len(b) {
		i := bytes.IndexByte(b[at:len(b)-1], 0xff)
		if i < 0 {
			return -1
		}
		at += i
		switch b[at+1] {
		case 0xff: // fill
			at++
		case 0: // stuffed
			at += 2
		default:
			return at
		}
	}
	return -1
}

// dataEnd returns how long a scan's data is: it ends at the next marker that is
// neither a restart nor one that does not exist.
func dataEnd(b []byte) int {
	for at := nextMarker(b, 0); at >= 0; at = nextMarker(b, at+2) {
		if marker := b[at+1]; marker >= sof0 && !isRestart(marker) {
			return at
		}
	}
	return len(b)
}
