package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

// stripes is a picture of which each row can be known again.
func stripes(w, h int) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, w, h))
	for i := range g.Pix {
		x, y := i%w, i/w
		g.Pix[i] = uint8(40 + (x/16+y/16)%2*160 + y%16)
	}
	return g
}

// encoded returns the picture as each kind of file.
func encoded(t *testing.T, img image.Image) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	for name, encode := range map[string]func(*bytes.Buffer) error{
		"jpeg": func(b *bytes.Buffer) error { return jpeg.Encode(b, img, nil) },
		"png":  func(b *bytes.Buffer) error { return png.Encode(b, img) },
		"gif":  func(b *bytes.Buffer) error { return gif.Encode(b, img, nil) },
		"bmp":  func(b *bytes.Buffer) error { return bmp.Encode(b, img) },
		"tiff": func(b *bytes.Buffer) error { return tiff.Encode(b, img, nil) },
	} {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		files[name] = b.Bytes()
	}
	return files
}

// only returns the picture, or the error, that a file gives.
func only(t *testing.T, file []byte) (image.Image, error) {
	t.Helper()
	var img image.Image
	var err error
	n := 0
	for img, err = range Pictures(file) {
		n++
	}
	if n != 1 || (img == nil) == (err == nil) {
		t.Fatalf("%d pairs, the last %v, %v", n, img, err)
	}
	return img, err
}

// alike reports whether the upper part of got is want.
func alike(got image.Image, want *image.Gray, part float64) error {
	if got.Bounds().Dx() != want.Rect.Dx() || float64(got.Bounds().Dy()) < part*float64(want.Rect.Dy()) {
		return fmt.Errorf("size %v", got.Bounds())
	}
	for y := range int(float64(want.Rect.Dy()) * part) {
		for x := range want.Rect.Dx() {
			g := color.GrayModel.Convert(got.At(x, y)).(color.Gray)
			if d := int(g.Y) - int(want.GrayAt(x, y).Y); d < -70 || d > 70 {
				return fmt.Errorf("pixel %d, %d is %d, not %d", x, y, g.Y, want.GrayAt(x, y).Y)
			}
		}
	}
	return nil
}

func TestKindsThatAreRead(t *testing.T) {
	want := stripes(320, 240)
	for name, file := range encoded(t, want) {
		if img, err := only(t, file); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if err := alike(img, want, 1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"lossy.webp", "lossless.webp", "progressive.jpg", "ycck.jpg"} {
		file, err := os.ReadFile(filepath.Join("../../intake/photo/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := only(t, file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCut: of a picture that ends too soon there is what has come through.
func TestCut(t *testing.T) {
	want := stripes(640, 480)
	files := encoded(t, want)
	var coloured bytes.Buffer
	rgb := image.NewRGBA(want.Rect)
	for i, v := range want.Pix {
		rgb.SetRGBA(i%640, i/640, color.RGBA{v, v, v, 255})
	}
	if err := jpeg.Encode(&coloured, rgb, nil); err != nil {
		t.Fatal(err)
	}
	files["coloured"] = coloured.Bytes()
	for _, name := range []string{"jpeg", "coloured", "png"} {
		for _, part := range []float64{1, 0.9, 0.5} {
			file := files[name]
			file = file[:int(float64(len(file)-2)*part)]
			if img, err := only(t, file); err != nil {
				t.Errorf("%s, %.0f %%: %v", name, 100*part, err)
			} else if err := alike(img, want, part*0.9-0.05); err != nil {
				t.Errorf("%s, %.0f %%: %v", name, 100*part, err)
			}
		}
	}
	file, err := os.ReadFile("../../intake/photo/testdata/large-progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := only(t, file[:len(file)*6/10]); err != nil {
		t.Errorf("progressive: %v", err)
	}
	wrong := bytes.Clone(files["png"])
	at := bytes.Index(wrong, []byte("IDAT"))
	wrong[at+4+int(binary.BigEndian.Uint32(wrong[at-4:]))] ^= 0xff
	if img, err := only(t, wrong); err != nil || alike(img, want, 1) != nil {
		t.Errorf("a wrong checksum: %v", err)
	}
	for name, file := range files {
		if _, err := only(t, file[:30]); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s, 30 bytes: %v", name, err)
		}
	}
}

// TestNamed: what is not read is named by its content.
func TestNamed(t *testing.T) {
	for file, want := range map[string]Kind{
		"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic":  HEIC,
		"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif":  AVIF,
		"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ":      Video,
		"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42":  Video,
		"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat":          Video,
		"RIFF\x00\x00\x00\x00AVI LIST":                      Video,
		"RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02":  AnimatedWebP,
		"\xff\x0a\xfa\x7f":                                  JPEGXL,
		"\x00\x00\x00\x0cjP  \r\n\x87\n":                    JPEG2000,
		"PK\x03\x04\x14\x00":                                Archive,
		"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":                  Document,
		"Received: by mail.example.vn\nMIME-Version: 1.0\n": Mail,
		"<?xml version=\"1.0\"?><svg></svg>":                SVG,
		"%PDF-1.4\n/Encrypt 3 0 R":                          LockedPDF,
		"%PDF-1.4\n1 0 obj <</Subtype /Image /Width 9 /Height 9 /Filter [/FlateDecode /JPXDecode]>> stream\n..endstream": JPEG2000,
	} {
		_, err := only(t, []byte(file))
		var unsupported *UnsupportedError
		if !errors.As(err, &unsupported) || unsupported.Kind != want {
			t.Errorf("%.20q: %v, want %s", file, err, want)
		}
	}
	for file, want := range map[string]error{
		"":                     ErrNotPicture,
		"MZ\x90\x00":           ErrNotPicture,
		"Đồn Biên phòng":       ErrNotPicture,
		"%PDF-1.3\nvector\n":   ErrEmptyPDF,
		"II*\x00\xff\xff\xff0": ErrDamaged,
		"\xff\xd8\xff\xe0":     ErrDamaged,
	} {
		if _, err := only(t, []byte(file)); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", file, err, want)
		}
	}
}

// TestPDFSamples: pictures of every depth, packed with and without filters.
func TestPDFSamples(t *testing.T) {
	for name, c := range map[string]struct {
		dict, data string
		want       []uint8
	}{
		"1 bit":      {"/Width 10 /Height 1 /BitsPerComponent 1", "\xa0\x40", []uint8{255, 0, 255, 0, 0, 0, 0, 0, 0, 255}},
		"4 bits":     {"/Width 3 /Height 1 /BitsPerComponent 4", "\x0f\x80", []uint8{0, 255, 136}},
		"8 bits":     {"/Width 2 /Height 2 /BitsPerComponent 8", "\x00\x10\x20\x30", []uint8{0, 16, 32, 48}},
		"16 bits":    {"/Width 2 /Height 1 /BitsPerComponent 16", "\x10\xff\x20\xff", []uint8{16, 32}},
		"RGB, green": {"/Width 2 /Height 1 /BitsPerComponent 8", "\x01\x02\x03\x04\x05\x06", []uint8{2, 5}},
		"ASCII85":    {"/Width 4 /Height 1 /BitsPerComponent 8 /Filter /ASCII85Decode", "<~!!*-'~>", []uint8{0, 1, 2, 3}},
		"cut off":    {"/Width 2 /Height 9 /BitsPerComponent 8", "\x07\x08", []uint8{7, 8}},
	} {
		file := fmt.Sprintf("%%PDF-1.4\n1 0 obj <</Type /XObject /Subtype /Image %s /Length %d>> stream\n%s\nendstream endobj", c.dict, len(c.data), c.data)
		img, err := only(t, []byte(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if g := img.(*image.Gray); !bytes.Equal(g.Pix, c.want) {
			t.Errorf("%s: %v, want %v", name, g.Pix, c.want)
		}
	}
	// PNG's filters, each for a row of three pixels, and what it was (PNG, 9.2).
	rows := "\x00\x01\x02\x03" + "\x01\x01\x01\x01" + "\x02\x01\x01\x01" + "\x03\x01\x01\x01" + "\x04\x01\x01\x01"
	want := "\x01\x02\x03" + "\x01\x02\x03" + "\x02\x03\x04" + "\x02\x03\x04" + "\x03\x04\x05"
	if got := string(unfiltered([]byte(rows), "/Predictor 15 /Columns 3")); got != want {
		t.Errorf("unfiltered: %x, want %x", got, want)
	}
	for _, parms := range []string{"/Predictor 15 /Columns -1", "/Predictor 15 /Columns 3 /Colors 99", "/Predictor 15 /Columns 9"} {
		_ = unfiltered([]byte(rows), parms)
	}
}

// TestTooMuch: no file, however small, is worked on for ever.
func TestTooMuch(t *testing.T) {
	page := fmt.Sprintf("1 0 obj <</Subtype /Image /Width %d /Height 1 /BitsPerComponent 8 /Length 0>> stream\nxxxxxxxx\nendstream\n", 8)
	file := "%PDF-1.4\n" + strings.Repeat(page, maxPages+1)
	var last error
	for _, last = range Pictures([]byte(file)) {
	}
	if !errors.Is(last, ErrTooBig) {
		t.Errorf("%d pictures: %v", maxPages+1, last)
	}
	// A TIFF whose directory leads to itself.
	var b bytes.Buffer
	if err := tiff.Encode(&b, stripes(16, 16), nil); err != nil {
		t.Fatal(err)
	}
	loop := b.Bytes()
	at := int(binary.LittleEndian.Uint32(loop[4:]))
	binary.LittleEndian.PutUint32(loop[at+2+12*int(binary.LittleEndian.Uint16(loop[at:])):], uint32(at))
	n := 0
	for range Pictures(loop) {
		n++
	}
	if n > maxPages+1 {
		t.Errorf("%d pages", n)
	}
}

// FuzzPictures: no file makes it panic, and each gives something.
func FuzzPictures(f *testing.F) {
	f.Add([]byte("%PDF-1.4\n1 0 obj <</Subtype /Image /Width 9 /Height 9 /Filter [/FlateDecode /CCITTFaxDecode] /DecodeParms <</K -1>> >> stream\n..endstream"))
	f.Add([]byte("%PDF-1.4\n1 0 obj <</Subtype /Image /Width 9 /Height 9 /Filter /CCITTFaxDecode /DecodeParms 2 0 R>> stream\n..endstream 2 0 obj <</Columns 1>> endobj"))
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x03\x01\x03\x00\x01\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		n := 0
		for img, err := range Pictures(file) {
			if n++; (img == nil) == (err == nil) {
				t.Errorf("%v, %v", img, err)
			}
		}
		if n == 0 {
			t.Error("neither a picture nor a reason")
		}
	})
}
