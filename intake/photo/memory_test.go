package photo

import (
	"bytes"
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
		h, err := readHeader(upload)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		img, err := h.decode(upload)
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

// TestFrame: the frame header is found behind the segments that cameras write.
func TestFrame(t *testing.T) {
	plain := asJPEG(t, noise(80, 60))
	app := append([]byte{0xff, 0xe1, 0, 10}, "Exif\x00\x00\xff\xc0"...)
	for name, b := range map[string][]byte{
		"as encoded":     plain,
		"behind EXIF":    append(append(bytes.Clone(plain[:2]), app...), plain[2:]...),
		"behind padding": append(append(bytes.Clone(plain[:2]), 0xff, 0xff), plain[2:]...),
	} {
		if f, ok := findSOF(b); !ok || f.progressive || !bytes.Equal(f.sampling, []byte{0x22, 0x11, 0x11}) {
			t.Errorf("%s: %+v, %v", name, f, ok)
		}
	}
	if f, ok := findSOF(fixture(t, "progressive.jpg")); !ok || !f.progressive {
		t.Errorf("progressive: %+v, %v", f, ok)
	}
	if _, ok := findSOF(plain[:100]); ok {
		t.Error("found in the beginning alone")
	}
}
