package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"
	"slices"

	"github.com/bep/imagemeta"

	"tipbox/intake"
)

// workCost is what an image costs beside its decoding: two pictures of 1600 by
// 1600 (scaled, turned), a band of rows, and the encoded JPEG.
const workCost = 32 << 20

// header is what is known of an image before its pixels are decoded.
type header struct {
	width, height int
	cost          int64 // bytes that decoding and all work after it take at most
	pixels        func() (image.Image, error)
	// EXIF is looked for here, in this format; nil where there is none.
	exif       io.ReadSeeker
	exifFormat imagemeta.ImageFormat
}

// readHeader returns what there is to know before decoding. The picture will be
// made smaller, to side pixels on its longer side.
func (c *Cleaner) readHeader(upload []byte) (h *header, err error) {
	defer recovered(&err)
	read, err := sniff(upload)
	if err != nil {
		return nil, err
	}
	h, err = read(upload, c.o.MaxSide)
	switch {
	case errors.Is(err, intake.ErrPhotoPixels):
		return nil, err
	case err != nil, h.width <= 0, h.height <= 0:
		return nil, intake.ErrPhotoFormat
	}
	h.cost += workCost
	if max(h.width, h.height) > 1<<16 || int64(h.width)*int64(h.height) > c.o.MaxPixels || h.cost > c.large.size {
		return nil, intake.ErrPhotoPixels
	}
	return h, nil
}

// decode decodes the image.
func (h *header) decode() (img image.Image, err error) {
	defer recovered(&err)
	img, err = h.pixels()
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

// sniff tells the format by its first bytes, whatever the upload was called, and
// returns what reads its header.
func sniff(b []byte) (func(upload []byte, side int) (*header, error), error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8")):
		return readJPEG, nil
	case bytes.HasPrefix(b, []byte(pngSignature)):
		return readPNG, nil
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return readGIF, nil
	case len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return readWebP, nil
	case bytes.HasPrefix(b, []byte("BM")):
		return readBMP, nil
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
func (h *header) orientation() int {
	found := 1
	if h.exif == nil {
		return found
	}
	isIt := func(t imagemeta.TagInfo) bool {
		return t.Source == imagemeta.EXIF && t.Namespace == "IFD0" && t.Tag == "Orientation"
	}
	// An error leaves what was found: a photo with damaged EXIF is still a photo.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: h.exif, ImageFormat: h.exifFormat, Sources: imagemeta.EXIF,
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
