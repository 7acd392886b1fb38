package photo

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tipbox/intake"
)

var update = flag.Bool("update", false, "write testdata/phone anew, with cjpeg, jpegtran and cwebp")

// shown is what a photo of testdata/phone looks like: on the phone, on the page
// and on the server. The page's tests read the same file.
type shown struct {
	W, H    int
	Colours [4][3]int // of the four quarters
}

func phoneDir() string { return filepath.Join("testdata", "phone") }

// TestPhone: what a phone shows is taken, and looks as it does there.
func TestPhone(t *testing.T) {
	if *update {
		writePhone(t)
	}
	// What the page compares its own encoder with.
	ours, err := New(Options{}).Clean(t.Context(), fixture(t, filepath.Join("phone", "whole.png")), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(filepath.Join("testdata", "server.jpg"), ours, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if scan := bytes.Index(ours, []byte{0xff, 0xda}); !bytes.Equal(ours[:scan], fixture(t, "server.jpg")[:scan]) {
		t.Error("the encoder has changed: the page's must follow (-update, then shared/jpegwrite.js)")
	}
	b, err := os.ReadFile(filepath.Join(phoneDir(), "shown.json"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*shown{}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if len(want) < 50 {
		t.Fatalf("only %d photos", len(want))
	}
	c := New(Options{})
	for name, look := range want {
		clean, err := c.Clean(t.Context(), fixture(t, filepath.Join("phone", name)), 1<<20)
		if look == nil {
			if !errors.Is(err, intake.ErrPhotoFormat) {
				t.Errorf("%s: %v, want it refused", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		size, got := colours(t, clean)
		var quarters [4]color.RGBA
		for i, c := range look.Colours {
			quarters[i] = color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255}
		}
		if size != image.Pt(look.W, look.H) || !alike(got, quarters) {
			t.Errorf("%s: %v with colours %v, want %v", name, size, got, look)
		}
	}
}

// writePhone writes the photos and what the server makes of them.
func writePhone(t *testing.T) {
	if err := os.RemoveAll(phoneDir()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(phoneDir(), 0o755); err != nil {
		t.Fatal(err)
	}
	looks := map[string]*shown{}
	all := phoneJPEGs(t)
	maps.Copy(all, phonePNGs(t))
	maps.Copy(all, phoneOthers(t))
	for name, upload := range all {
		if err := os.WriteFile(filepath.Join(phoneDir(), name), upload, 0o600); err != nil {
			t.Fatal(err)
		}
		looks[name] = nil
		if clean, err := New(Options{}).Clean(t.Context(), upload, 1<<20); err == nil {
			size, got := colours(t, clean)
			look := &shown{W: size.X, H: size.Y}
			for i, c := range got {
				look.Colours[i] = [3]int{int(c.R), int(c.G), int(c.B)}
			}
			looks[name] = look
		}
	}
	b, err := json.MarshalIndent(looks, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(phoneDir(), "shown.json"), append(b, '\n'), 0o600); err != nil {
		t.Fatal(err)
	}
}

// phonePicture is four colours, and something to do for a decoder.
func phonePicture() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 160, 120))
	fillQuad(img)
	for i := range 40 {
		img.SetRGBA(3+i*4, 5+i*3/2, color.RGBA{uint8(6 * i), 90, uint8(255 - 6*i), 255})
	}
	return img
}

func tool(t *testing.T, in []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), need(t, name), args...)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return out
}

func phoneJPEGs(t *testing.T) map[string][]byte {
	img := phonePicture()
	ppm := fmt.Appendf(nil, "P6 %d %d 255\n", img.Rect.Dx(), img.Rect.Dy())
	for i := 0; i < len(img.Pix); i += 4 {
		ppm = append(ppm, img.Pix[i:i+3]...)
	}
	cjpeg := func(args ...string) []byte { return tool(t, ppm, "cjpeg", args...) }
	plain, restarts, progressive := cjpeg(), cjpeg("-restart", "2B"), cjpeg("-progressive")
	at := func(b []byte, marker byte) int { return bytes.Index(b, []byte{0xff, marker}) }
	put := func(b []byte, at int, insert ...byte) []byte { return slices.Insert(bytes.Clone(b), at, insert...) }
	set := func(b []byte, at int, v ...byte) []byte {
		b = bytes.Clone(b)
		copy(b[at:], v)
		return b
	}
	without := func(b []byte, markers ...byte) []byte { // without their segments
		b = bytes.Clone(b)
		for _, marker := range markers {
			for i := at(b, marker); i >= 0; i = at(b, marker) {
				b = slices.Delete(b, i, i+2+int(binary.BigEndian.Uint16(b[i+2:])))
			}
		}
		return b
	}
	ycck := fixture(t, "large-ycck.jpg")
	sof, scan := at(plain, 0xc0), at(plain, 0xda)
	dnl := set(plain, sof+5, 0, 0)
	rst := func(n byte) int { return at(restarts, 0xd0+n) }
	all := map[string][]byte{
		"whole.jpg":                 plain,
		"no-eoi.jpg":                plain[:len(plain)-2],
		"last-20-missing.jpg":       plain[:len(plain)-20],
		"zero-tail.jpg":             set(plain, len(plain)-22, make([]byte, 22)...),
		"progressive-no-eoi.jpg":    progressive[:len(progressive)-2],
		"progressive-cut.jpg":       progressive[:len(progressive)*9/10],
		"half.jpg":                  restarts[:scan+(len(restarts)-scan)*7/10],
		"rst-out-of-order.jpg":      set(restarts, rst(3), 0xff, 0xd5),
		"rst-missing.jpg":           slices.Delete(bytes.Clone(restarts), rst(3), rst(3)+2),
		"rst-twice.jpg":             put(restarts, rst(3), 0xff, 0xd3),
		"rst-with-stray.jpg":        put(restarts, rst(3), 0, 0, 0, 0),
		"rst-none.jpg":              bytes.ReplaceAll(restarts, []byte{0xff, 0xd3}, nil),
		"stray-behind-soi.jpg":      put(plain, 2, 0xff),
		"stray-before-frame.jpg":    put(plain, sof, 0, 0, 0x20, 0x0a),
		"stray-before-scan.jpg":     put(plain, scan, 1, 2, 3),
		"stray-before-eoi.jpg":      put(plain, len(plain)-2, 0xff, 0x00, 0x11, 0x22, 0xff, 0x00),
		"stray-between-scans.jpg":   put(progressive, bytes.LastIndex(progressive, []byte{0xff, 0xda}), 9, 9, 9),
		"fill-bytes.jpg":            put(put(plain, scan, 0xff, 0xff, 0xff), sof, 0xff),
		"nothing-in-app.jpg":        put(plain, 2, 0xff, 0xe4, 0, 2),
		"second-picture.jpg":        slices.Concat(plain, plain),
		"mpf.jpg":                   slices.Concat(put(plain, 2, segment(0xe2, []byte("MPF\x00MM\x00\x2a\x00\x00\x00\x08"))...), make([]byte, 100), plain),
		"behind-it.jpg":             append(bytes.Clone(plain), strings.Repeat("SEFT", 50)...),
		"damaged-exif.jpg":          put(plain, 2, segment(0xe1, []byte("Exif\x00\x00MM\x00\x2a\x7f\xff\xff\xff\xff\xff"))...),
		"damaged-icc.jpg":           put(plain, 2, segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01junk"))...),
		"no-huffman.jpg":            without(plain, 0xc4),
		"extended.jpg":              set(plain, sof+1, 0xc1),
		"rgb.jpg":                   cjpeg("-rgb"),
		"grey.jpg":                  cjpeg("-grayscale"),
		"grey-2x2.jpg":              set(cjpeg("-grayscale"), at(cjpeg("-grayscale"), 0xc0)+11, 0x22),
		"no-jfif.jpg":               without(plain, 0xe0),
		"other-ids.jpg":             without(ids(plain, 0, 1, 2), 0xe0),
		"ycck.jpg":                  ycck,
		"cmyk.jpg":                  set(ycck, at(ycck, 0xee)+15, 0),
		"cmyk-no-adobe.jpg":         without(ycck, 0xee),
		"kind-12-bit.jpg":           set(plain, sof+4, 12),
		"maybe-arithmetic.jpg":      tool(t, plain, "jpegtran", "-arithmetic"),
		"kind-lossless.jpg":         set(plain, sof+1, 0xc3),
		"nothing-but-a-header.jpg":  plain[:scan],
		"server-dnl.jpg":            put(dnl, len(dnl)-2, 0xff, 0xdc, 0, 4, 0, 120),
		"server-wrong-scan-ids.jpg": set(plain, scan+5, 7),
		"server-app-past-end.jpg":   put(plain, 2, 0xff, 0xe5, 0xff, 0xf0, 1, 2, 3),
	}
	for _, sample := range []string{"1x1", "2x1", "1x2", "4x1", "4x2", "3x1", "1x4", "2x4"} {
		all["sampling-"+sample+".jpg"] = cjpeg("-sample", sample)
	}
	return all
}

// ids renames the three components, in the frame and in the only scan.
func ids(b []byte, names ...byte) []byte {
	b = bytes.Clone(b)
	sof, scan := bytes.Index(b, []byte{0xff, 0xc0}), bytes.Index(b, []byte{0xff, 0xda})
	for i, name := range names {
		b[sof+10+3*i], b[scan+5+2*i] = name, name
	}
	return b
}

func phonePNGs(t *testing.T) map[string][]byte {
	plain := asPNG(t, phonePicture())
	chunk := func(b []byte, kind string) int { return bytes.Index(b, []byte(kind)) - 4 }
	flip := func(kind string, at int) []byte { // a bit, at from a chunk's end
		b := bytes.Clone(plain)
		i := chunk(b, kind)
		b[i+12+int(binary.BigEndian.Uint32(b[i:]))+at] ^= 0x55
		return b
	}
	broken := func(kind, data string) []byte { // a chunk with a wrong checksum behind IHDR
		b := withChunk(plain, kind, []byte(data))
		b[33+8+len(data)] ^= 0x55
		return b
	}
	idat, end := chunk(plain, "IDAT"), chunk(plain, "IEND")
	recut := func(data []byte) []byte { // with other pixel data, its checksum right
		c := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		c = append(append(c, "IDAT"...), data...)
		c = binary.BigEndian.AppendUint32(c, crc32.ChecksumIEEE(c[4:]))
		return slices.Concat(plain[:idat], c, plain[end:])
	}
	data := plain[idat+8 : end-4]
	deep := image.NewNRGBA64(image.Rect(0, 0, 160, 120))
	fillQuad(deep)
	paletted := image.NewPaletted(image.Rect(0, 0, 160, 120), palette.Plan9)
	fillQuad(paletted)
	return map[string][]byte{
		"whole.png":              plain,
		"iccp-bad-crc.png":       broken("iCCP", "ICC Profile\x00\x00x\x9cjunk"),
		"text-bad-crc.png":       broken("tEXt", "Software\x00Paint"),
		"iccp-broken.png":        withChunk(plain, "iCCP", []byte("ICC Profile\x00\x00junk")),
		"gamma-zero.png":         withChunk(plain, "gAMA", make([]byte, 4)),
		"idat-bad-crc.png":       flip("IDAT", -1),
		"iend-bad-crc.png":       flip("IEND", -1),
		"bad-adler.png":          recut(append(bytes.Clone(data[:len(data)-4]), 1, 2, 3, 4)),
		"no-adler.png":           recut(data[:len(data)-4]),
		"extra-in-idat.png":      recut(append(bytes.Clone(data), "and more"...)),
		"extra-idat.png":         slices.Concat(plain[:end], []byte("\x00\x00\x00\x05IDAThello\x00\x00\x00\x00"), plain[end:]),
		"empty-idat.png":         slices.Concat(plain[:idat], []byte("\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"), plain[idat:]),
		"no-iend.png":            plain[:end],
		"behind-it.png":          append(bytes.Clone(plain), "PK\x03\x04 and more"...),
		"cut-9-of-10.png":        plain[:idat+(end-idat)*9/10],
		"trns-of-wrong-size.png": withChunk(plain, "tRNS", []byte{0, 1, 0}),
		"16-bit.png":             asPNG(t, deep),
		"palette.png":            asPNG(t, paletted),
		"palette-bad-crc.png":    badCRC(asPNG(t, paletted), "PLTE"),
		"header-bad-crc.png":     badCRC(plain, "IHDR"),
		"maybe-nothing.png":      plain[:idat+10],
	}
}

func badCRC(b []byte, kind string) []byte {
	b = bytes.Clone(b)
	i := bytes.Index(b, []byte(kind))
	b[i+4+int(binary.BigEndian.Uint32(b[i-4:]))] ^= 0x55
	return b
}

func phoneOthers(t *testing.T) map[string][]byte {
	dir := t.TempDir()
	src := filepath.Join(dir, "a.png")
	if err := os.WriteFile(src, asPNG(t, phonePicture()), 0o600); err != nil {
		t.Fatal(err)
	}
	webp := func(args ...string) []byte { return tool(t, nil, "cwebp", append(args, "-quiet", src, "-o", "-")...) }
	lossy, lossless := webp("-q", "80"), webp("-lossless")
	sized := func(b []byte, n int) []byte {
		b = bytes.Clone(b)
		binary.LittleEndian.PutUint32(b[4:], uint32(int(binary.LittleEndian.Uint32(b[4:]))+n))
		return b
	}
	vp8x := []byte("VP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x9f\x00\x00\x77\x00\x00") // promises transparency
	paletted := image.NewPaletted(image.Rect(0, 0, 160, 120), palette.Plan9)
	fillQuad(paletted)
	still := encoded(t, func(b *bytes.Buffer) error { return gif.Encode(b, paletted, nil) })
	screen := bytes.Clone(still)
	copy(screen[6:], []byte{0, 0, 0, 0})
	picture := phonePicture()
	bmp := binary.LittleEndian.AppendUint32([]byte("BM"), 54+160*120*3)
	for _, v := range []uint32{0, 54, 40, 160, 120, 1 | 24<<16, 0, 0, 2835, 2835, 0, 0} {
		bmp = binary.LittleEndian.AppendUint32(bmp, v)
	}
	for y := 119; y >= 0; y-- {
		for x := range 160 {
			c := picture.RGBAAt(x, y)
			bmp = append(bmp, c.B, c.G, c.R)
		}
	}
	return map[string][]byte{
		"whole.webp":                 lossy,
		"lossless.webp":              lossless,
		"server-size-too-small.webp": sized(lossy, -2),
		"behind-it.webp":             append(bytes.Clone(lossy), "and more"...),
		"animated.webp":              fixture(t, "animated.webp"),
		"alpha-not-there.webp":       sized(slices.Concat(lossy[:12], vp8x, lossy[12:]), len(vp8x)),
		"server-cut.webp":            lossy[:len(lossy)*9/10],
		"server-lossless-cut.webp":   lossless[:len(lossless)*9/10],
		"whole.gif":                  still,
		"no-end.gif":                 still[:len(still)-1],
		"cut.gif":                    still[:len(still)*8/10],
		"screen-of-none.gif":         screen,
		"behind-it.gif":              append(bytes.Clone(still), "and more"...),
		"whole.bmp":                  bmp,
		"no-photo.jpg":               []byte("Đây không phải là ảnh.\n"),
	}
}
