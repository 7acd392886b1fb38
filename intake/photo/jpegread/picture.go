package jpegread

import (
	"image"
	"image/color"
)

// picture returns what was decoded.
func (d *decoder) picture() (image.Image, error) {
	if d.decoded == 0 {
		return nil, ErrFormat
	}
	if d.progressive {
		d.transform()
	}
	size := image.Rect(0, 0, ceil(d.Width*d.side, 8), ceil(d.Height*d.side, 8))
	if len(d.components) < 3 {
		return &image.Gray{Pix: d.planes[0].samples, Stride: d.planes[0].stride, Rect: size}, nil
	}
	if ratio, ok := d.ratio(); ok {
		return &image.YCbCr{
			Y: d.planes[0].samples, Cb: d.planes[1].samples, Cr: d.planes[2].samples,
			YStride: d.planes[0].stride, CStride: d.planes[1].stride,
			SubsampleRatio: ratio, Rect: size,
		}, nil
	}
	return d.woven(size), nil
}

// transform makes the samples of a progressive picture.
func (d *decoder) transform() {
	for i, c := range d.components {
		to := &d.planes[i]
		size := d.side * d.side
		for at := range c.across * c.down {
			var block [64]float32
			last := 0
			for k, place := range d.place {
				if place < 0 {
					continue
				}
				if v := to.low[at*size+place]; v != 0 && to.quant != nil {
					block[place] = float32(v) * to.quant[k]
					last = max(last, place)
				}
			}
			to.put(at%c.across, at/c.across, d.side, &block, last)
		}
		to.low, to.nonzero = nil, nil
	}
}

// isRGB tells by what libjpeg tells it by.
func (f *File) isRGB() bool {
	switch {
	case len(f.components) != 3 || f.jfif:
		return false
	case f.adobe >= 0:
		return f.adobe == 0
	}
	return f.components[0].id == 'R' && f.components[1].id == 'G' && f.components[2].id == 'B'
}

// ratio returns the picture's sampling where it is one that image.YCbCr has.
func (f *File) ratio() (image.YCbCrSubsampleRatio, bool) {
	if len(f.components) != 3 || f.isRGB() {
		return 0, false
	}
	y, cb, cr := f.components[0], f.components[1], f.components[2]
	if cb.h != cr.h || cb.v != cr.v || y.h%cb.h != 0 || y.v%cb.v != 0 {
		return 0, false
	}
	ratio, ok := map[[2]int]image.YCbCrSubsampleRatio{
		{1, 1}: image.YCbCrSubsampleRatio444, {2, 1}: image.YCbCrSubsampleRatio422, {1, 2}: image.YCbCrSubsampleRatio440,
		{2, 2}: image.YCbCrSubsampleRatio420, {4, 1}: image.YCbCrSubsampleRatio411, {4, 2}: image.YCbCrSubsampleRatio410,
	}[[2]int{y.h / cb.h, y.v / cb.v}]
	return ratio, ok
}

// woven returns a picture of any sampling and colours.
func (d *decoder) woven(size image.Rectangle) *image.RGBA {
	out := image.NewRGBA(size)
	h, v := d.sampling()
	columns := make([][]int, len(d.components))
	for i, c := range d.components {
		columns[i] = make([]int, size.Dx())
		for x := range columns[i] {
			columns[i][x] = x * c.h / h
		}
	}
	rgb, four := d.isRGB(), len(d.components) == 4
	ycc := four && d.adobe > 0 || !four && !rgb
	rows := make([][]byte, len(d.components))
	for y := range size.Dy() {
		for i, c := range d.components {
			rows[i] = d.planes[i].samples[y*c.v/v*d.planes[i].stride:]
		}
		to := out.Pix[y*out.Stride:]
		for x := range size.Dx() {
			r, g, b := rows[0][columns[0][x]], rows[1][columns[1][x]], rows[2][columns[2][x]]
			if ycc {
				r, g, b = color.YCbCrToRGB(r, g, b)
			}
			if four { // inks, of which 255 is none: so Adobe writes them, and browsers take all for Adobe's
				if ycc { // of the inks' complements
					r, g, b = 255-r, 255-g, 255-b
				}
				k := int(rows[3][columns[3][x]])
				r, g, b = byte(int(r)*k/255), byte(int(g)*k/255), byte(int(b)*k/255) //nolint:gosec // k is at most 255
			}
			to[4*x], to[4*x+1], to[4*x+2], to[4*x+3] = r, g, b, 255
		}
	}
	return out
}
