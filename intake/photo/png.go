package photo

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"

	"tipbox/intake"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// chunks are what a decoder needs of a PNG (ISO/IEC 15948), as far as it is there.
// Browsers forgive a file without its end, wrong checksums, broken texts and
// profiles, and data behind the last pixel; package png refuses them all.
type chunks struct {
	header, palette, transparent []byte
	data                         [][]byte
	interlaced                   bool
}

// readChunks finds the chunks, whatever their checksums say.
func readChunks(upload []byte) (*chunks, error) {
	const frame = 12 // length, kind, checksum
	var c chunks
	for b := upload[len(pngSignature):]; len(b) > 8; {
		n, kind := int64(binary.BigEndian.Uint32(b)), string(b[4:8])
		cut := n > int64(len(b)-8)
		data := b[8 : 8+min(n, int64(len(b)-8))]
		switch {
		case c.header == nil && (kind != "IHDR" || len(data) != 13):
			return nil, intake.ErrPhotoFormat
		case kind == "IHDR" && c.header == nil:
			c.header, c.interlaced = data, data[12] != 0
		case kind == "PLTE" && c.palette == nil && c.data == nil && !cut:
			c.palette = data[:min(len(data)/3, 1<<min(depth(c.header), 8))*3]
		case kind == "tRNS" && c.transparent == nil && c.data == nil && !cut:
			c.transparent = c.transparency(data)
		case kind == "IDAT":
			c.data = append(c.data, data)
		}
		if kind == "IEND" || cut || n+frame > int64(len(b)) {
			break
		}
		b = b[n+frame:]
	}
	if c.data == nil {
		return nil, intake.ErrPhotoFormat
	}
	return &c, nil
}

// depth is how many bits a sample has.
func depth(header []byte) int { return int(header[8]) }

// samplesOf is how many samples a pixel has, by the colour type.
var samplesOf = [8]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

// transparency returns what package png takes for it.
func (c *chunks) transparency(b []byte) []byte {
	n := map[byte]int{0: 2, 2: 6, 3: min(len(b), len(c.palette)/3)}[c.header[9]]
	if n > len(b) {
		n = 0
	}
	return b[:n]
}

// pass is a picture in the pixel data: the whole one, or one of seven.
type pass struct{ rowBytes, rows int }

func (c *chunks) passes() []pass {
	w, h := int(binary.BigEndian.Uint32(c.header)), int(binary.BigEndian.Uint32(c.header[4:]))
	of := func(w, h int) pass {
		bits := w * samplesOf[c.header[9]&7] * depth(c.header)
		return pass{(bits + 7) / 8, h}
	}
	if !c.interlaced {
		return []pass{of(w, h)}
	}
	var all []pass
	for _, p := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		if pw, ph := (w-p[0]+p[2]-1)/p[2], (h-p[1]+p[3]-1)/p[3]; pw > 0 && ph > 0 {
			all = append(all, of(pw, ph))
		}
	}
	return all
}

// reader returns a PNG that package png takes: the same pixels with right
// checksums, and zeros where there are none any more.
func (c *chunks) reader() io.Reader {
	s := &pngStream{chunks: c, todo: c.passes(), left: c.data}
	s.out.WriteString(pngSignature)
	s.chunk("IHDR", c.header)
	if len(c.palette) > 0 {
		s.chunk("PLTE", c.palette)
	}
	if len(c.transparent) > 0 {
		s.chunk("tRNS", c.transparent)
	}
	return s
}

// pngStream writes a PNG as it is read.
type pngStream struct {
	*chunks
	out   bytes.Buffer
	todo  []pass
	left  [][]byte // pixel data that is not inflated yet
	in    io.Reader
	ended bool
	some  bool // of the pixels were there

	row    []byte
	packed bytes.Buffer
	zip    *zlib.Writer
}

func (s *pngStream) chunk(kind string, data []byte) {
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(data))) //nolint:gosec // a chunk of a bounded file
	s.out.Write(n[:])
	begin := s.out.Len()
	s.out.WriteString(kind)
	s.out.Write(data)
	binary.BigEndian.PutUint32(n[:], crc32.ChecksumIEEE(s.out.Bytes()[begin:]))
	s.out.Write(n[:])
}

func (s *pngStream) Read(b []byte) (int, error) {
	for s.out.Len() == 0 {
		if s.todo == nil {
			return 0, io.EOF
		}
		if err := s.more(); err != nil {
			return 0, err
		}
	}
	return s.out.Read(b)
}

// packedSize is about how large a chunk of pixels is.
const packedSize = 32 << 10

// more writes the next rows, stored, not deflated, into a chunk.
func (s *pngStream) more() (err error) {
	if s.zip == nil {
		s.in = inflater(s.left)
		if s.zip, err = zlib.NewWriterLevel(&s.packed, zlib.NoCompression); err != nil {
			return err
		}
	}
	for s.packed.Len() < packedSize && len(s.todo) > 0 {
		p := &s.todo[0]
		s.row = append(s.row[:0], make([]byte, 1+p.rowBytes)...)
		s.fill(s.row)
		if !s.some {
			return intake.ErrPhotoFormat
		}
		if _, err := s.zip.Write(s.row); err != nil {
			return err
		}
		if p.rows--; p.rows == 0 {
			s.todo = s.todo[1:]
		}
	}
	done := len(s.todo) == 0
	if done {
		if err := s.zip.Close(); err != nil {
			return err
		}
		s.todo = nil
	}
	s.chunk("IDAT", s.packed.Bytes())
	s.packed.Reset()
	if done {
		s.chunk("IEND", nil)
	}
	return nil
}

// fill reads a row: its filter and its bytes.
func (s *pngStream) fill(row []byte) {
	if s.ended {
		return
	}
	n, err := io.ReadFull(s.in, row)
	s.ended = err != nil
	s.some = s.some || n > 1
	const filters = 5
	if row[0] >= filters { // what follows means nothing
		clear(row)
		s.ended = true
	}
}

// inflater reads the pixel data without the frame of zlib (RFC 1950): neither its
// header nor its checksum tells anything that is needed.
func inflater(data [][]byte) io.Reader {
	readers := make([]io.Reader, len(data))
	for i, b := range data {
		readers[i] = bytes.NewReader(b)
	}
	joined := io.MultiReader(readers...)
	if _, err := io.CopyN(io.Discard, joined, 2); err != nil {
		return bytes.NewReader(nil)
	}
	return flate.NewReader(joined)
}
