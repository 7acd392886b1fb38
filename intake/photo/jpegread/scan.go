package jpegread

import (
	"bytes"
	"image"
	"image/jpeg"
	"sync"
)

// scan is a pass over the picture (ITU-T T.81, B.2.3).
type scan struct {
	data       []byte
	parts      []part
	start, end int  // of the coefficients, in zigzag order
	first      bool // whether they come the first time
	low        int  // bits of them that come in a later scan
}

// part is a component as a scan has it.
type part struct {
	component int
	dc, ac    byte // Huffman tables
	last      int  // DC coefficient
}

// scanOf reads a scan header; false where the picture ends with it.
func (f *File) scanOf(s segment) (scan, bool) {
	b := s.content
	if len(b) == 0 {
		return scan{}, false
	}
	n := int(b[0])
	if n == 0 || n > len(f.components) || len(b) < 4+2*n {
		return scan{}, false
	}
	sc := scan{data: s.data, parts: make([]part, n), end: 63, first: true}
	used := make([]bool, len(f.components))
	for i := range sc.parts {
		id, tables := b[1+2*i], b[2+2*i]
		at := f.named(id, used)
		if at < 0 {
			at = i // a wrong name: they come in the order of the frame
		}
		if used[at] {
			return scan{}, false
		}
		used[at] = true
		sc.parts[i] = part{component: at, dc: tables >> 4 & 3, ac: tables & 3}
	}
	if f.progressive {
		p := b[1+2*n:]
		high := int(p[2] >> 4)
		sc.start, sc.end, sc.first, sc.low = int(p[0]), int(p[1]), high == 0, int(p[2]&15)
		dc := sc.start == 0
		if sc.start > sc.end || sc.end > 63 || sc.low > 13 || dc && sc.end > 0 || !dc && n > 1 {
			return scan{}, false
		}
	}
	return sc, true
}

func (f *File) named(id byte, used []bool) int {
	for i, c := range f.components {
		if c.id == id && !used[i] {
			return i
		}
	}
	return -1
}

// blocks returns how many blocks the scan goes over.
func (s scan) blocks(f *File) (n int64) {
	if len(s.parts) == 1 {
		c := f.components[s.parts[0].component]
		return int64(c.ownAcross) * int64(c.ownDown)
	}
	for _, p := range s.parts {
		c := f.components[p.component]
		n += int64(c.across) * int64(c.down)
	}
	return n
}

// again reports whether a component comes again: in a sequential picture that
// tells nothing new, and costs as much.
func (s scan) again(f *File, seen *[4]bool) (again bool) {
	for _, p := range s.parts {
		again = again || seen[p.component] && !f.progressive
		seen[p.component] = true
	}
	return again
}

// scan decodes a scan; false where it cannot be.
func (d *decoder) scan(s segment) bool {
	sc, ok := d.scanOf(s)
	if !ok || !d.ready(&sc) {
		return false
	}
	if sc.again(d.File, &d.seen) {
		return true
	}
	in := bits{data: sc.data}
	run := 0 // of blocks that have nothing more, in a progressive scan
	across, down := d.across, d.down
	if len(sc.parts) == 1 {
		c := d.components[sc.parts[0].component]
		across, down = c.ownAcross, c.ownDown
	}
	var block [64]float32
	restarts := 0
	for mcu := range across * down {
		if d.interval > 0 && mcu > 0 && mcu%d.interval == 0 {
			in.restart(rst0 + byte(restarts&7))
			restarts++
			run = 0
			for i := range sc.parts {
				sc.parts[i].last = 0
			}
		}
		if in.dry {
			if d.interval == 0 {
				break
			}
			continue
		}
		for i := range sc.parts {
			p := &sc.parts[i]
			c, to := &d.components[p.component], &d.planes[p.component]
			h, v := c.h, c.v
			if len(sc.parts) == 1 {
				h, v = 1, 1
			}
			for y := mcu / across * v; y < (mcu/across+1)*v; y++ {
				for x := mcu % across * h; x < (mcu%across+1)*h; x++ {
					if d.progressive {
						d.progress(&in, &sc, p, to, y*c.across+x, &run)
						continue
					}
					last := d.sequential(&in, p, to, &block)
					to.put(x, y, d.side, &block, last)
				}
			}
		}
		if in.dry = in.spent(); !in.dry {
			d.decoded++
		}
	}
	return true
}

// ready prepares the tables that the scan needs; false where one is missing.
func (d *decoder) ready(sc *scan) bool {
	for _, p := range sc.parts {
		to := &d.planes[p.component]
		if to.quant == nil {
			to.quant = d.quant[d.components[p.component].table]
		}
		dc := sc.start == 0 && sc.first
		ac := sc.end > 0
		if to.quant == nil || dc && !d.huffmanReady(0, p.dc) || ac && !d.huffmanReady(1, p.ac) {
			return false
		}
	}
	return true
}

func (d *decoder) huffmanReady(class, id byte) bool {
	h := &d.huffman[class][id]
	if h.values == nil && id < 2 { // as in the frames of a film: everyone knows the usual ones
		*h = usualHuffman()[class][id]
	}
	return h.prepare()
}

// usualHuffman returns the tables of ITU-T T.81, K.3, which an encoder writes.
var usualHuffman = sync.OnceValue(func() [2][4]huffman {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 1, 1)), nil) // a Buffer takes all
	var d decoder
	for marker, s := range segments(b.Bytes()) {
		if marker == dht {
			d.defineHuffman(s.content)
		}
	}
	return d.huffman
})
