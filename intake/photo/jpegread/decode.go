package jpegread

import (
	"encoding/binary"
	"image"
)

// decoder decodes the picture of a file.
type decoder struct {
	*File
	side   int // samples of 8 by 8 that are decoded each way
	planes []plane
	place  [64]int // in zigzag order: where a coefficient stands, -1 if it is not needed

	quant    [4]*[64]float32
	huffman  [2][4]huffman // for DC, for AC
	interval int           // MCUs between two restarts; 0 for none
	seen     [4]bool       // components that had a scan
	decoded  int           // MCUs that data was there for
}

// plane is what is decoded of a component.
type plane struct {
	quant   *[64]float32 // as it was when the component's first scan began, in zigzag order
	samples []byte
	stride  int

	// Of a progressive picture, until its last scan: which coefficients are not
	// zero, and the value of those that are needed.
	nonzero []uint64
	low     []int16
}

// Decode decodes the picture, or as much of it as there is, at least twice as long
// as want on its longer side, or whole where that is less; 0 wants all of it.
// It returns an image.Gray, image.YCbCr or image.RGBA, or ErrFormat where there is
// no picture at all.
func (f *File) Decode(want int) (image.Image, error) {
	d := &decoder{File: f, side: f.side(want), planes: make([]plane, len(f.components))}
	for k, natural := range zigzag {
		d.place[k] = -1
		if y, x := natural/8, natural%8; y < d.side && x < d.side {
			d.place[k] = y*d.side + x
		}
	}
	for i, c := range f.components {
		d.planes[i].make(c.across, c.down, d.side, f.progressive)
	}
	frame := false
	for marker, s := range segments(f.file) {
		switch {
		case marker == dqt:
			d.defineQuant(s.content)
		case marker == dht:
			d.defineHuffman(s.content)
		case marker == dri && len(s.content) >= 2:
			d.interval = int(binary.BigEndian.Uint16(s.content))
		case isFrame(marker) && !frame:
			frame = true
		case marker == sos && d.scan(s):
		case marker == sos, isFrame(marker): // as far as it can be read
			return d.picture()
		}
	}
	return d.picture()
}

func (p *plane) make(across, down, side int, progressive bool) {
	p.stride = across * side
	p.samples = make([]byte, p.stride*down*side)
	if progressive {
		p.nonzero = make([]uint64, across*down)
		p.low = make([]int16, across*down*side*side)
		return
	}
	for i := range p.samples {
		p.samples[i] = 128
	}
}

// defineQuant reads quantization tables (ITU-T T.81, B.2.4.1).
func (d *decoder) defineQuant(b []byte) {
	for len(b) > 0 {
		precision, id := int(b[0]>>4), b[0]&3
		b = b[1:]
		size := 64
		if precision > 0 {
			size = 128
		}
		if len(b) < size {
			return
		}
		var q [64]float32
		for k := range q {
			if precision > 0 {
				q[k] = float32(binary.BigEndian.Uint16(b[2*k:]))
			} else {
				q[k] = float32(b[k])
			}
		}
		d.quant[id] = &q
		b = b[size:]
	}
}

// defineHuffman reads Huffman tables (ITU-T T.81, B.2.4.2).
func (d *decoder) defineHuffman(b []byte) {
	for len(b) > 17 {
		class, id := b[0]>>4, b[0]&15
		sum := 0
		for _, n := range b[1:17] {
			sum += int(n)
		}
		if class > 1 || id > 3 || sum > 256 || 17+sum > len(b) {
			return
		}
		h := &d.huffman[class][id]
		copy(h.counts[:], b[1:17])
		h.values, h.ready = b[17:17+sum], false
		b = b[17+sum:]
	}
}

// zigzag is where the coefficients stand in a block, in the order in which they
// are coded (ITU-T T.81, figure A.6).
var zigzag = func() (order [64]int) {
	x, y, step := 0, 0, 1 // up and to the right
	for k := range order {
		order[k] = 8*y + x
		switch {
		case step > 0 && x == 7, step < 0 && y < 7 && x == 0:
			y++
			step = -step
		case step > 0 && y == 0, step < 0 && y == 7:
			x++
			step = -step
		default:
			x, y = x+step, y-step
		}
	}
	return order
}()
