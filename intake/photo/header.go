package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"

	"github.com/bep/imagemeta"
	"golang.org/x/image/webp"

	"tipbox/intake"
	"tipbox/intake/photo/jpegscan"
)

// workCost is what an image costs beside its decoding: two pictures of 1600 by
// 1600 (scaled, turned), a band of rows, and the encoded JPEG.
const workCost = 32 << 20

// maxScanned is how many pixels the scans of a JPEG may go over: at 50 megapixels,
// 16 scans of one component.
const maxScanned = 800_000_000

// header is what is known of an image before its pixels are decoded.
type header struct {
	format        *format
	width, height int
	cost          int64 // bytes that decoding and all work after it take at most
}

// format is one kind of image and how it is read.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	// memory returns how many bytes decode allocates at most.
	memory func(upload []byte, c image.Config) int64
	exif   imagemeta.ImageFormat // zero where the format has no EXIF
}

var (
	jpegFormat = format{jpeg.DecodeConfig, jpeg.Decode, jpegMemory, imagemeta.JPEG}
	pngFormat  = format{png.DecodeConfig, png.Decode, pngMemory, imagemeta.PNG}
	webpFormat = format{webp.DecodeConfig, webp.Decode, webpMemory, imagemeta.WebP}
	gifFormat  = format{gif.DecodeConfig, gif.Decode, gifMemory, 0}
)

// readHeader returns what there is to know before decoding.
func readHeader(upload []byte) (h *header, err error) {
	defer recovered(&err)
	f, err := sniff(upload)
	if err != nil {
		return nil, err
	}
	c, err := f.config(bytes.NewReader(upload))
	if err != nil || c.Width <= 0 || c.Height <= 0 {
		return nil, intake.ErrPhotoFormat
	}
	if max(c.Width, c.Height) > 1<<16 || f == &jpegFormat && jpegscan.TooMany(upload, c.Width, c.Height, maxScanned) {
		return nil, intake.ErrPhotoPixels
	}
	return &header{
		format: f, width: c.Width, height: c.Height,
		cost: workCost + f.memory(upload, c),
	}, nil
}

// decode decodes the image.
func (h *header) decode(upload []byte) (img image.Image, err error) {
	defer recovered(&err)
	img, err = h.format.decode(bytes.NewReader(upload))
	if err != nil || img.Bounds().Empty() {
		return nil, intake.ErrPhotoFormat
	}
	return img, nil
}

// recovered makes a decoder's panic over a malformed image a plain refusal.
func recovered(err *error) {
	if recover() != nil {
		*err = intake.ErrPhotoFormat
	}
}

// sniff tells the format by its first bytes, whatever the upload was called.
func sniff(b []byte) (*format, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return &jpegFormat, nil
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return &pngFormat, nil
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return &gifFormat, nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		// The decoder allocates what the chunks say they hold.
		if int64(binary.LittleEndian.Uint32(b[4:]))+8 > int64(len(b)) {
			return nil, intake.ErrPhotoFormat
		}
		return &webpFormat, nil
	case isHEIF(b):
		return nil, intake.ErrPhotoHEIC
	}
	return nil, intake.ErrPhotoFormat
}

// heifBrands are the brands of HEIC and AVIF files (ISO/IEC 23008-12, AV1 Image
// File Format); mp4 and its like have others.
var heifBrands = []string{
	"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2", "msf1", "avif", "avis",
}

// isHEIF reads the first box, "ftyp": size, type, major brand, version, and the
// brands it is compatible with.
func isHEIF(b []byte) bool {
	if len(b) < 12 || string(b[4:8]) != "ftyp" {
		return false
	}
	brands := b[8:min(len(b), int(min(max(binary.BigEndian.Uint32(b), 12), 256)))]
	for ; len(brands) >= 4; brands = brands[4:] {
		if slices.Contains(heifBrands, string(brands[:4])) {
			return true
		}
	}
	return false
}

// orientation returns the EXIF orientation, 1 to 8, of the image itself, not of
// its thumbnail, and 1 where there is none that can be read.
func (h *header) orientation(upload []byte) int {
	found, f := 1, h.format.exif
	if f == 0 {
		return found
	}
	isIt := func(t imagemeta.TagInfo) bool {
		return t.Source == imagemeta.EXIF && t.Namespace == "IFD0" && t.Tag == "Orientation"
	}
	// An error leaves what was found: a photo with damaged EXIF is still a photo.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(upload), ImageFormat: f, Sources: imagemeta.EXIF,
		ShouldHandleTag: isIt,
		// The value is of 2 bytes. Whatever is larger is passed over, and with it the
		// offsets of further directories: a tag may hold thousands, all of one large
		// directory, which would be walked for each.
		LimitTagSize: 2,
		HandleTag: func(t imagemeta.TagInfo) error {
			if v, ok := t.Value.(uint16); ok && v >= 1 && v <= 8 {
				found = int(v)
			}
			return imagemeta.ErrStopWalking
		},
	})
	return found
}
