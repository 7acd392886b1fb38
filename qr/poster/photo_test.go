package poster

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"testing"
)

// snapshot is how a poster is photographed: what has happened to the paper, and
// how the phone is held. The zero value is a good photo of a new poster.
type snapshot struct {
	width, height int     // of the photo, default 720 × 960
	fill          float64 // part of the frame's height that the paper takes, default 0.92
	turn          float64 // degrees
	tilt          float64 // degrees away from straight on, about an upright axis
	blur          float64 // pixels, standard deviation
	light         float64 // 1 is daylight; less adds noise
	yellow        float64 // 0 new paper to 1 a year in the sun
	creases       int
	cover         float64 // part of the code's side that a scrap covers, in its middle
	torn          float64 // part of the code's side torn off at its lower right
	quality       int     // of the JPEG, default 90
	seed          uint64
}

// take photographs a page rendered at scale pixels a millimetre.
func (s snapshot) take(t testing.TB, page *image.RGBA, code box, scale float64) []byte {
	t.Helper()
	if s.width == 0 {
		s.width, s.height = 720, 960
	}
	if s.fill == 0 {
		s.fill = 0.92
	}
	if s.light == 0 {
		s.light = 1
	}
	if s.quality == 0 {
		s.quality = 90
	}
	rng := rand.New(rand.NewPCG(s.seed, 7))
	paper := s.wear(page, code, scale, rng)
	photo := image.NewRGBA(image.Rect(0, 0, s.width, s.height))
	sin, cos := math.Sincos(s.turn * math.Pi / 180)
	tsin, tcos := math.Sincos(s.tilt * math.Pi / 180)
	pw, ph := float64(paper.Rect.Dx()), float64(paper.Rect.Dy())
	k := ph / (float64(s.height) * s.fill) // paper pixels a photo pixel
	const distance = 1.4                   // of the camera, in paper heights
	for y := range s.height {
		for x := range s.width {
			// The ray through the pixel, turned, meets the tilted paper.
			u, v := (float64(x)-float64(s.width)/2)*k/ph, (float64(y)-float64(s.height)/2)*k/ph
			u, v = u*cos+v*sin, -u*sin+v*cos
			depth := distance / (distance - u*tsin/tcos)
			px, py := u*depth/tcos, v*depth
			photo.SetRGBA(x, y, sample(paper, px*ph+pw/2, py*ph+ph/2))
		}
	}
	photo = gauss(photo, s.blur)
	noise := 2 + 14*(1-s.light)
	for i := 0; i < len(photo.Pix); i += 4 {
		for c := range 3 {
			v := float64(photo.Pix[i+c])*s.light + rng.NormFloat64()*noise
			photo.Pix[i+c] = uint8(min(max(v, 0), 255))
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, photo, &jpeg.Options{Quality: s.quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// wear does to the paper what a year on a wall does.
func (s snapshot) wear(page *image.RGBA, code box, scale float64, rng *rand.Rand) *image.RGBA {
	paper := image.NewRGBA(page.Rect)
	copy(paper.Pix, page.Pix)
	cx, cy, side := (code.x+code.w/2)*scale, (code.y+code.h/2)*scale, code.w*scale
	wall := color.RGBA{150, 130, 105, 255}
	if s.cover > 0 {
		a := rng.Float64() * math.Pi
		sin, cos := math.Sincos(a)
		half := side * s.cover / 2
		each(paper, func(x, y float64, c *color.RGBA) {
			dx, dy := x-cx, y-cy
			if math.Abs(dx*cos+dy*sin) < half && math.Abs(-dx*sin+dy*cos) < half {
				*c = color.RGBA{225, 60, 50, 255}
			}
		})
	}
	if s.torn > 0 {
		right, low := (code.x+code.w)*scale, (code.y+code.h)*scale
		cut := side * s.torn * 1.6
		each(paper, func(x, y float64, c *color.RGBA) {
			if (right-x)+(low-y) < cut+6*math.Sin(x/5) && x < right && y < low {
				*c = wall
			}
		})
	}
	for range s.creases {
		a := rng.Float64() * math.Pi
		sin, cos := math.Sincos(a)
		off := (rng.Float64() - 0.5) * side * 0.8
		each(paper, func(x, y float64, c *color.RGBA) {
			d := (x-cx)*cos + (y-cy)*sin - off
			switch {
			case math.Abs(d) < 1: // the ink has flaked off along the fold
				*c = color.RGBA{245, 243, 236, 255}
			case d > 0 && d < 26: // and its far side lies in shade
				*c = dim(*c, 0.72+0.28*d/26)
			}
		})
	}
	if s.yellow > 0 {
		sx, sy := rng.Float64()*float64(page.Rect.Dx()), rng.Float64()*float64(page.Rect.Dy())
		each(paper, func(x, y float64, c *color.RGBA) {
			stain := 1 - 0.25*s.yellow*math.Exp(-((x-sx)*(x-sx)+(y-sy)*(y-sy))/(2*side*side/9))
			fade := 0.45 * s.yellow // ink pales
			c.R = uint8((float64(c.R)*(1-fade) + 235*fade) * stain)
			c.G = uint8((float64(c.G)*(1-fade) + 215*fade) * stain * (1 - 0.1*s.yellow))
			c.B = uint8((float64(c.B)*(1-fade) + 160*fade) * stain * (1 - 0.35*s.yellow))
		})
	}
	return paper
}

func each(img *image.RGBA, f func(x, y float64, c *color.RGBA)) {
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			c := img.RGBAAt(x, y)
			f(float64(x), float64(y), &c)
			img.SetRGBA(x, y, c)
		}
	}
}

func dim(c color.RGBA, f float64) color.RGBA {
	return color.RGBA{uint8(float64(c.R) * f), uint8(float64(c.G) * f), uint8(float64(c.B) * f), 255}
}

// sample blends the four nearest pixels; around the paper is a mud wall.
func sample(img *image.RGBA, x, y float64) color.RGBA {
	x0, y0 := math.Floor(x), math.Floor(y)
	fx, fy := x-x0, y-y0
	var sum [3]float64
	for _, n := range [4]struct{ dx, dy, w float64 }{{0, 0, (1 - fx) * (1 - fy)}, {1, 0, fx * (1 - fy)}, {0, 1, (1 - fx) * fy}, {1, 1, fx * fy}} {
		c := color.RGBA{150, 130, 105, 255}
		if at := image.Pt(int(x0+n.dx), int(y0+n.dy)); at.In(img.Rect) {
			c = img.RGBAAt(at.X, at.Y)
		}
		sum[0] += float64(c.R) * n.w
		sum[1] += float64(c.G) * n.w
		sum[2] += float64(c.B) * n.w
	}
	return color.RGBA{uint8(sum[0]), uint8(sum[1]), uint8(sum[2]), 255}
}

// gauss blurs with a separable kernel.
func gauss(img *image.RGBA, sigma float64) *image.RGBA {
	if sigma == 0 {
		return img
	}
	r := int(3*sigma + 1)
	kernel := make([]float64, 2*r+1)
	total := 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-math.Pow(float64(i-r), 2) / (2 * sigma * sigma))
		total += kernel[i]
	}
	pass := func(src *image.RGBA, dx, dy int) *image.RGBA {
		out := image.NewRGBA(src.Rect)
		w, h := src.Rect.Dx(), src.Rect.Dy()
		for y := range h {
			for x := range w {
				var sum [3]float64
				for i, k := range kernel {
					sx, sy := min(max(x+(i-r)*dx, 0), w-1), min(max(y+(i-r)*dy, 0), h-1)
					o := sy*src.Stride + sx*4
					for c := range 3 {
						sum[c] += float64(src.Pix[o+c]) * k
					}
				}
				o := y*out.Stride + x*4
				for c := range 3 {
					out.Pix[o+c] = uint8(sum[c] / total)
				}
				out.Pix[o+3] = 255
			}
		}
		return out
	}
	return pass(pass(img, 1, 0), 0, 1)
}
