package photo

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"golang.org/x/image/draw"
)

// scene is a picture of 12 megapixels with edges and gradients, as a phone takes.
func scene() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 4000, 3000))
	for y := range 3000 {
		for x := range 4000 {
			p := img.Pix[img.PixOffset(x, y):][:4]
			p[0], p[1], p[2], p[3] = uint8(x*y>>12), uint8(x>>4)^uint8(y>>5), uint8((x*x+y*y)>>16), 255
		}
	}
	return img
}

// BenchmarkClean12MP is the whole way of a phone's photo.
func BenchmarkClean12MP(b *testing.B) {
	upload := asJPEG(b, scene())
	c := New(Options{})
	b.ReportMetric(float64(len(upload))/1e6, "MB-upload")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Clean(b.Context(), upload, 1<<20); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScale12MP sets our scaling beside what golang.org/x/image offers.
func BenchmarkScale12MP(b *testing.B) {
	src, err := jpeg.Decode(bytes.NewReader(asJPEG(b, scene())))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("area", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			scale(src, 1600, 1200)
		}
	})
	for name, s := range map[string]draw.Scaler{"CatmullRom": draw.CatmullRom, "ApproxBiLinear": draw.ApproxBiLinear} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Scale(image.NewRGBA(image.Rect(0, 0, 1600, 1200)), image.Rect(0, 0, 1600, 1200), src, src.Bounds(), draw.Src, nil)
			}
		})
	}
}
