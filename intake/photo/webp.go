package photo

import (
	"bytes"
	"encoding/binary"
	"io"

	"tipbox/intake"
)

// webpChunk is a chunk of a RIFF file. What the file has no more of is zeros.
type webpChunk struct {
	kind string
	data []byte
	size int
}

// maxWebPChunk is how many bytes of a cut file are added, at most.
const maxWebPChunk = 16 << 20

func (c webpChunk) reader() io.Reader {
	head := binary.LittleEndian.AppendUint32([]byte(c.kind), uint32(c.size)) //nolint:gosec // a chunk of a bounded file
	missing := c.size + c.size&1 - len(c.data)
	return io.MultiReader(bytes.NewReader(head), bytes.NewReader(c.data), io.LimitReader(zeros{}, int64(missing)))
}

// zeros are as many zeros as one reads.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// still is the picture of a WebP, or the first one of an animation.
type still struct {
	chunks []webpChunk
	size   int
}

// stillWebP finds the picture, whatever else the file holds, how long it says that
// it is, and what its header promises. Browsers do so, package webp does not.
func stillWebP(upload []byte) (*still, error) {
	var alpha *webpChunk
	for b := upload[12:]; len(b) >= 8; {
		c := webpChunk{kind: string(b[:4]), size: int(binary.LittleEndian.Uint32(b[4:]))}
		b = b[8:]
		c.data = b[:min(c.size, len(b))]
		switch c.kind {
		case "ANMF": // a frame: 16 bytes, and then chunks
			b = b[min(16, len(b)):]
			continue
		case "ALPH":
			if len(c.data) == c.size {
				alpha = &c
			}
		case "VP8 ", "VP8L":
			if c.size > len(c.data) && c.size > maxWebPChunk || len(c.data) < 10 {
				return nil, intake.ErrPhotoFormat
			}
			s := &still{chunks: []webpChunk{c}}
			if alpha != nil && c.kind == "VP8 " {
				s.chunks = []webpChunk{extended(c.data), *alpha, c}
			}
			for _, c := range s.chunks {
				s.size += 8 + c.size + c.size&1
			}
			return s, nil
		}
		b = b[min(c.size+c.size&1, len(b)):]
	}
	return nil, intake.ErrPhotoFormat
}

// extended returns the header that says that there is transparency. The size is
// that of the lossy picture (RFC 6386, 9.1).
func extended(lossy []byte) webpChunk {
	b := make([]byte, 10)
	b[0] = 1 << 4
	for i := range 2 {
		n := binary.LittleEndian.Uint16(lossy[6+2*i:])&0x3fff - 1
		binary.LittleEndian.PutUint16(b[4+3*i:], n)
	}
	return webpChunk{"VP8X", b, len(b)}
}

// reader returns the picture as a file of its own.
func (s *still) reader() io.Reader {
	head := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+s.size)), "WEBP"...) //nolint:gosec // a chunk of a bounded file
	all := []io.Reader{bytes.NewReader(head)}
	for _, c := range s.chunks {
		all = append(all, c.reader())
	}
	return io.MultiReader(all...)
}
