package open

import "encoding/binary"

// scanPasses returns how often the scans of a JPEG go over the picture: each does
// so for each of its components. It walks the segments (ITU-T T.81, B.1.1) as the
// decoder does, which also takes a picture's data for stray bytes once it has
// enough of it, and passes no marker in it but restarts.
//
// intake/photo counts for itself what is uploaded: one belongs to the server, the
// other to the officer's program, and neither may import the other.
func scanPasses(photo []byte) (passes int64) {
	for i := 2; i+4 <= len(photo); {
		marker := photo[i+1]
		switch {
		case photo[i] != 0xff, marker == 0xff: // data; fill
			i++
			continue
		case marker == 0x00, marker >= 0xd0 && marker <= 0xd7: // stuffed; restart
			i += 2
			continue
		case marker == 0xd9: // end of image
			return passes
		}
		n := int(binary.BigEndian.Uint16(photo[i+2:]))
		if n < 2 || i+2+n > len(photo) {
			return passes // broken, as the decoder will find
		}
		if marker == 0xda && n > 2 {
			passes += int64(photo[i+4])
		}
		i += 2 + n
	}
	return passes
}
