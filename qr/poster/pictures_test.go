package poster

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"tipbox/intake"
)

var makePictures = flag.Bool("pictures", false, "make the pictures of docs/ anew instead of comparing them")

// TestPictures: the posters that docs/ shows are those that are printed today.
// make pictures makes them anew, and the form's picture beside them.
func TestPictures(t *testing.T) {
	const scale = 80 / 25.4
	for _, paper := range []Paper{A4, Stickers, Share} {
		o := options(t, paper)
		o.Link = func(s *intake.Site) string { return "https://tip.example.vn/t/" + s.Code }
		page, err := tryDraw(t, o, sample1(t))
		if err != nil {
			t.Fatal(err)
		}
		drawn := page.render(box{0, 0, page.Width, page.Height}, scale)
		name := filepath.Join("..", "..", "docs", "poster-"+string(paper)+".png")
		if *makePictures {
			var out bytes.Buffer
			encoder := png.Encoder{CompressionLevel: png.BestCompression}
			if err := encoder.Encode(&out, drawn); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if n := differing(drawn, shown); n > 0 {
			t.Errorf("%s is not what is printed now: %d pixels differ; run make pictures", name, n)
		}
	}
}

// differing counts the pixels that differ by more than rounding.
func differing(a *image.RGBA, b image.Image) (n int) {
	if a.Rect != b.Bounds() {
		return max(a.Rect.Dx()*a.Rect.Dy(), 1)
	}
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			c := a.RGBAAt(x, y)
			red, green, blue, _ := b.At(x, y).RGBA()
			for _, d := range [3]int{int(c.R) - int(red>>8), int(c.G) - int(green>>8), int(c.B) - int(blue>>8)} {
				if max(d, -d) > 3 {
					n++
					break
				}
			}
		}
	}
	return n
}
