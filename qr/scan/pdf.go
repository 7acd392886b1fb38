package scan

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"image"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/image/ccitt"
)

// pdfPages yields the pictures of a PDF (ISO 32000-1) as scanners write them, each
// a stream of its own. It looks for the streams and not for the tables that lead
// to them, so that one whose end is missing gives what it has.
func pdfPages(file []byte) iter.Seq2[image.Image, error] {
	return func(yield func(image.Image, error) bool) {
		if bytes.Contains(file, []byte("/Encrypt")) {
			yield(nil, &UnsupportedError{LockedPDF})
			return
		}
		found := 0
		left := maxTotal
		var strips stack
		for o := range streams(file) {
			if !o.isPicture() {
				continue
			}
			if found++; left <= 0 || found > maxPages {
				yield(nil, ErrTooBig)
				return
			}
			img, err := o.picture(number(o.dict, "Width", 0), number(o.dict, "Height", 0))
			if err == nil {
				left -= img.Bounds().Dx() * img.Bounds().Dy()
			}
			// Some write a page in strips, and a code may lie across two of them.
			strip := err == nil && img.Bounds().Dy() < img.Bounds().Dx()/2
			if strip && strips.height <= 3*strips.width && strips.add(img) {
				continue
			}
			if page := strips.image(); page != nil && !yield(page, nil) {
				return
			}
			strips = stack{}
			if strip {
				strips.add(img)
			} else if !yield(img, err) {
				return
			}
		}
		if page := strips.image(); page != nil && !yield(page, nil) {
			return
		}
		if found == 0 {
			yield(nil, ErrEmptyPDF)
		}
	}
}

// stream is an object with data.
type stream struct {
	file []byte
	dict string
	data []byte // as it stands in the file
}

var (
	beginsData = regexp.MustCompile(`stream\r?\n`)
	dataEnds   = []byte("endstream")
)

// streams yields a PDF's streams as they stand in the file.
func streams(file []byte) iter.Seq[stream] {
	return func(yield func(stream) bool) {
		for at := 0; ; {
			begin := beginsData.FindIndex(file[at:])
			if begin == nil {
				return
			}
			head := file[at : at+begin[0]]
			at += begin[1]
			if i := bytes.LastIndex(head, []byte(" obj")); i >= 0 {
				head = head[i:]
			}
			s := stream{file: file, dict: string(head[max(0, len(head)-1<<13):])}
			if strings.HasSuffix(s.dict, "end") { // of a stream that has no data
				continue
			}
			size := number(s.dict, "Length", 0)
			if end := at + size; size == 0 || end > len(file) || !bytes.HasPrefix(bytes.TrimLeft(file[end:min(end+20, len(file))], "\r\n"), dataEnds) {
				size = bytes.Index(file[at:], dataEnds)
			}
			if size < 0 { // the file was cut off
				size = len(file) - at
			}
			s.data = file[at : at+size]
			at += size
			if !yield(s) {
				return
			}
		}
	}
}

// number returns a number of a dictionary, or otherwise where there is none or it
// stands in another object.
func number(dict, key string, otherwise int) int {
	m := regexp.MustCompile(`/` + key + `\s+(-?\d+)(\s+\d+\s+R)?`).FindStringSubmatch(dict)
	if m == nil || m[2] != "" {
		return otherwise
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

var (
	subtypeImage = regexp.MustCompile(`/Subtype\s*/Image`)
	filterNames  = regexp.MustCompile(`/Filter\s*(/\w+|\[[^\]]*\])`)
	parmsHere    = regexp.MustCompile(`(?s)/DecodeParms\s*(?:\[[^<\d]*)?<<(.*?)>>`)
	parmsThere   = regexp.MustCompile(`/DecodeParms\s*\[?\s*(\d+)\s+(\d+)\s+R`)
	aligned      = regexp.MustCompile(`/EncodedByteAlign\s+true`)
)

func (s *stream) isPicture() bool {
	return subtypeImage.MatchString(s.dict) || strings.Contains(s.dict, "/DCTDecode")
}

// parms returns the dictionary of what the last filter needs to know.
func (s *stream) parms() string {
	if m := parmsHere.FindStringSubmatch(s.dict); m != nil {
		return m[1]
	}
	if m := parmsThere.FindStringSubmatch(s.dict); m != nil {
		object := regexp.MustCompile(`(?s)\s` + m[1] + `\s+` + m[2] + `\s+obj(.{0,1000}?)endobj`)
		if m := object.FindSubmatch(s.file); m != nil {
			return string(m[1])
		}
	}
	return ""
}

// picture decodes a picture of the size that its dictionary tells.
func (s *stream) picture(w, h int) (image.Image, error) {
	var filters []string
	if m := filterNames.FindStringSubmatch(s.dict); m != nil {
		filters = strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune("/[] \r\n\t", r) })
	}
	switch {
	case slices.Contains(filters, "JPXDecode"):
		return nil, &UnsupportedError{JPEG2000}
	case slices.Contains(filters, "JBIG2Decode"):
		return nil, &UnsupportedError{JBIG2}
	}
	sane := w > 0 && h > 0 && w <= maxPixels && h <= maxPixels/w
	for i, filter := range filters {
		last := i == len(filters)-1
		switch {
		case filter == "DCTDecode" && last:
			return picture(s.data)
		case !sane:
			return nil, ErrDamaged
		case filter == "CCITTFaxDecode" && last:
			return s.fax(h)
		case filter == "FlateDecode":
			z, err := zlib.NewReader(bytes.NewReader(s.data))
			if err != nil {
				return nil, ErrDamaged
			}
			const largest = 8                                                      // bytes a pixel
			s.data, _ = io.ReadAll(io.LimitReader(z, int64(w)*int64(h)*largest+1)) // as far as it goes
			if last {
				s.data = unfiltered(s.data, s.parms())
			}
		case filter == "ASCII85Decode":
			text, _, _ := bytes.Cut(s.data, []byte("~>"))
			decoded := make([]byte, 4*len(text))
			n, _, _ := ascii85.Decode(decoded, bytes.TrimPrefix(text, []byte("<~")), true)
			s.data = decoded[:n]
		default:
			return nil, &UnsupportedError{OtherScan}
		}
	}
	if !sane {
		return nil, ErrDamaged
	}
	return s.samples(w, h)
}

// fax decodes what fax machines send (ITU-T T.4 and T.6), as far as it goes.
// Whether black is 0 or 1 makes no difference to who searches in both.
func (s *stream) fax(h int) (image.Image, error) {
	format := ccitt.Group3
	parms := s.parms()
	switch k := number(parms, "K", 0); {
	case k < 0:
		format = ccitt.Group4
	case k > 0:
		return nil, &UnsupportedError{OtherScan}
	}
	w := min(max(number(parms, "Columns", 1728), 1), maxPixels/h)
	page := image.NewGray(image.Rect(0, 0, w, h))
	err := ccitt.DecodeIntoGray(page, bytes.NewReader(s.data), ccitt.MSB, format, &ccitt.Options{Align: aligned.MatchString(parms)})
	if err != nil && !bytes.Contains(page.Pix, []byte{0xff}) {
		return nil, ErrDamaged
	}
	return page, nil
}

// unfiltered undoes the filters of PNG (PNG specification, 9.2), which a PDF may
// have applied to rows of another length than the picture's.
func unfiltered(data []byte, parms string) []byte {
	const png = 10
	if number(parms, "Predictor", 1) < png {
		return data
	}
	bits := number(parms, "Colors", 1) * number(parms, "BitsPerComponent", 8)
	size := (number(parms, "Columns", 1)*bits + 7) / 8
	left := max(bits/8, 1) // how far the pixel to the left is
	if size <= 0 || bits > 64 {
		return nil
	}
	out := data[:0]
	above := make([]byte, size)
	for len(data) > 1 {
		filter, row := data[0], bytes.Clone(data[1:min(1+size, len(data))])
		data = data[min(1+size, len(data)):]
		for i := range row {
			var a, c int
			b := int(above[i])
			if i >= left {
				a, c = int(row[i-left]), int(above[i-left])
			}
			switch filter {
			case 1:
				row[i] += byte(a)
			case 2:
				row[i] += byte(b) //nolint:gosec // modulo 256, as PNG filters are
			case 3:
				row[i] += byte((a + b) / 2) //nolint:gosec // modulo 256, as PNG filters are
			case 4:
				row[i] += byte(nearest(a, b, c)) //nolint:gosec // modulo 256, as PNG filters are
			}
		}
		out = append(out, row...)
		copy(above, row)
	}
	return out
}

// nearest is PNG's Paeth predictor.
func nearest(a, b, c int) int {
	distance := func(x int) int { return max(a+b-c-x, x-a-b+c) }
	switch {
	case distance(a) <= distance(b) && distance(a) <= distance(c):
		return a
	case distance(b) <= distance(c):
		return b
	}
	return c
}

// samples makes a picture in grey of what was not packed, or is unpacked. How many
// samples a pixel has is told by how many there are.
func (s *stream) samples(w, h int) (image.Image, error) {
	bits := max(number(s.dict, "BitsPerComponent", 1), 1)
	perPixel := 1
	for ; perPixel < 4 && h*((w*(perPixel+1)*bits+7)/8) <= len(s.data); perPixel++ {
	}
	row := (w*perPixel*bits + 7) / 8
	if len(s.data) < row || bits > 16 {
		return nil, ErrDamaged
	}
	page := image.NewGray(image.Rect(0, 0, w, min(h, len(s.data)/row)))
	for y := range page.Rect.Dy() {
		line := s.data[y*row:][:row]
		for x := range w {
			at := x * perPixel * bits
			if perPixel >= 3 {
				at += bits // green is nearest to the luminance
			}
			if at/8 >= len(line) {
				break
			}
			v := line[at/8]
			if bits < 8 {
				v = v << (at % 8) >> (8 - bits) * (255 / (1<<bits - 1))
			}
			page.Pix[y*page.Stride+x] = v
		}
	}
	return page, nil
}
