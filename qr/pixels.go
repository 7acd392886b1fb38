package qr

import (
	"image"
	"image/draw"
	"math"
	"slices"
)

// vec is a place in an image, in pixels.
type vec struct{ x, y float64 }

// grayOf returns the image's luminance as a copy. A JPEG has it ready made.
func grayOf(img image.Image) *image.Gray {
	b := img.Bounds()
	g := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	if y, ok := img.(*image.YCbCr); ok {
		for row := range b.Dy() {
			copy(g.Pix[row*g.Stride:][:b.Dx()], y.Y[y.YOffset(b.Min.X, b.Min.Y+row):])
		}
		return g
	}
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

// stretched widens the range from the darkest to the lightest hundredth to the
// whole: for photos in low light.
func stretched(img *image.Gray) *image.Gray {
	var counts [256]int
	for _, v := range img.Pix {
		counts[v]++
	}
	lo, hi := 0, 255
	for n := 0; lo < 255 && n < len(img.Pix)/100; lo++ {
		n += counts[lo]
	}
	for n := 0; hi > lo+1 && n < len(img.Pix)/100; hi-- {
		n += counts[hi]
	}
	if hi <= lo { // all of one shade
		return img
	}
	var table [256]uint8
	for v := range table {
		table[v] = uint8(min(max((v-lo)*255/(hi-lo), 0), 255))
	}
	for i, v := range img.Pix {
		img.Pix[i] = table[v]
	}
	return img
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

// corners returns the corners of the symbol in its plane's approximation as a
// parallelogram: the finders' centres lie 3.5 modules inside, about a seventh of
// the distance between two of them in the sizes we meet.
func (r result) corners() [4]vec {
	bl, tl, tr := r.points[0], r.points[1], r.points[2]
	right, down := vec{tr.x - tl.x, tr.y - tl.y}, vec{bl.x - tl.x, bl.y - tl.y}
	const k = 0.17
	at := func(a, b float64) vec { return vec{tl.x + right.x*a + down.x*b, tl.y + right.y*a + down.y*b} }
	return [4]vec{at(-k, -k), at(1+k, -k), at(1+k, 1+k), at(-k, 1+k)}
}

func around(corners [4]vec) image.Rectangle {
	xs := []float64{corners[0].x, corners[1].x, corners[2].x, corners[3].x}
	ys := []float64{corners[0].y, corners[1].y, corners[2].y, corners[3].y}
	return image.Rect(int(slices.Min(xs)), int(slices.Min(ys)), int(slices.Max(xs))+1, int(slices.Max(ys))+1)
}

// paint fills a convex quadrilateral with a light grey.
func paint(img *image.Gray, corners [4]vec) {
	at := around(corners).Intersect(img.Rect)
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			if inside(corners, float64(x), float64(y)) {
				img.Pix[y*img.Stride+x] = 200
			}
		}
	}
}

func inside(c [4]vec, x, y float64) bool {
	left, right := 0, 0
	for i, a := range c {
		b := c[(i+1)%4]
		if cross := (b.x-a.x)*(y-a.y) - (b.y-a.y)*(x-a.x); cross > 0 {
			left++
		} else if cross < 0 {
			right++
		}
	}
	return left == 0 || right == 0
}
