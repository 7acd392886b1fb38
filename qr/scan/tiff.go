package scan

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"iter"

	"golang.org/x/image/tiff"
)

func isTIFF(file []byte) bool {
	return bytes.HasPrefix(file, []byte("II*\x00")) || bytes.HasPrefix(file, []byte("MM\x00*"))
}

// maxPages bounds the work for a file whose pages are all the same few bytes.
const maxPages = 500

// tiffPages yields the pages of a TIFF (TIFF 6.0, section 2): the decoder reads
// the first one only, so each is made the first in its turn.
func tiffPages(file []byte) iter.Seq2[image.Image, error] {
	return func(yield func(image.Image, error) bool) {
		d := directory{file: bytes.Clone(file), order: binary.ByteOrder(binary.LittleEndian)}
		if file[0] == 'M' {
			d.order = binary.BigEndian
		}
		left := maxTotal
		for n := 0; n == 0 || d.at != 0; n++ {
			if !d.next(n == 0) {
				if n == 0 {
					yield(nil, ErrDamaged)
				}
				return
			}
			img, err := d.page(min(left, maxPixels))
			if img != nil {
				left -= img.Bounds().Dx() * img.Bounds().Dy()
			}
			if !yield(img, err) || n == maxPages {
				return
			}
		}
	}
}

// directory is a TIFF and where the directory of one of its pages begins.
type directory struct {
	file  []byte
	order binary.ByteOrder
	at    int
	count int // of its entries
}

const (
	firstAt   = 4  // where the header says where the first directory is
	entrySize = 12 // tag, type, count, value or where it is
)

// next goes to the next page, or the first.
func (d *directory) next(first bool) bool {
	from := firstAt
	if !first {
		from = d.at + 2 + d.count*entrySize
	}
	if from+4 > len(d.file) {
		d.at = 0
		return false
	}
	at := int(d.order.Uint32(d.file[from:]))
	if at < 8 || at+2 > len(d.file) {
		d.at = 0
		return false
	}
	d.at, d.count = at, int(d.order.Uint16(d.file[at:]))
	d.order.PutUint32(d.file[firstAt:], uint32(at)) //nolint:gosec // read from there
	return at+2+d.count*entrySize <= len(d.file)
}

// The tags that are needed for what the decoder does not read.
const (
	tagCompression = 259
	tagOffsets     = 273 // of the strips
	tagCounts      = 279 // of their bytes
	tagJPEGTables  = 347

	compressedFax  = 3 // the decoder reads few of its variants
	compressedJPEG = 7
)

// values returns an entry's numbers, and its bytes.
func (d *directory) values(tag uint16) (numbers []int, raw []byte) {
	for i := range d.count {
		entry := d.file[d.at+2+i*entrySize:][:entrySize]
		if d.order.Uint16(entry) != tag {
			continue
		}
		size := map[uint16]int{3: 2, 4: 4}[d.order.Uint16(entry[2:])]
		count := int(d.order.Uint32(entry[4:]))
		length := count * max(size, 1)
		raw = entry[8:]
		if length > 4 {
			at := int(d.order.Uint32(raw))
			if at > len(d.file) || length > len(d.file)-at {
				return nil, nil
			}
			raw = d.file[at:]
		}
		raw = raw[:length]
		for j := 0; size > 0 && j < len(raw); j += size {
			if size == 2 {
				numbers = append(numbers, int(d.order.Uint16(raw[j:])))
			} else {
				numbers = append(numbers, int(d.order.Uint32(raw[j:])))
			}
		}
		return numbers, raw
	}
	return nil, nil
}

func (d *directory) page(maxPixels int) (image.Image, error) {
	img, err := decode(d.file, maxPixels)
	if err == nil || errors.Is(err, ErrTooBig) {
		return img, err
	}
	c, _ := d.values(tagCompression)
	switch {
	case len(c) == 1 && c[0] == compressedJPEG:
		if img := d.jpeg(maxPixels); img != nil {
			return img, nil
		}
	case len(c) == 1 && c[0] == compressedFax, errors.As(err, new(tiff.UnsupportedError)):
		return nil, &UnsupportedError{OtherScan}
	}
	return nil, ErrDamaged
}

// jpeg returns a page whose strips are JPEGs with their tables apart (Adobe
// Photoshop TIFF Technical Notes, 2002), or nil.
func (d *directory) jpeg(maxPixels int) image.Image {
	offsets, _ := d.values(tagOffsets)
	counts, _ := d.values(tagCounts)
	_, tables := d.values(tagJPEGTables)
	tables = bytes.TrimSuffix(tables, []byte("\xff\xd9"))
	if len(tables) == 0 {
		tables = []byte("\xff\xd8")
	}
	if len(offsets) != len(counts) {
		return nil
	}
	var strips stack
	for i, at := range offsets {
		if at > len(d.file) || counts[i] > len(d.file)-at || counts[i] < 2 {
			break
		}
		img, err := decode(append(bytes.Clone(tables), d.file[at+2:][:counts[i]-2]...), maxPixels)
		if err != nil {
			break
		}
		strips.add(img)
		maxPixels -= img.Bounds().Dx() * img.Bounds().Dy()
	}
	return strips.image()
}
