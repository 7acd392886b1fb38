package jpegscan_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"tipbox/intake/photo/jpegscan"
)

func segment(marker byte, data ...byte) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// picture returns the segments of a JPEG with that many scans, each with the data
// of a few blocks, stuffing, fill bytes and restarts in it.
func picture(sof byte, scans int, components byte) []byte {
	data := []byte{1, 2, 0xff, 0x00, 0xff, 0xd0, 3, 0xff, 0xff}
	return slices.Concat([]byte{0xff, 0xd8}, segment(sof, 8, 0, 16, 0, 16, components),
		bytes.Repeat(append(segment(jpegscan.SOS, components, 1, 0), data...), scans), []byte{0xff, 0xd9})
}

func TestTooMany(t *testing.T) {
	comment := segment(0xfe, 0xff, 0xd9) // an end that is none
	for name, c := range map[string]struct {
		file          []byte
		width, height int
		want          bool
	}{
		"32 passes":               {picture(jpegscan.SOF2, 32, 1), 16, 16, false},
		"33 passes":               {picture(jpegscan.SOF2, 33, 1), 16, 16, true},
		"11 of 3 components":      {picture(jpegscan.SOF2, 11, 3), 16, 16, true},
		"100 megapixels":          {picture(jpegscan.SOF0, 4, 1), 5000, 4992, false},
		"and a strip more":        {picture(jpegscan.SOF0, 4, 1), 5000, 5024, true},
		"a thin one's whole MCUs": {picture(jpegscan.SOF0, 32, 1), 1, 200_000, true},
		"hidden behind a comment": {slices.Concat([]byte{0xff, 0xd8}, comment, picture(jpegscan.SOF2, 33, 1)[2:]), 16, 16, true},
		"after the end":           {append(picture(jpegscan.SOF0, 1, 1), picture(jpegscan.SOF0, 40, 1)...), 16, 16, false},
		"cut short":               {picture(jpegscan.SOF2, 33, 1)[:40], 16, 16, false},
		"of no length":            {[]byte{0xff, 0xd8, 0xff, jpegscan.SOS, 0, 0, 99, 99}, 16, 16, false},
		"empty":                   {nil, 16, 16, false},
	} {
		if got := jpegscan.TooMany(c.file, c.width, c.height, 100_352_000); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestProgressive(t *testing.T) {
	for sof, want := range map[byte]bool{jpegscan.SOF0: false, jpegscan.SOF1: false, jpegscan.SOF2: true} {
		if got := jpegscan.Progressive(picture(sof, 1, 3)); got != want {
			t.Errorf("%#x: %v", sof, got)
		}
	}
}
