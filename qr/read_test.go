package qr

import (
	"image"
	"image/color"
	"image/draw"
	"slices"
	"testing"
)

// wall is a grey photo onto which codes are pasted.
func wall(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			g.Pix[y*w+x] = uint8(130 + (x*7+y*13)%23) // rough plaster
		}
	}
	return g
}

func paste(t testing.TB, g *image.Gray, link string, px, x, y int) {
	t.Helper()
	s, err := New(link)
	if err != nil {
		t.Fatal(err)
	}
	code := paintSymbol(s, px)
	draw.Draw(g, code.Rect.Add(image.Pt(x, y)), code, image.Point{}, draw.Src)
}

func texts(found []Found) []string {
	var list []string
	for _, f := range found {
		list = append(list, f.Text)
	}
	slices.Sort(list)
	return list
}

func TestReadSeveral(t *testing.T) {
	const ours, theirs = "https://tip.example.vn/t/ncs01", "https://tip.examp1e.vn/t/ncs01"
	for _, c := range []struct {
		name string
		make func() image.Image
		want []string
	}{
		{"none", func() image.Image { return wall(900, 700) }, nil},
		{"one", func() image.Image {
			g := wall(900, 700)
			paste(t, g, ours, 8, 300, 200)
			return g
		}, []string{ours}},
		{"a sticker beside", func() image.Image {
			g := wall(1400, 1000)
			paste(t, g, ours, 9, 100, 200)
			paste(t, g, theirs, 6, 800, 400)
			return g
		}, []string{theirs, ours}},
		{"a small sticker beside a large code", func() image.Image {
			g := wall(2200, 1500)
			paste(t, g, ours, 24, 100, 200)
			paste(t, g, theirs, 5, 1600, 700)
			return g
		}, []string{theirs, ours}},
		{"a sticker over the middle", func() image.Image {
			g := wall(1100, 1100)
			paste(t, g, ours, 20, 100, 100)
			paste(t, g, theirs, 5, 100+20*17, 100+20*17)
			return g
		}, []string{theirs, ours}},
		{"eight alike", func() image.Image {
			g := wall(1200, 1600)
			for i := range 8 {
				paste(t, g, ours, 7, 75+i%2*600, 40+i/2*395)
			}
			return g
		}, slices.Repeat([]string{ours}, 8)},
		{"four sheets of eight", func() image.Image {
			g := wall(2000, 1900)
			for i := range 32 {
				paste(t, g, ours, 5, 20+i%8*240, 40+i/8*450)
			}
			return g
		}, slices.Repeat([]string{ours}, 32)},
		{"in colour, half transparent", func() image.Image {
			g := wall(1000, 1000)
			paste(t, g, ours, 10, 200, 200)
			c := image.NewNRGBA(g.Rect)
			for i, v := range g.Pix {
				c.SetNRGBA(i%1000, i/1000, color.NRGBA{0, 60, 40, 255 - v})
			}
			return c
		}, []string{ours}},
		{"empty", func() image.Image { return image.NewGray(image.Rectangle{}) }, nil},
		{"one pixel", func() image.Image { return image.NewGray(image.Rect(0, 0, 1, 1)) }, nil},
		{"a line", func() image.Image { return image.NewGray(image.Rect(5, 5, 1505, 6)) }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && len(c.want) > 2 {
				t.Skip("takes seconds")
			}
			if got := texts(Read(c.make())); !slices.Equal(got, c.want) {
				t.Errorf("read %q", got)
			}
		})
	}
}

// BenchmarkRead12MP is a patrol's photo of 12 megapixels, from grey pixels to verdict.
func BenchmarkRead12MP(b *testing.B) {
	g := wall(4000, 3000)
	paste(b, g, "https://tip.example.vn/t/ncs01", 20, 1200, 900)
	for b.Loop() {
		if len(Read(g)) != 1 {
			b.Fatal("not read")
		}
	}
}

// TestOneShade: a photo may be of nothing but sky, or of the inside of a pocket.
func TestOneShade(t *testing.T) {
	for _, shade := range []uint8{0, 1, 127, 254, 255} {
		for _, every := range []int{0, 200, 90} { // of so many pixels, one of another shade
			g := image.NewGray(image.Rect(0, 0, 300, 200))
			for i := range g.Pix {
				g.Pix[i] = shade
				if every > 0 && i%every == 0 {
					g.Pix[i] = 128
				}
			}
			if found := Read(g); found != nil {
				t.Errorf("shade %d, 1 of %d another: read %q", shade, every, texts(found))
			}
		}
	}
}
