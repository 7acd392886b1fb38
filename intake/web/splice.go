package web

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// spliced is a page with gaps, drawn and zipped before it is asked for. What goes
// into the gaps is never compressed: it costs nothing, and the length of the
// answer tells nothing about it.
type spliced struct {
	pieces       []piece
	size, zipped int // bytes without what is in the gaps
}

// piece is what stands before a gap, or at the end.
type piece struct {
	plain  []byte
	zipped []byte // deflate blocks (RFC 1951), up to a byte's edge
	gap    int    // number of the value that comes next, -1 at the end
}

// gap is what stands in a drawn page where a value is to be.
type gap struct {
	mark string // stands nowhere else
	// fixed says that every value is as long as the mark: then what comes after it
	// can be compressed by what stands before.
	fixed bool
}

// splicer cuts pages, and zips the pieces that they have in common only once. What
// it has seen stays in it: a page that shows what somebody typed needs its own.
type splicer struct {
	level int              // of package flate
	seen  map[string]piece // nil to share nothing
	w     *flate.Writer    // without anything to look back at
}

const (
	window    = 32 << 10 // bytes that deflate looks back
	maxStored = 1<<16 - 1
)

var (
	// gzipHead begins a gzip member (RFC 1952) without a time or a name.
	gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}
	// emptyBlock is how a piece ends that flate.Writer has flushed: the length of a
	// stored block, and its complement. A value takes its place.
	emptyBlock = []byte{0, 0, 0xff, 0xff}
)

// splice cuts the page at the marks of the gaps, wherever they are in it.
func (s *splicer) splice(page []byte, gaps ...gap) (*spliced, error) {
	out := &spliced{zipped: len(gzipHead) + 8}
	// A gap's bytes are unknown to the compressor, and stand in what it looks back at
	// as zeros, which pages have none of.
	blank := bytes.IndexByte(page, 0) < 0
	var before []byte
	for {
		at, next := len(page), -1
		for i, g := range gaps {
			if j := bytes.Index(page[:at], []byte(g.mark)); j >= 0 {
				at, next = j, i
			}
		}
		p, err := s.piece(page[:at], before, next < 0)
		if err != nil {
			return nil, err
		}
		p.gap = next
		out.pieces = append(out.pieces, p)
		out.size += len(p.plain)
		out.zipped += len(p.zipped)
		if next < 0 {
			return out, nil
		}
		out.zipped += len(emptyBlock)
		g := gaps[next]
		if g.fixed && blank {
			before = append(append(before, page[:at]...), make([]byte, len(g.mark))...)
			before = before[max(0, len(before)-window):]
		} else {
			before = nil
		}
		page = page[at+len(g.mark):]
	}
}

// piece zips a piece of a page, by what stands before it.
func (s *splicer) piece(plain, before []byte, last bool) (piece, error) {
	var key string
	if s.seen != nil {
		key = fmt.Sprintf("%d %t %s%s", len(before), last, before, plain)
		if p, ok := s.seen[key]; ok {
			return p, nil
		}
	}
	var out bytes.Buffer
	w, err := s.writer(&out, before)
	if err != nil {
		return piece{}, fmt.Errorf("zipping a page: %w", err)
	}
	_, _ = w.Write(plain) // into memory: it cannot fail
	p := piece{plain: bytes.Clone(plain)}
	if last {
		_ = w.Close()
		p.zipped = bytes.Clone(out.Bytes())
	} else {
		_ = w.Flush()
		zipped, ok := bytes.CutSuffix(out.Bytes(), emptyBlock)
		if !ok {
			return piece{}, errors.New("zipping a page: it does not end where it was flushed")
		}
		p.zipped = bytes.Clone(zipped)
	}
	if s.seen != nil {
		s.seen[key] = p
	}
	return p, nil
}

func (s *splicer) writer(out *bytes.Buffer, before []byte) (*flate.Writer, error) {
	if len(before) > 0 {
		return flate.NewWriterDict(out, s.level, before)
	}
	if s.w != nil {
		s.w.Reset(out)
		return s.w, nil
	}
	var err error
	s.w, err = flate.NewWriter(out, s.level)
	return s.w, err
}

// fill returns the page with the values in its gaps, in the order of the gaps. No
// value may have more than maxStored bytes.
func (s *spliced) fill(zipped bool, values ...string) *bytes.Buffer {
	size := s.size
	if zipped {
		size = s.zipped
	}
	for _, p := range s.pieces {
		if p.gap >= 0 {
			size += len(values[p.gap])
		}
	}
	out := make([]byte, 0, size)
	if zipped {
		return bytes.NewBuffer(s.zip(out, values))
	}
	for _, p := range s.pieces {
		out = append(out, p.plain...)
		if p.gap >= 0 {
			out = append(out, values[p.gap]...)
		}
	}
	return bytes.NewBuffer(out)
}

// zip appends one gzip member, for browsers show only the first. The values are
// stored blocks in it.
func (s *spliced) zip(out []byte, values []string) []byte {
	out = append(out, gzipHead...)
	var sum, length uint32
	for _, p := range s.pieces {
		out = append(out, p.zipped...)
		sum = crc32.Update(sum, crc32.IEEETable, p.plain)
		length += uint32(len(p.plain)) //nolint:gosec // a page
		if p.gap < 0 {
			break
		}
		value := values[p.gap]
		n := uint16(len(value)) //nolint:gosec // maxStored
		out = binary.LittleEndian.AppendUint16(out, n)
		out = binary.LittleEndian.AppendUint16(out, ^n)
		out = append(out, value...)
		sum = crc32.Update(sum, crc32.IEEETable, out[len(out)-len(value):])
		length += uint32(n)
	}
	out = binary.LittleEndian.AppendUint32(out, sum)
	return binary.LittleEndian.AppendUint32(out, length)
}
