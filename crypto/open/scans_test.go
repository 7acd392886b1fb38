package open_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"tipbox/crypto/open"
)

// scans returns a grey progressive JPEG whose scans go over all of it, each for a
// few bytes: nothing but runs of empty blocks.
func scans(w, h uint16, n int) []byte {
	segment := func(marker byte, data ...byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
	}
	frame := append(binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, h), w), 1, 1, 0x11, 0)
	codes := append([]byte{0x10, 1}, make([]byte, 15)...) // one of 1 bit: a run of 2^14 and 14 more bits
	b := bytes.Join([][]byte{
		{0xff, 0xd8}, segment(0xdb, append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)...),
		segment(0xc2, frame...), segment(0xc4, append(codes, 0xe0)...),
	}, nil)
	blocks := (int(w) + 7) / 8 * ((int(h) + 7) / 8)
	const run = 1 << 14
	scan := append(segment(0xda, 1, 1, 0, 1, 63, 0), make([]byte, (blocks/run+1)*15/8+1)...)
	return append(append(b, bytes.Repeat(scan, n)...), 0xff, 0xd9)
}

// TestScans: a file of a few kilobytes cannot keep the decoder busy for minutes.
func TestScans(t *testing.T) {
	if _, err := open.CleanPhoto(scans(640, 480, 32)); err != nil {
		t.Errorf("a small picture in 32 scans: %v", err)
	}
	comment := append([]byte{0xff, 0xfe, 0, 42}, make([]byte, 40)...)
	copy(comment[4:], "\xff\xd9")
	for name, c := range map[string]struct {
		photo []byte
		want  error
	}{
		"200 scans":     {scans(4992, 4992, 200), open.ErrPhotoTooBig},
		"17 scans":      {scans(4992, 4992, 17), open.ErrPhotoTooBig},
		"a small one's": {scans(640, 480, 1300), open.ErrPhotoTooBig},
		"a thin one's":  {scans(1, 65535, 800), open.ErrPhotoTooBig},
		"an end that is none": {bytes.Replace(scans(4992, 4992, 200), []byte{0xff, 0xda}, append(comment, 0xff, 0xda), 1),
			open.ErrPhotoTooBig},
		"no height": {scans(640, 0, 16), open.ErrNotPhoto},
		"no width":  {scans(0, 480, 16), open.ErrNotPhoto},
	} {
		if clean, err := open.CleanPhoto(c.photo); !errors.Is(err, c.want) {
			t.Errorf("%s: %d bytes became %d, %v, want %v", name, len(c.photo), len(clean), err, c.want)
		}
	}
}
