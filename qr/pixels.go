package qr

import (
	"image"
	"image/draw"
	"math"
	"slices"
)

// vec is a place in an image, in pixels.
type vec struct{ x, y float64 }

// grayOf returns the image's luminance. A JPEG has it ready made.
func grayOf(img image.Image) *image.Gray {
	b := img.Bounds()
	at := image.Rect(0, 0, b.Dx(), b.Dy())
	switch img := img.(type) {
	case *image.YCbCr:
		return &image.Gray{Pix: img.Y[img.YOffset(b.Min.X, b.Min.Y):], Stride: img.YStride, Rect: at}
	case *image.Gray:
		return &image.Gray{Pix: img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], Stride: img.Stride, Rect: at}
	}
	g := image.NewGray(at)
	draw.Draw(g, g.Rect, image.White, image.Point{}, draw.Src) // under what is transparent
	draw.Draw(g, g.Rect, img, b.Min, draw.Over)
	return g
}

// scale returns the part of the image as w × h pixels, each the mean of those it
// stands for (or, enlarging, a blend of its neighbours).
func scale(src *image.Gray, part image.Rectangle, w, h int) *image.Gray {
	w, h = max(w, 1), max(h, 1)
	dst := image.NewGray(image.Rect(0, 0, w, h))
	fx, fy := float64(part.Dx())/float64(w), float64(part.Dy())/float64(h)
	if fx < 1 || fy < 1 {
		enlarge(dst, src, part, fx, fy)
		return dst
	}
	columns := make([]int, w+1)
	for x := range columns {
		columns[x] = min(int(float64(x)*fx), part.Dx())
	}
	sums := make([]uint32, w)
	for y := range h {
		y0, y1 := int(float64(y)*fy), min(int(float64(y+1)*fy), part.Dy())
		clear(sums)
		for sy := y0; sy < y1; sy++ {
			row := src.Pix[src.PixOffset(part.Min.X, part.Min.Y+sy):][:part.Dx()]
			for x := range w {
				var sum uint32
				for _, v := range row[columns[x]:columns[x+1]] {
					sum += uint32(v)
				}
				sums[x] += sum
			}
		}
		for x := range w {
			n := uint32((y1 - y0) * (columns[x+1] - columns[x])) //nolint:gosec // a few dozen pixels
			dst.Pix[y*dst.Stride+x] = uint8(sums[x] / max(n, 1)) //nolint:gosec // a mean of bytes
		}
	}
	return dst
}

// enlarge blends linearly between pixels fx and fy apart.
func enlarge(dst, src *image.Gray, part image.Rectangle, fx, fy float64) {
	at := func(x, y int) float64 {
		x, y = min(max(x, 0), part.Dx()-1), min(max(y, 0), part.Dy()-1)
		return float64(src.Pix[src.PixOffset(part.Min.X+x, part.Min.Y+y)])
	}
	for y := range dst.Rect.Dy() {
		sy := (float64(y)+0.5)*fy - 0.5
		j := int(math.Floor(sy))
		b := sy - float64(j)
		for x := range dst.Rect.Dx() {
			sx := (float64(x)+0.5)*fx - 0.5
			i := int(math.Floor(sx))
			a := sx - float64(i)
			v := (at(i, j)*(1-a)+at(i+1, j)*a)*(1-b) + (at(i, j+1)*(1-a)+at(i+1, j+1)*a)*b
			dst.Pix[y*dst.Stride+x] = uint8(v + 0.5)
		}
	}
}

func plain(img *image.Gray) *image.Gray { return img }

// levelled gives every part of the picture, of 2r pixels, the same mean and the same
// contrast: for grey on grey, low light, and the edge of a glare.
func levelled(img *image.Gray, r int) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(img.Rect)
	// Sums of the values and of their squares in a column of 2r+1 pixels, then in a
	// square of as many.
	sums, squares := make([]int, w), make([]int, w)
	column := func(y, sign int) {
		if y >= 0 && y < h {
			for x, v := range img.Pix[y*img.Stride:][:w] {
				sums[x] += sign * int(v)
				squares[x] += sign * int(v) * int(v)
			}
		}
	}
	for y := range r {
		column(y, 1)
	}
	for y := range h {
		column(y+r, 1)
		column(y-r-1, -1)
		rows := min(y+r, h-1) - max(y-r, 0) + 1
		var sum, square int
		for x := range min(r, w) {
			sum, square = sum+sums[x], square+squares[x]
		}
		for x := range w {
			if x+r < w {
				sum, square = sum+sums[x+r], square+squares[x+r]
			}
			if x-r-1 >= 0 {
				sum, square = sum-sums[x-r-1], square-squares[x-r-1]
			}
			n := float64(rows * (min(x+r, w-1) - max(x-r, 0) + 1))
			mean := float64(sum) / n
			deviation := math.Sqrt(max(float64(square)/n-mean*mean, 0))
			const grain, target = 2, 64
			v := 128 + (float64(img.Pix[y*img.Stride+x])-mean)*target/(deviation+grain)
			out.Pix[y*out.Stride+x] = uint8(min(max(v, 0), 255))
		}
	}
	return out
}

// blurred takes away the grain of high sensitivities and the dots of printers.
func blurred(img *image.Gray) *image.Gray { return boxBlur(img) }

// sharpened lifts edges that a shaken hand has smeared.
func sharpened(img *image.Gray) *image.Gray {
	soft := boxBlur(boxBlur(img))
	for i, v := range img.Pix {
		soft.Pix[i] = uint8(min(max(int(v)+2*(int(v)-int(soft.Pix[i])), 0), 255))
	}
	return soft
}

// boxBlur returns the mean of each pixel and its eight neighbours.
func boxBlur(img *image.Gray) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(img.Rect)
	copy(out.Pix, img.Pix)
	for y := 1; y < h-1; y++ {
		up, mid, low := img.Pix[(y-1)*img.Stride:], img.Pix[y*img.Stride:], img.Pix[(y+1)*img.Stride:]
		column := func(x int) int { return int(up[x]) + int(mid[x]) + int(low[x]) }
		a, b := column(0), column(1)
		for x := 1; x < w-1; x++ {
			c := column(x + 1)
			out.Pix[y*out.Stride+x] = uint8((a + b + c) / 9) //nolint:gosec // a mean of bytes
			a, b = b, c
		}
	}
	return out
}

// at returns the rectangle around the symbol, taken for a parallelogram.
func (c code) at() image.Rectangle {
	bl, tl, tr := c.finders[0], c.finders[1], c.finders[2]
	var xs, ys []float64
	for _, a := range []float64{-c.margin, 1 + c.margin} {
		for _, b := range []float64{-c.margin, 1 + c.margin} {
			xs = append(xs, tl.x+(tr.x-tl.x)*a+(bl.x-tl.x)*b)
			ys = append(ys, tl.y+(tr.y-tl.y)*a+(bl.y-tl.y)*b)
		}
	}
	return image.Rect(int(slices.Min(xs)), int(slices.Min(ys)), int(slices.Max(xs))+1, int(slices.Max(ys))+1)
}
