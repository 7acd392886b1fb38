package qr

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// scene is what a patrol photographs: a wall, in units of its pixels.
type scene struct {
	*image.Gray
	t testing.TB
}

func newScene(t testing.TB, w, h int) scene {
	g := image.NewGray(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	for i := range g.Pix {
		g.Pix[i] = uint8(135 + r.IntN(20))
	}
	return scene{g, t}
}

// code pastes a code whose modules are px wide, in these shades.
func (s scene) code(link string, px, x, y int, dark, light uint8) {
	symbol, err := New(link)
	if err != nil {
		s.t.Fatal(err)
	}
	code := paintSymbol(symbol, px)
	for j := range code.Rect.Dy() {
		for i := range code.Rect.Dx() {
			shade := light
			if code.Pix[j*code.Stride+i] < 128 {
				shade = dark
			}
			if p := image.Pt(x+i, y+j); p.In(s.Rect) {
				s.Pix[s.PixOffset(p.X, p.Y)] = shade
			}
		}
	}
}

func (s scene) fill(r image.Rectangle, shade uint8) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			s.Pix[s.PixOffset(x, y)] = shade
		}
	}
}

// seen returns the scene as a camera sees it whose pixel (x, y) shows at(x, y).
func (s scene) seen(w, h int, at func(x, y float64) (float64, float64)) scene {
	out := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fx, fy := at(float64(x)+0.5, float64(y)+0.5)
			out.Pix[y*w+x] = s.blend(fx-0.5, fy-0.5)
		}
	}
	return scene{out, s.t}
}

func (s scene) blend(x, y float64) uint8 {
	i, j := int(math.Floor(x)), int(math.Floor(y))
	a, b := x-float64(i), y-float64(j)
	at := func(x, y int) float64 {
		return float64(s.Pix[s.PixOffset(min(max(x, 0), s.Rect.Dx()-1), min(max(y, 0), s.Rect.Dy()-1))])
	}
	return uint8((at(i, j)*(1-a)+at(i+1, j)*a)*(1-b) + (at(i, j+1)*(1-a)+at(i+1, j+1)*a)*b)
}

// shaded applies f to every pixel.
func (s scene) shaded(f func(x, y int, v float64) float64) scene {
	for i, v := range s.Pix {
		s.Pix[i] = uint8(min(max(f(i%s.Stride, i/s.Stride, float64(v)), 0), 255))
	}
	return s
}

func (s scene) blurred(times int) scene {
	for range times {
		s.Gray = boxBlur(s.Gray)
	}
	return s
}

const (
	ours   = "https://tip.example.vn/t/ncs01"
	theirs = "https://tip-example.vn/t/ncs01"
)

// kinds are what a phone's camera reads.
var kinds = []struct {
	name string
	make func(testing.TB) scene
	want []string
}{
	{"white on black", func(t testing.TB) scene {
		s := newScene(t, 900, 700)
		s.code(ours, 8, 300, 200, 240, 20)
		return s
	}, []string{ours}},
	{"white on black beside black on white", func(t testing.TB) scene {
		s := newScene(t, 1600, 900)
		s.code(ours, 12, 100, 200, 20, 240)
		s.code(theirs, 8, 900, 300, 235, 30)
		return s
	}, []string{theirs, ours}},
	{"a small white on black sticker on the code", func(t testing.TB) scene {
		s := newScene(t, 1100, 1100)
		s.code(ours, 20, 100, 100, 20, 240)
		s.code(theirs, 5, 440, 440, 235, 30)
		return s
	}, []string{theirs, ours}},
	{"a sticker on the corner", func(t testing.TB) scene {
		s := newScene(t, 1400, 1100)
		s.code(ours, 20, 100, 100, 20, 240)
		s.code(theirs, 10, 40, 40, 20, 240)
		return s
	}, []string{theirs}},
	{"a sticker over all of it, and its rim", func(t testing.TB) scene {
		s := newScene(t, 1400, 1100)
		s.code(ours, 20, 100, 100, 20, 240)
		s.code(theirs, 21, 110, 110, 20, 240)
		return s
	}, []string{theirs}},
	{"white on black, small in a large photo", func(t testing.TB) scene {
		s := newScene(t, 4000, 3000)
		s.code(ours, 4, 2800, 1900, 235, 30)
		return s
	}, []string{ours}},
	{"white on black from the side", func(t testing.TB) scene {
		s := newScene(t, 1000, 1000)
		s.code(ours, 14, 200, 200, 235, 30)
		return s.seen(700, 1000, func(x, y float64) (float64, float64) {
			w := 1.25 - x/1400
			return x / w, 500 + (y-500)/w
		})
	}, []string{ours}},
	{"from below, in perspective", func(t testing.TB) scene {
		s := newScene(t, 1000, 1000)
		s.code(ours, 14, 200, 200, 20, 240)
		return s.seen(1000, 700, func(x, y float64) (float64, float64) {
			w := 0.6 + y/1750
			return 500 + (x-500)/w, y / w * 1000 / 700
		})
	}, []string{ours}},
	{"turned by 30 degrees", func(t testing.TB) scene {
		s := newScene(t, 1200, 1200)
		s.code(ours, 14, 350, 350, 20, 240)
		return s.seen(1200, 1200, func(x, y float64) (float64, float64) {
			dx, dy := x-600, y-600
			return 600 + dx*0.866 - dy*0.5, 600 + dx*0.5 + dy*0.866
		})
	}, []string{ours}},
	{"mirrored", func(t testing.TB) scene {
		s := newScene(t, 900, 700)
		s.code(ours, 8, 300, 200, 20, 240)
		return s.seen(900, 700, func(x, y float64) (float64, float64) { return 900 - x, y })
	}, []string{ours}},
	{"mirrored, white on black", func(t testing.TB) scene {
		s := newScene(t, 900, 700)
		s.code(ours, 8, 300, 200, 235, 30)
		return s.seen(900, 700, func(x, y float64) (float64, float64) { return 900 - x, y })
	}, []string{ours}},
	{"grey on grey", func(t testing.TB) scene {
		s := newScene(t, 1000, 800)
		s.code(ours, 9, 300, 200, 118, 132)
		return s
	}, []string{ours}},
	{"grey on grey beside black on white", func(t testing.TB) scene {
		s := newScene(t, 1600, 900)
		s.code(ours, 12, 100, 200, 10, 250)
		s.code(theirs, 9, 900, 300, 150, 165)
		return s
	}, []string{theirs, ours}},
	{"light grey on white, large", func(t testing.TB) scene {
		s := newScene(t, 3000, 2000)
		s.fill(s.Rect, 250)
		s.fill(image.Rect(0, 0, 400, 2000), 10)
		s.code(ours, 30, 800, 400, 238, 250)
		return s
	}, []string{ours}},
	{"a glare over a third of it", func(t testing.TB) scene {
		s := newScene(t, 1000, 1000)
		s.code(ours, 18, 150, 150, 30, 220)
		return s.shaded(func(x, y int, v float64) float64 {
			d := math.Hypot(float64(x-700), float64(y-500)) / 260
			return v + 230*math.Exp(-d*d)
		})
	}, []string{ours}},
	{"half in the shade", func(t testing.TB) scene {
		s := newScene(t, 1000, 1000)
		s.code(ours, 16, 200, 200, 30, 220)
		return s.shaded(func(x, y int, v float64) float64 {
			if x > y/3+350 {
				return v * 0.18
			}
			return v
		})
	}, []string{ours}},
	{"at night, noisy", func(t testing.TB) scene {
		s := newScene(t, 1400, 1400)
		s.code(ours, 24, 200, 200, 20, 60)
		r := rand.New(rand.NewPCG(3, 4))
		return s.shaded(func(_, _ int, v float64) float64 { return v*0.4 + float64(r.IntN(24)) })
	}, []string{ours}},
	{"out of focus", func(t testing.TB) scene {
		s := newScene(t, 1000, 1000)
		s.code(ours, 12, 250, 250, 20, 240)
		return s.blurred(30)
	}, []string{ours}},
	{"a corner of the symbol is torn away", func(t testing.TB) scene {
		s := newScene(t, 1000, 1000)
		s.code(ours, 18, 150, 150, 20, 240)
		s.fill(image.Rect(560, 560, 1000, 1000), 140)
		return s
	}, []string{ours}},
	{"a pen's strokes over it", func(t testing.TB) scene {
		s := newScene(t, 1000, 1000)
		s.code(ours, 18, 150, 150, 20, 240)
		for i := range 500 {
			s.fill(image.Rect(330+i/2, 400+i/3, 345+i/2, 410+i/3), 40)
		}
		return s
	}, []string{ours}},
	{"at the edge of the photo, no quiet zone", func(t testing.TB) scene {
		s := newScene(t, 1200, 900)
		s.code(ours, 10, 1200-37*10, 900-37*10, 20, 240)
		return s
	}, []string{ours}},
	{"a screenshot with a small code", func(t testing.TB) scene {
		s := newScene(t, 1080, 2400)
		s.fill(s.Rect, 255)
		for y := 300; y < 2300; y += 60 {
			for x := 60; x < 900; x += 37 {
				s.fill(image.Rect(x, y, x+20+(x*y)%13, y+24), 60)
			}
		}
		s.code(ours, 2, 700, 1500, 0, 255)
		return s
	}, []string{ours}},
	{"a chat's copy with a small code", func(t testing.TB) scene {
		s := newScene(t, 1280, 960)
		s.code(ours, 2, 900, 600, 20, 240)
		return s
	}, []string{ours}},
	{"two posters, far apart in size", func(t testing.TB) scene {
		s := newScene(t, 4000, 3000)
		s.code(ours, 40, 200, 300, 20, 240)
		s.code(theirs, 3, 3300, 2500, 20, 240)
		return s
	}, []string{theirs, ours}},
	{"48 megapixels", func(t testing.TB) scene {
		s := newScene(t, 8000, 6000)
		s.code(ours, 4, 5000, 3500, 20, 240)
		return s
	}, []string{ours}},
	{"a tiny picture", func(t testing.TB) scene {
		s := newScene(t, 120, 100)
		s.code(ours, 2, 20, 10, 20, 240)
		return s
	}, []string{ours}},
	{"round dots for modules", func(t testing.TB) scene {
		s := newScene(t, 1000, 1000)
		s.code(ours, 16, 170, 170, 20, 240)
		for y := range s.Rect.Dy() {
			for x := range s.Rect.Dx() {
				dx, dy := float64((x-170)%16)-7.5, float64((y-170)%16)-7.5
				i, j := (x-170)/16-QuietZone, (y-170)/16-QuietZone
				if finder := i < 7 && j < 7 || i < 7 && j >= 26 || i >= 26 && j < 7; !finder && s.Pix[y*s.Stride+x] == 20 && math.Hypot(dx, dy) > 7 {
					s.Pix[y*s.Stride+x] = 240
				}
			}
		}
		return s
	}, []string{ours}},
	{"one that cannot be read beside ours", func(t testing.TB) scene {
		s := newScene(t, 1800, 1000)
		s.code(ours, 12, 100, 200, 20, 240)
		s.code(theirs, 12, 900, 200, 20, 240)
		r := rand.New(rand.NewPCG(5, 6))
		for j := 9; j < 33; j += 2 { // scratched, but for its fixed patterns
			for i := 9; i < 33; i += 2 {
				x, y := 900+(QuietZone+i)*12, 200+(QuietZone+j)*12
				s.fill(image.Rect(x, y, x+20, y+20), uint8(20+220*r.IntN(2)))
			}
		}
		return s
	}, []string{"", ours}},
	{"on black, no border", func(t testing.TB) scene {
		s := newScene(t, 700, 700)
		s.fill(s.Rect, 0)
		s.code(ours, 10, 150, 150, 255, 0)
		return s
	}, []string{ours}},
}

// TestKinds: what a phone's camera reads, Read reads.
func TestKinds(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			s := k.make(t)
			if got := texts(Read(s)); !slices.Equal(got, k.want) {
				t.Errorf("read %q, want %q", got, k.want)
			}
		})
	}
}
