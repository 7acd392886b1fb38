package photo

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"image/color/palette"
	"image/gif"
	"runtime"
	"slices"
	"testing"

	"tipbox/intake"
)

// jpegOf returns a JPEG of one component, with the marker of its frame header:
// 0xc0 for a sequential one, 0xc2 for a progressive one.
func jpegOf(sof byte, w, h int, scans ...[]byte) []byte {
	u16 := binary.BigEndian.AppendUint16
	bits := make([]byte, 15)
	return slices.Concat([]byte{0xff, 0xd8},
		segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)),
		segment(sof, append(u16(u16([]byte{8}, uint16(h)), uint16(w)), 1, 1, 0x11, 0)),
		segment(0xc4, slices.Concat([]byte{0x00, 1}, bits, []byte{0})),    // 0: no difference
		segment(0xc4, slices.Concat([]byte{0x10, 1}, bits, []byte{0xe0})), // 0 and 14 bits n: 2^14 + n empty blocks
		bytes.Join(scans, nil), []byte{0xff, 0xd9})
}

// emptyScan goes over all of a progressive picture for some 40 bytes. With refine
// the decoder looks at each coefficient.
func emptyScan(w, h int, refine bool) []byte {
	successive := byte(0)
	if refine {
		successive = 0x10
	}
	blocks := (w + 7) / 8 * ((h + 7) / 8)
	const run = 1 << 14
	return append(segment(0xda, []byte{1, 1, 0, 1, 63, successive}), make([]byte, (blocks/run+1)*15/8+1)...)
}

// flatScan goes over all of a sequential picture, and has each block transformed,
// for little more than a bit.
func flatScan(w, h int) []byte {
	blocks := (w + 7) / 8 * ((h + 7) / 8)
	return append(segment(0xda, []byte{1, 1, 0, 0, 63, 0}), make([]byte, blocks/8+blocks/(1<<14)*2+3)...)
}

// TestScans: what a JPEG costs is known before it is decoded. Each scan costs a
// pass over the whole picture, and may be tiny.
func TestScans(t *testing.T) {
	many := func(w, h, n int) []byte {
		return jpegOf(0xc2, w, h, slices.Repeat([][]byte{emptyScan(w, h, false)}, n)...)
	}
	for name, b := range map[string][]byte{
		"32 scans": many(640, 480, 32),
		"32 flat":  jpegOf(0xc0, 640, 480, slices.Repeat([][]byte{flatScan(640, 480)}, 32)...),
	} {
		if _, err := New(Options{}).Clean(t.Context(), b, 1<<20); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	hidden := append(segment(0xfe, []byte("\xff\xd9")), 0xff, 0x00, 0xff, 0xd0, 'x', 0xff)
	for name, tt := range map[string]struct {
		upload []byte
		want   error
	}{
		"a phone's":    {fixture(t, "large-progressive444.jpg"), nil},
		"200 MP":       {many(16320, 12240, 16), nil},
		"one too many": {many(16320, 12240, 17), intake.ErrPhotoPixels},
		"25 MP, 11 kB": {many(4992, 4992, 200), intake.ErrPhotoPixels},
		"1 MB":         {many(4992, 4992, 24_000), intake.ErrPhotoPixels},
		"small":        {many(640, 480, 10_000), intake.ErrPhotoPixels},
		"tiny":         {many(1, 1, 200_000), intake.ErrPhotoPixels}, // each scan has tables to prepare
		"thin":         {many(1, 65535, 24_000), intake.ErrPhotoPixels},
		"hidden":       {bytes.ReplaceAll(many(4992, 4992, 200), []byte{0xff, 0xda}, append(hidden, 0xff, 0xda)), intake.ErrPhotoPixels},
		"two pictures": {append(many(4992, 4992, 1), many(4992, 4992, 200)...), nil},                           // of which one is decoded
		"sequential":   {jpegOf(0xc0, 4992, 4992, slices.Repeat([][]byte{flatScan(4992, 4992)}, 400)...), nil}, // of which one is decoded
	} {
		if _, err := New(Options{}).readHeader(tt.upload); !errors.Is(err, tt.want) {
			t.Errorf("%s: %d bytes: %v, want %v", name, len(tt.upload), err, tt.want)
		}
	}
}

// TestHuge: what the phones with the most pixels take needs no more room than
// any phone's photo.
func TestHuge(t *testing.T) {
	c := New(Options{})
	for _, size := range []image.Point{{12000, 9000}, {16320, 12240}, {12240, 16320}} {
		upload := jpegOf(0xc0, size.X, size.Y, flatScan(size.X, size.Y))
		h, err := c.readHeader(upload)
		if err != nil {
			t.Fatal(err)
		}
		if h.cost > c.small.size {
			t.Errorf("%v takes %d MiB", size, h.cost>>20)
		}
		clean, err := c.Clean(t.Context(), upload, 1<<20)
		if err != nil {
			t.Fatalf("%v: %v", size, err)
		}
		if got, _ := colours(t, clean); max(got.X, got.Y) != 1600 || got.X < got.Y != (size.X < size.Y) {
			t.Errorf("%v became %v", size, got)
		}
	}
	progressive := jpegOf(0xc2, 16320, 12240, emptyScan(16320, 12240, false))
	if h, err := c.readHeader(progressive); err != nil || h.cost > 256<<20 {
		t.Errorf("progressive: %+v, %v", h, err)
	}
}

// TestBombs: what is larger than it looks is refused before there is memory for it.
func TestBombs(t *testing.T) {
	plain := asJPEG(t, image.NewGray(image.Rect(0, 0, 64, 48)))
	sof := bytes.Index(plain, []byte{0xff, 0xc0})
	frame := plain[sof : sof+13]
	with := func(at int, insert ...byte) []byte { return slices.Insert(bytes.Clone(plain), at, insert...) }
	sized := func(w, h int) []byte {
		b := bytes.Clone(plain)
		binary.BigEndian.PutUint16(b[sof+5:], uint16(h))
		binary.BigEndian.PutUint16(b[sof+7:], uint16(w))
		return b
	}
	hugeGIF := encoded(t, func(b *bytes.Buffer) error {
		return gif.Encode(b, image.NewPaletted(image.Rect(0, 0, 8, 8), palette.Plan9), nil)
	})
	copy(hugeGIF[6:], "\xff\xff\xff\xff")
	copy(hugeGIF[bytes.IndexByte(hugeGIF[13+3*256:], 0x2c)+13+3*256+5:], "\xff\xff\xff\xff")
	hugeWebP := bytes.Clone(fixture(t, "lossless.webp"))
	copy(hugeWebP[21:], "\xff\xff\xff\x0f")
	interlaced := bomb(t, 9000, 9000) // in colour, it would take 8 bytes per pixel
	interlaced[25], interlaced[28] = 6, 1
	interlaced = withCRC(interlaced)
	for name, tt := range map[string]struct {
		upload []byte
		want   error
	}{
		"a huge JPEG":             {sized(65535, 65535), intake.ErrPhotoPixels},
		"a JPEG's height later":   {sized(64, 0), intake.ErrPhotoFormat},
		"a JPEG's height in DNL":  {append(sized(64, 0), 0xff, 0xdc, 0, 4, 0xff, 0xff), intake.ErrPhotoFormat},
		"two frame headers":       {with(sof, frame...), intake.ErrPhotoFormat},
		"a JPEG in a JPEG":        {with(sof, plain...), intake.ErrPhotoFormat},
		"a huge GIF":              {hugeGIF, intake.ErrPhotoPixels},
		"a huge WebP":             {hugeWebP, intake.ErrPhotoPixels},
		"an interlaced PNG":       {interlaced, intake.ErrPhotoPixels},
		"a PNG of 100 MB of data": {inflated(t, 100<<20), nil}, // of which 8 rows are inflated
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := New(Options{}).Clean(t.Context(), tt.upload, 1<<20)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
			t.Errorf("%s allocated %d bytes", name, n)
		}
	}
}

// inflated returns a PNG of 8 by 8 pixels with so many bytes of pixel data.
func inflated(t *testing.T, n int) []byte {
	data := encoded(t, func(b *bytes.Buffer) error {
		z := zlib.NewWriter(b)
		for range n >> 20 {
			if _, err := z.Write(make([]byte, 1<<20)); err != nil {
				return err
			}
		}
		return z.Close()
	})
	b := asPNG(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	return withChunk(b, "IDAT", data)
}

// TestFirstFrame: of a GIF's thousands of pictures one is decoded. The others are
// not even looked at.
func TestFirstFrame(t *testing.T) {
	b := kinds(t)["gif"]
	second := bytes.LastIndex(b, []byte{0x21, 0xf9}) // its graphic control extension
	b = append(b[:second:second], bytes.Repeat([]byte("no picture"), 1000)...)
	clean, err := New(Options{}).Clean(t.Context(), b, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if _, got := colours(t, clean); !alike(got, quad) {
		t.Errorf("colours %v", got)
	}
}
