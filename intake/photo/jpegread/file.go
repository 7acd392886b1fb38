// Package jpegread reads JPEGs as phones and browsers do: what there is of a
// picture is shown. A file without its end, with stray bytes, or with restart
// markers out of step gives the picture up to there, and grey below. The standard
// library's decoder refuses them all.
//
// It takes a picture of 200 megapixels in the memory of a small one, because it
// decodes no more of it than is asked for. It needs nothing but the standard
// library.
package jpegread

import (
	"bytes"
	"encoding/binary"
	"errors"
)

var (
	// ErrFormat is for what no program could show.
	ErrFormat = errors.New("no JPEG that can be read")
	// ErrKind is for JPEGs of a kind that browsers do not show either: arithmetic coding,
	// 12 bits, lossless, hierarchical.
	ErrKind = errors.New("a JPEG of a kind that is not read")
)

// scanVisits is what a scan costs beside its blocks, in blocks: its tables.
const scanVisits = 256

// File is a JPEG of which all is known but the picture itself.
type File struct {
	Width, Height int
	// Exif is the TIFF structure of its EXIF segment, nil where there is none.
	Exif []byte
	// Visits is how many blocks of 8 by 8 samples all scans go over together. It is
	// what decoding costs: some 100 ns each. A file of 9 kB may have 10^8.
	Visits int64

	file        []byte
	progressive bool
	components  []component
	across      int // MCUs of an interleaved scan
	down        int
	jfif        bool
	adobe       int // its colour transform, -1 without the segment
}

// component is a colour of the picture (ITU-T T.81, B.2.2).
type component struct {
	id    byte
	h, v  int // sampling factors
	table int // of quantization

	// In blocks: in all MCUs, and in a scan of its own (A.2.2).
	across, down       int
	ownAcross, ownDown int
}

// Read returns what there is to know of a JPEG before decoding it.
func Read(file []byte) (*File, error) {
	if len(file) < 2 || file[0] != 0xff || file[1] != soi {
		return nil, ErrFormat
	}
	f := &File{file: file, adobe: -1}
	scans, seen := 0, [4]bool{}
	for marker, s := range segments(file) {
		switch {
		case marker == sos:
			scan, ok := f.scanOf(s)
			if !ok {
				return f.checked(scans)
			}
			scans++
			f.Visits += scanVisits
			if !scan.again(f, &seen) {
				f.Visits += scan.blocks(f)
			}
		case isFrame(marker):
			if f.components != nil {
				return f.checked(scans) // a second picture
			}
			if err := f.frame(marker, s.content); err != nil {
				return nil, err
			}
		case marker == app0 && bytes.HasPrefix(s.content, []byte("JFIF\x00")):
			f.jfif = true
		case marker == app1 && f.Exif == nil && bytes.HasPrefix(s.content, []byte("Exif\x00")) && len(s.content) > 6:
			f.Exif = s.content[6:]
		case marker == app14 && len(s.content) >= 12 && bytes.HasPrefix(s.content, []byte("Adobe")):
			f.adobe = int(s.content[11])
		}
	}
	return f.checked(scans)
}

func (f *File) checked(scans int) (*File, error) {
	if scans == 0 || f.Width == 0 || f.Height == 0 {
		return nil, ErrFormat
	}
	return f, nil
}

// frame reads the frame header.
func (f *File) frame(marker byte, b []byte) error {
	if marker > sof2 {
		return ErrKind
	}
	if len(b) < 6 {
		return ErrFormat
	}
	n := int(b[5])
	if b[0] != 8 {
		return ErrKind
	}
	if n == 0 || n > 4 || len(b) < 6+3*n {
		return ErrFormat
	}
	f.progressive = marker == sof2
	f.Height, f.Width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	if f.Height == 0 {
		f.Height = heightLater(f.file)
	}
	f.components = make([]component, n)
	for i := range f.components {
		c := b[6+3*i:]
		f.components[i] = component{id: c[0], h: int(c[1] >> 4), v: int(c[1] & 15), table: int(c[2] & 3)}
		if h, v := f.components[i].h, f.components[i].v; h == 0 || h > 4 || v == 0 || v > 4 {
			return ErrFormat
		}
	}
	if n == 1 { // then its sampling factors mean nothing
		f.components[0].h, f.components[0].v = 1, 1
	}
	f.layOut()
	return nil
}

// heightLater returns the height that stands behind the first scan (ITU-T T.81,
// B.2.5), or 0.
func heightLater(file []byte) int {
	for marker, s := range segments(file) {
		if marker == dnl && len(s.content) >= 2 {
			return int(binary.BigEndian.Uint16(s.content))
		}
	}
	return 0
}

// layOut counts the blocks of each component.
func (f *File) layOut() {
	h, v := f.sampling()
	f.across, f.down = ceil(f.Width, 8*h), ceil(f.Height, 8*v)
	for i := range f.components {
		c := &f.components[i]
		c.across, c.down = f.across*c.h, f.down*c.v
		c.ownAcross, c.ownDown = ceil(ceil(f.Width*c.h, h), 8), ceil(ceil(f.Height*c.v, v), 8)
	}
}

// sampling returns the largest factors.
func (f *File) sampling() (h, v int) {
	for _, c := range f.components {
		h, v = max(h, c.h), max(v, c.v)
	}
	return max(h, 1), max(v, 1)
}

// side returns how many samples of 8 by 8 are decoded each way, 8, 4, 2 or 1, so
// that the picture's longer side is at least twice as long as want: what is then
// made smaller still looks the same. 0 wants all.
func (f *File) side(want int) int {
	if want <= 0 {
		return 8
	}
	for _, n := range []int{1, 2, 4} {
		if ceil(max(f.Width, f.Height)*n, 8) >= 2*want {
			return n
		}
	}
	return 8
}

// Memory returns how many bytes Decode allocates at most.
func (f *File) Memory(want int) int64 {
	n := int64(f.side(want))
	sum := int64(64 << 10)
	for _, c := range f.components {
		blocks := int64(c.across) * int64(c.down)
		sum += blocks * n * n
		if f.progressive {
			sum += blocks * (8 + 2*n*n)
		}
	}
	if _, plain := f.ratio(); !plain && len(f.components) > 2 {
		sum += 4 * int64(ceil(f.Width*int(n), 8)) * int64(ceil(f.Height*int(n), 8))
	}
	return sum
}

func ceil(a, b int) int { return (a + b - 1) / b }
