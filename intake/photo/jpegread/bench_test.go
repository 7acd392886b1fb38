package jpegread_test

import (
	"bytes"
	"image/jpeg"
	"testing"
)

// BenchmarkDecode: photos as phones take them, at the size that they are sent in.
func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		name string
		w, h int
		args []string
	}{
		{"12MP", 4000, 3000, nil}, {"12MP/progressive", 4000, 3000, []string{"-progressive"}},
		{"108MP", 12000, 9000, nil}, {"108MP/progressive", 12000, 9000, []string{"-progressive"}},
		{"200MP", 16320, 12240, nil}, {"200MP/progressive", 16320, 12240, []string{"-progressive"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			file := cjpeg(b, scene(c.w, c.h), append(c.args, "-quality", "85")...)
			b.ReportMetric(float64(len(file))/1e6, "MB-file")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decode(file, 1600); err != nil {
					b.Fatal(err)
				}
			}
		})
		if c.w == 4000 {
			b.Run(c.name+"/image/jpeg", func(b *testing.B) {
				file := cjpeg(b, scene(c.w, c.h), append(c.args, "-quality", "85")...)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := jpeg.Decode(bytes.NewReader(file)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
