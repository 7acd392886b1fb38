package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"testing"
)

// progressive returns a grey progressive JPEG whose scans go over all of it, each
// for a few bytes: nothing but runs of empty blocks.
func progressive(w, h uint16, scans int) []byte {
	segment := func(marker byte, data ...byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
	}
	frame := append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, h), w), 1, 1, 0x11, 0)
	codes := append([]byte{0x10, 1}, make([]byte, 15)...) // one of 1 bit: a run of 2^14 and 14 more bits
	blocks := (int(w) + 7) / 8 * ((int(h) + 7) / 8)
	scan := append(segment(0xda, 1, 1, 0, 1, 63, 0), make([]byte, (blocks>>14+1)*15/8+1)...)
	return slices.Concat([]byte{0xff, 0xd8},
		segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...),
		segment(0xc2, frame...), segment(0xc4, append(codes, 0xe0)...),
		bytes.Repeat(scan, scans), []byte{0xff, 0xd9})
}

// header returns a PNG that claims to be of that size, colour type (0 grey, 6
// with colour and transparency), bits and interlacing.
func header(t *testing.T, w, h uint32, bits, colour, interlaced byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	binary.BigEndian.PutUint32(file[16:], w)
	binary.BigEndian.PutUint32(file[20:], h)
	file[24], file[25], file[28] = bits, colour, interlaced
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

func TestDecode(t *testing.T) {
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	const maxPixels = 120_000_000
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"plain":                {plain.Bytes(), nil},
		"small in 32 scans":    {progressive(640, 480, 32), nil},
		"25 MP in 200 scans":   {progressive(5000, 5000, 200), ErrTooBig},
		"92 MP in 2,000 scans": {progressive(9600, 9600, 2000), ErrTooBig},
		"144 MP":               {progressive(12000, 12000, 1), ErrTooBig},
		"98 MP of 16 bits":     {header(t, 9900, 9900, 16, 6, 0), ErrTooBig},
		"98 MP interlaced":     {header(t, 9900, 9900, 8, 6, 1), ErrTooBig},
		"4 billion pixels":     {header(t, 1<<16, 1<<16, 8, 0, 0), ErrTooBig},
		"a program":            {[]byte("MZ"), image.ErrFormat},
		"empty":                {nil, image.ErrFormat},
	} {
		img, err := decode(c.file, maxPixels)
		if !errors.Is(err, c.want) || (img == nil) != (c.want != nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	image.RegisterFormat("worse", "worse photo", func(io.Reader) (image.Image, error) { panic("malformed") },
		func(io.Reader) (image.Config, error) { return image.Config{Width: 64, Height: 48}, nil })
	if img, err := decode([]byte("worse photo"), maxPixels); err == nil || img != nil {
		t.Errorf("a decoder's panic: %v", err)
	}
	// What is not too big is decoded, and found to be cut off.
	for name, file := range map[string][]byte{
		"98 MP of 8 bits": header(t, 9900, 9900, 8, 0, 0),
		"49 MP of 16":     header(t, 7000, 7000, 16, 0, 0),
	} {
		if _, err := decode(file, maxPixels); err == nil || errors.Is(err, ErrTooBig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
