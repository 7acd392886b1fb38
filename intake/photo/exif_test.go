package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"slices"
	"testing"
)

// TestEXIFDirectories: the orientation is found without walking the directories
// that EXIF points to, which may be one large one a thousand times.
func TestEXIFDirectories(t *testing.T) {
	plain := asJPEG(t, image.NewGray(image.Rect(0, 0, 8, 8)))
	for _, pointer := range []uint16{0x014a, 0x8769, 0x8825, 0xa005} {
		for _, times := range []int{1, 1000} {
			upload := slices.Insert(bytes.Clone(plain), 2, segment(0xe1, manyDirectories(pointer, times))...)
			h, err := New(Options{}).readHeader(upload)
			if err != nil {
				t.Fatal(err)
			}
			// Had it walked them, it would have given up before the orientation.
			if got := h.orientation(); got != 6 {
				t.Errorf("%#x, %d times: orientation %d", pointer, times, got)
			}
		}
	}
}

// manyDirectories returns EXIF with a pointer to many times the same directory,
// of more tags than are read of all, and the orientation behind that.
func manyDirectories(pointer uint16, times int) []byte {
	const tags, first = 5001, 8 + 2 + 2*12 + 4
	u16, u32 := binary.BigEndian.AppendUint16, binary.BigEndian.AppendUint32
	entry := func(b []byte, tag, kind uint16, count, value uint32) []byte {
		return u32(u32(u16(u16(b, tag), kind), count), value)
	}
	directory := uint32(first + 4*times)
	b := u16([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08"), 2)
	if times == 1 {
		b = entry(b, pointer, 4, 1, directory)
	} else {
		b = entry(b, pointer, 4, uint32(times), first)
	}
	b = u32(entry(b, 0x0112, 3, 1, 6<<16), 0)
	for range times {
		b = u32(b, directory)
	}
	b = u16(b, tags)
	for range tags {
		b = entry(b, 0x0100, 3, 1, 0)
	}
	return b
}
