package photo

import (
	"image"
	"runtime"
	"testing"
)

// TestMemory: no decoder allocates more than its image is charged for.
func TestMemory(t *testing.T) {
	uploads := kinds(t)
	big := image.NewRGBA(image.Rect(0, 0, 700, 500))
	fillQuad(big)
	deep := image.NewNRGBA64(big.Rect)
	fillQuad(deep)
	uploads["large jpeg"], uploads["large png"], uploads["large png 16 bit"] = asJPEG(t, big), asPNG(t, big), asPNG(t, deep)
	uploads["noisy jpeg"] = asJPEG(t, noise(701, 503))
	for _, name := range []string{"progressive.jpg", "progressive444.jpg", "ycck.jpg", "lossless.webp", "alpha.webp", "lossy.webp"} {
		uploads["large "+name] = fixture(t, "large-"+name)
	}
	for name, upload := range uploads {
		h, err := New(Options{}).readHeader(upload)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		img, err := h.decode()
		runtime.ReadMemStats(&after)
		got, charged := int64(after.TotalAlloc-before.TotalAlloc), h.cost-workCost
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		const slack = 128 << 10 // the decoders' own state, and other goroutines
		if got > charged+slack {
			t.Errorf("%s: decoding allocates %d bytes, charged are %d", name, got, charged)
		}
		t.Logf("%-24s %4.1f bytes per pixel, charged %4.1f", name,
			float64(got)/float64(h.width*h.height), float64(charged)/float64(h.width*h.height))
		runtime.KeepAlive(img)
	}
}
