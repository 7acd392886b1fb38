package jpegread

import (
	"math"
	mathbits "math/bits"
)

// sequential decodes a block (ITU-T T.81, F.2.2) and returns the place of its last
// coefficient that is needed.
func (d *decoder) sequential(in *bits, p *part, to *plane, block *[64]float32) (last int) {
	*block = [64]float32{}
	p.last += in.extended(in.value(&d.huffman[0][p.dc]) & 15)
	block[0] = float32(p.last) * to.quant[0]
	ac := &d.huffman[1][p.ac]
	for k := 1; k < 64; k++ {
		v := in.value(ac)
		zeros, size := v>>4, v&15
		if size == 0 {
			if zeros < 15 {
				break
			}
			k += 15
			continue
		}
		k += zeros
		value := in.extended(size)
		if k > 63 {
			break
		}
		if at := d.place[k]; at >= 0 {
			block[at] = float32(value) * to.quant[k]
			last = max(last, at)
		}
	}
	return last
}

// progress decodes what a scan says of a block (ITU-T T.81, G.1.2).
func (d *decoder) progress(in *bits, sc *scan, p *part, to *plane, block int, run *int) {
	nonzero, low := &to.nonzero[block], to.low[block*d.side*d.side:][:d.side*d.side]
	switch {
	case sc.start == 0 && sc.first:
		p.last += in.extended(in.value(&d.huffman[0][p.dc]) & 15)
		low[0] = int16(p.last << sc.low) //nolint:gosec // a damaged file may wrap around, as in libjpeg
	case sc.start == 0:
		low[0] |= int16(in.take(1) << sc.low) //nolint:gosec // a damaged file may wrap around, as in libjpeg
	case sc.first:
		d.firstAC(in, sc, &d.huffman[1][p.ac], nonzero, low, run)
	default:
		d.refineAC(in, sc, &d.huffman[1][p.ac], nonzero, low, run)
	}
}

func (d *decoder) firstAC(in *bits, sc *scan, ac *huffman, nonzero *uint64, low []int16, run *int) {
	if *run > 0 {
		*run--
		return
	}
	for k := sc.start; k <= sc.end; k++ {
		v := in.value(ac)
		zeros, size := v>>4, v&15
		if size == 0 {
			if zeros < 15 {
				*run = 1<<zeros + in.take(zeros) - 1
				return
			}
			k += 15
			continue
		}
		k += zeros
		value := in.extended(size)
		if k > sc.end {
			return
		}
		*nonzero |= 1 << k
		if at := d.place[k]; at >= 0 {
			low[at] = int16(value << sc.low) //nolint:gosec // a damaged file may wrap around, as in libjpeg
		}
	}
}

func (d *decoder) refineAC(in *bits, sc *scan, ac *huffman, nonzero *uint64, low []int16, run *int) {
	refine := func(k int) { // a coefficient that is not zero has one more bit
		if at := d.place[k]; in.take(1) > 0 && at >= 0 {
			if low[at] >= 0 {
				low[at] += 1 << sc.low
			} else {
				low[at] -= 1 << sc.low
			}
		}
	}
	k := sc.start
	for ; *run == 0 && k <= sc.end; k++ {
		v := in.value(ac)
		zeros, size := v>>4, v&15
		if size == 0 && zeros < 15 {
			*run = 1<<zeros + in.take(zeros)
			break
		}
		value := 0
		if size > 0 {
			value = (2*in.take(1) - 1) << sc.low
		}
		for ; k <= sc.end; k++ {
			if *nonzero&(1<<k) != 0 {
				refine(k)
				continue
			}
			if zeros == 0 {
				break
			}
			zeros--
		}
		if value != 0 && k <= sc.end {
			*nonzero |= 1 << k
			if at := d.place[k]; at >= 0 {
				low[at] = int16(value)
			}
		}
	}
	if *run > 0 {
		for rest := *nonzero & (1<<(sc.end+1) - 1) >> k << k; rest != 0; rest &= rest - 1 {
			refine(mathbits.TrailingZeros64(rest))
		}
		*run--
	}
}

// put transforms a block back and puts its samples where they belong. A block of
// side by side samples needs no more than as many coefficients: it is the picture
// made smaller.
func (p *plane) put(x, y, side int, block *[64]float32, last int) {
	out := p.samples[y*side*p.stride+x*side:]
	if last == 0 {
		grey := sample(block[0] / 8)
		for row := range side {
			line := out[row*p.stride:][:side]
			for i := range line {
				line[i] = grey
			}
		}
		return
	}
	if side == 8 {
		inverse8(block)
	} else {
		inverse(block, side)
	}
	for row := range side {
		line := out[row*p.stride:][:side]
		for i := range line {
			line[i] = sample(block[row*side+i])
		}
	}
}

func sample(v float32) byte { return byte(min(max(v+128.5, 0), 255)) }

// cosines are cos(kπ/16) / 2.
var cosines = func() (c [8]float32) {
	for k := range c {
		c[k] = float32(math.Cos(float64(k)*math.Pi/16) / 2)
	}
	return c
}()

// inverse8 is the inverse transform of ITU-T T.81, A.3.3, by columns and by rows.
func inverse8(b *[64]float32) {
	for i := range 8 {
		if b[8+i] == 0 && b[16+i] == 0 && b[24+i] == 0 && b[32+i] == 0 && b[40+i] == 0 && b[48+i] == 0 && b[56+i] == 0 {
			v := b[i] * cosines[4]
			for y := range 8 {
				b[8*y+i] = v
			}
			continue
		}
		b[i], b[8+i], b[16+i], b[24+i], b[32+i], b[40+i], b[48+i], b[56+i] =
			line8(b[i], b[8+i], b[16+i], b[24+i], b[32+i], b[40+i], b[48+i], b[56+i])
	}
	for i := 0; i < 64; i += 8 {
		r := b[i : i+8 : i+8]
		r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] = line8(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7])
	}
}

// line8 transforms a line: the even coefficients are alike on both halves, the odd
// ones change their sign.
func line8(x0, x1, x2, x3, x4, x5, x6, x7 float32) (_, _, _, _, _, _, _, _ float32) {
	c1, c2, c3, c4, c5, c6, c7 := cosines[1], cosines[2], cosines[3], cosines[4], cosines[5], cosines[6], cosines[7]
	s, d := (x0+x4)*c4, (x0-x4)*c4
	t, u := x2*c2+x6*c6, x2*c6-x6*c2
	e0, e1, e2, e3 := s+t, d+u, d-u, s-t
	o0 := x1*c1 + x3*c3 + x5*c5 + x7*c7
	o1 := x1*c3 - x3*c7 - x5*c1 - x7*c5
	o2 := x1*c5 - x3*c1 + x5*c7 + x7*c3
	o3 := x1*c7 - x3*c5 + x5*c3 - x7*c1
	return e0 + o0, e1 + o1, e2 + o2, e3 + o3, e3 - o3, e2 - o2, e1 - o1, e0 - o0
}

// inverse is the same for 4, 2 or 1 samples a line.
func inverse(b *[64]float32, n int) {
	c4, c2, c6 := cosines[4], cosines[2], cosines[6]
	line := func(at, step int) {
		switch n {
		case 1:
			b[at] *= c4
		case 2:
			x0, x1 := b[at]*c4, b[at+step]*c4
			b[at], b[at+step] = x0+x1, x0-x1
		case 4:
			x0, x1, x2, x3 := b[at], b[at+step], b[at+2*step], b[at+3*step]
			s, d := (x0+x2)*c4, (x0-x2)*c4
			t, u := x1*c2+x3*c6, x1*c6-x3*c2
			b[at], b[at+step], b[at+2*step], b[at+3*step] = s+t, d+u, d-u, s-t
		}
	}
	for i := range n {
		line(i, n)
	}
	for i := range n {
		line(i*n, 1)
	}
}
