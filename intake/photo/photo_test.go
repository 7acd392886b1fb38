package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"tipbox/intake"
)

// quad is four colours: red, green, blue, white.
var quad = [4]color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 255, 255}}

func fillQuad(img draw.Image) {
	b := img.Bounds()
	for i, c := range quad {
		at := image.Pt(b.Dx()/2*(i%2), b.Dy()/2*(i/2))
		draw.Draw(img, image.Rectangle{at, at.Add(b.Size().Div(2))}, image.NewUniform(c), image.Point{}, draw.Src)
	}
}

// colours returns the middles of the four quarters of a cleaned photo.
func colours(t testing.TB, clean []byte) (size image.Point, got [4]color.RGBA) {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(clean))
	if err != nil {
		t.Fatalf("what came out is no JPEG: %v", err)
	}
	size = img.Bounds().Size()
	for i := range got {
		r, g, b, _ := img.At(size.X/4+size.X/2*(i%2), size.Y/4+size.Y/2*(i/2)).RGBA()
		got[i] = color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255}
	}
	return size, got
}

func alike(a, b [4]color.RGBA) bool {
	for i := range a {
		for _, d := range []int{int(a[i].R) - int(b[i].R), int(a[i].G) - int(b[i].G), int(a[i].B) - int(b[i].B)} {
			if d < -40 || d > 40 {
				return false
			}
		}
	}
	return true
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encoded(t testing.TB, encode func(*bytes.Buffer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t testing.TB, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return jpeg.Encode(b, img, &jpeg.Options{Quality: 92}) })
}

func asPNG(t testing.TB, img image.Image) []byte {
	return encoded(t, func(b *bytes.Buffer) error { return png.Encode(b, img) })
}

// kinds are all kinds of picture that are read, each the four colours.
func kinds(t testing.TB) map[string][]byte {
	r := image.Rect(0, 0, 64, 48)
	rgba, nrgba, deep, paletted := image.NewRGBA(r), image.NewNRGBA(r), image.NewNRGBA64(r), image.NewPaletted(r, palette.Plan9)
	for _, img := range []draw.Image{rgba, nrgba, deep, paletted} {
		fillQuad(img)
	}
	hole := image.NewNRGBA(r)
	fillQuad(hole)
	draw.Draw(hole, image.Rect(32, 24, 64, 48), image.Transparent, image.Point{}, draw.Src)
	negative := image.NewPaletted(r, palette.Plan9)
	all := map[string][]byte{
		"jpeg":        asJPEG(t, rgba),
		"png":         asPNG(t, rgba),
		"png alpha":   asPNG(t, hole),
		"png 16 bit":  asPNG(t, deep),
		"png palette": asPNG(t, paletted),
		"gif": encoded(t, func(b *bytes.Buffer) error {
			return gif.EncodeAll(b, &gif.GIF{Image: []*image.Paletted{paletted, negative}, Delay: []int{5, 5}})
		}),
	}
	// An animated PNG: its further pictures are in chunks of their own.
	all["apng"] = withChunk(all["png"], "acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0})
	for _, name := range []string{"progressive.jpg", "ycck.jpg", "h2v1.jpg", "lossy.webp", "lossless.webp", "alpha.webp"} {
		all[name] = fixture(t, name)
	}
	return all
}

// withChunk puts a chunk behind a PNG's IHDR.
func withChunk(b []byte, kind string, data []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	chunk = append(append(chunk, kind...), data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const behindIHDR = 33
	return append(append(bytes.Clone(b[:behindIHDR]), chunk...), b[behindIHDR:]...)
}

func TestKinds(t *testing.T) {
	c := New(Options{})
	for name, upload := range kinds(t) {
		clean, err := c.Clean(t.Context(), upload, 1<<20)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if size, got := colours(t, clean); size != image.Pt(64, 48) || !alike(got, quad) {
			t.Errorf("%s: %v with colours %v", name, size, got)
		}
	}
}

func TestGrey(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 40, 40))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{100}), image.Point{}, draw.Src)
	for _, upload := range [][]byte{asJPEG(t, img), asPNG(t, img)} {
		clean, err := New(Options{}).Clean(t.Context(), upload, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		grey := color.RGBA{100, 100, 100, 255}
		if _, got := colours(t, clean); !alike(got, [4]color.RGBA{grey, grey, grey, grey}) {
			t.Errorf("colours %v", got)
		}
	}
}

func TestRefusals(t *testing.T) {
	whole := asJPEG(t, noise(80, 60))
	ftyp := func(brands string) []byte { return append([]byte{0, 0, 0, byte(8 + len(brands))}, "ftyp"+brands...) }
	bigWebP := bytes.Clone(fixture(t, "lossy.webp"))
	binary.LittleEndian.PutUint32(bigWebP[4:], 1<<31-2)
	binary.LittleEndian.PutUint32(bigWebP[16:], 1<<31-100) // the decoder would allocate this
	for name, tt := range map[string]struct {
		upload []byte
		want   error
	}{
		"nothing":            {nil, intake.ErrPhotoFormat},
		"a text":             {[]byte("Đây không phải là ảnh.\n"), intake.ErrPhotoFormat},
		"a JPEG's beginning": {whole[:20], intake.ErrPhotoFormat},
		"a WebP that lies":   {bigWebP, intake.ErrPhotoFormat},
		"an mp4":             {ftyp("isom\x00\x00\x00\x00isommp42"), intake.ErrPhotoFormat},
		"iPhone":             {ftyp("heic\x00\x00\x00\x00mif1heic"), intake.ErrPhotoHEIC},
		"by its other brand": {ftyp("msnn\x00\x00\x00\x00heix"), intake.ErrPhotoHEIC},
		"AVIF":               {ftyp("avif\x00\x00\x00\x00avifmif1"), intake.ErrPhotoHEIC},
		"a PNG bomb":         {bomb(t, 30_000, 30_000), intake.ErrPhotoPixels},
		"a long PNG":         {bomb(t, 1, 1<<30), intake.ErrPhotoPixels},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		out, err := New(Options{}).Clean(t.Context(), tt.upload, 1<<20)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, tt.want) || out != nil {
			t.Errorf("%s: %d bytes, %v; want %v", name, len(out), err, tt.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 {
			t.Errorf("%s allocated %d bytes", name, n)
		}
	}
}

// bomb returns a small PNG of many black pixels.
func bomb(t testing.TB, w, h int) []byte {
	b := asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	b = append(b, make([]byte, 100_000-len(b))...)
	binary.BigEndian.PutUint32(b[16:], uint32(w))
	binary.BigEndian.PutUint32(b[20:], uint32(h))
	return withCRC(b)
}

// withCRC mends the checksum of a PNG's IHDR.
func withCRC(b []byte) []byte {
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// noise returns a picture that no encoder can make small.
func noise(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = uint8(r.Uint32())
	}
	return img
}

func TestLimit(t *testing.T) {
	upload := asJPEG(t, noise(500, 250))
	for _, limit := range []int{1 << 20, 80_000, 20_000, 2_500} {
		clean, err := New(Options{MaxSide: 400}).Clean(t.Context(), upload, limit)
		if err != nil {
			t.Fatal(err)
		}
		size, _ := colours(t, clean)
		if len(clean) > limit || size.X > 400 || math.Abs(float64(size.X)/float64(size.Y)-2) > 0.1 {
			t.Errorf("limit %d: %d bytes, %v", limit, len(clean), size)
		}
	}
	if _, err := New(Options{}).Clean(t.Context(), upload, 100); !errors.Is(err, errLimit) {
		t.Errorf("100 bytes: %v", err)
	}
}

func TestSize(t *testing.T) {
	for _, tt := range []struct{ w, h, wantW, wantH int }{
		{1600, 16, 1600, 16}, {1601, 100, 1600, 100}, {30, 4000, 12, 1600}, {20, 10, 20, 10}, {5000, 1, 1600, 1}, {1, 1, 1, 1},
	} {
		clean, err := New(Options{}).Clean(t.Context(), asPNG(t, image.NewGray(image.Rect(0, 0, tt.w, tt.h))), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if size, _ := colours(t, clean); size != image.Pt(tt.wantW, tt.wantH) {
			t.Errorf("%d × %d became %v", tt.w, tt.h, size)
		}
	}
}

// TestScale: every source pixel has its share in the result, and nothing else.
func TestScale(t *testing.T) {
	src := noise(701, 397)
	for i := 3; i < len(src.Pix); i += 4 {
		src.Pix[i] = 255
	}
	for _, size := range []image.Point{{701, 397}, {700, 396}, {350, 200}, {97, 53}, {1, 1}} {
		got := scale(src, size.X, size.Y)
		for y := range size.Y {
			for x := range size.X {
				want, at := meanOf(src, x, y, size), got.PixOffset(x, y)
				if d := math.Abs(float64(got.Pix[at]) - want); d > 0.51 || got.Pix[at+3] != 255 {
					t.Fatalf("%v: pixel %d, %d is %v, want red %.2f", size, x, y, got.Pix[at:at+4], want)
				}
			}
		}
	}
}

// meanOf returns the mean red of the area that a pixel covers, by definition.
func meanOf(src *image.RGBA, x, y int, size image.Point) float64 {
	kx, ky := float64(src.Rect.Dx())/float64(size.X), float64(src.Rect.Dy())/float64(size.Y)
	x0, x1, y0, y1 := float64(x)*kx, float64(x+1)*kx, float64(y)*ky, float64(y+1)*ky
	var sum float64
	for sy := int(y0); sy < src.Rect.Dy() && float64(sy) < y1; sy++ {
		for sx := int(x0); sx < src.Rect.Dx() && float64(sx) < x1; sx++ {
			w := min(float64(sx+1), x1) - max(float64(sx), x0)
			h := min(float64(sy+1), y1) - max(float64(sy), y0)
			sum += w * h * float64(src.Pix[src.PixOffset(sx, sy)])
		}
	}
	return sum / (kx * ky)
}

func FuzzClean(f *testing.F) {
	for _, upload := range kinds(f) {
		f.Add(upload)
	}
	f.Add(fixture(f, "animated.webp"))
	c := New(Options{MaxPixels: 1 << 20, Memory: 64 << 20})
	f.Fuzz(func(t *testing.T, upload []byte) {
		clean, err := c.Clean(t.Context(), upload, 1<<20)
		if err == nil {
			colours(t, clean)
			return
		}
		if !errors.Is(err, intake.ErrPhotoFormat) && !errors.Is(err, intake.ErrPhotoHEIC) && !errors.Is(err, intake.ErrPhotoPixels) {
			t.Errorf("error %v", err)
		}
	})
}
