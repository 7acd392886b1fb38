package jpegread

// bits reads a scan's data bit by bit. Where it ends, zeros follow.
type bits struct {
	data []byte
	at   int
	acc  uint64 // its last n bits are unread
	n    int
	pad  int  // how many of them, the last, are none of the data
	dry  bool // the data ended before the MCU did: what follows stays grey
}

// need makes n at least 32, enough for a code and its bits.
func (b *bits) need() {
	for b.n <= 56 && b.at < len(b.data) {
		c := b.data[b.at]
		if c == 0xff {
			next := b.at + 1
			for next < len(b.data) && b.data[next] == 0xff {
				next++
			}
			if next >= len(b.data) || b.data[next] != 0 {
				break // a marker: the data ends here, for now
			}
			b.at = next
		}
		b.at++
		b.acc = b.acc<<8 | uint64(c)
		b.n += 8
	}
	if b.n < 32 {
		b.acc <<= 32
		b.n += 32
		b.pad += 32
	}
}

// take returns the next n bits, at most 16.
func (b *bits) take(n int) int {
	if b.n < 32 {
		b.need()
	}
	b.n -= n
	return int(b.acc>>b.n) & (1<<n - 1) //nolint:gosec // masked
}

// spent reports whether more was read than there is.
func (b *bits) spent() bool { return b.n < b.pad }

// extended returns the next n bits as a signed number (ITU-T T.81, F.2.2.1).
func (b *bits) extended(n int) int {
	v := b.take(n)
	if n > 0 && v < 1<<(n-1) {
		v -= 1<<n - 1
	}
	return v
}

// restart goes behind the restart marker that is due. One that is out of step is
// taken as libjpeg takes it: one too early waits for its turn, one too late is
// passed over, any other is a damaged one in the right place.
func (b *bits) restart(due byte) {
	b.acc, b.n, b.pad = 0, 0, 0
	for at := nextMarker(b.data, b.at); at >= 0; at = nextMarker(b.data, at+2) {
		b.at = at
		marker := b.data[at+1]
		if marker < sof0 {
			continue // none that exists
		}
		switch (marker - due) & 7 {
		case 1, 2:
			return
		case 6, 7:
			continue
		}
		b.at, b.dry = at+2, false
		return
	}
	b.at = len(b.data)
}

// huffman is a Huffman code (ITU-T T.81, annex C and F.2.2.3).
type huffman struct {
	counts [16]byte // of codes by their length, from 1 bit on
	values []byte
	ready  bool

	short  [1 << shortBits]uint16 // by the next bits: length and value; 0 for a longer code
	limit  [17]int                // of each length: the first 16 bits above its codes
	offset [17]int                // from a code of each length to its place in values
}

const shortBits = 9

// prepare makes the tables to decode with; false where it is no code.
func (h *huffman) prepare() bool {
	if h.ready || len(h.values) == 0 {
		return h.ready
	}
	clear(h.short[:])
	code, k := 0, 0
	for length := 1; length <= 16; length++ {
		h.offset[length] = k - code
		for range h.counts[length-1] {
			if code >= 1<<length {
				return false
			}
			if length <= shortBits {
				spread := shortBits - length
				for i := range 1 << spread {
					h.short[code<<spread|i] = uint16(length)<<8 | uint16(h.values[k])
				}
			}
			code++
			k++
		}
		h.limit[length] = code << (16 - length)
		code <<= 1
	}
	h.ready = true
	return true
}

// value decodes the next value; 0 for a code that does not exist.
func (b *bits) value(h *huffman) int {
	if b.n < 32 {
		b.need()
	}
	v := int(b.acc>>(b.n-16)) & 0xffff //nolint:gosec // masked
	if e := h.short[v>>(16-shortBits)]; e != 0 {
		b.n -= int(e >> 8)
		return int(e & 0xff)
	}
	for length := shortBits + 1; length <= 16; length++ {
		if v < h.limit[length] {
			b.n -= length
			return int(h.values[h.offset[length]+v>>(16-length)])
		}
	}
	b.n -= 17 // as libjpeg does: after damage both must go on alike
	return 0
}
