// Package photo makes an uploaded image harmless: it decodes it in bounded
// memory, turns it upright, scales it down and encodes it anew, so that nothing
// of the camera is left: no EXIF, XMP, IPTC, colour profile, thumbnail, comment,
// or anything hidden behind the image. Nothing touches a file.
package photo

import (
	"context"
	"errors"
	"fmt"
	"image"

	"tipbox/intake"
)

// Options bound what is decoded. The zero value is ready to use.
type Options struct {
	// Memory is how many bytes all images in work may take together, 512 MiB by
	// default: a JPEG of 12 megapixels takes 50, one of 200 the same, a progressive
	// one of 200 about 130, a PNG of 100 takes 430. An image that would need more
	// than this alone is refused; others wait for their turn. An eighth is for
	// images that fit it (a phone's photo does), so that no flood of huge ones
	// keeps a phone's photo waiting. Go's garbage comes on top: give the process a
	// memory limit (GOMEMLIMIT) that leaves room for it.
	Memory int64
	// MaxPixels is how many pixels an image may have, 210 million by default, which
	// is more than any phone takes. What is no JPEG may have 100 million.
	MaxPixels int64
	// MaxSide is how long the longer side of a cleaned photo is, 1600 by default.
	// A smaller photo is not made larger.
	MaxSide int
}

// Cleaner makes photos harmless. It satisfies intake.Photos and may be used by
// many goroutines at once.
type Cleaner struct {
	o            Options
	large, small *room
}

var _ intake.Photos = (*Cleaner)(nil)

// New returns a cleaner.
func New(o Options) *Cleaner {
	if o.Memory == 0 {
		o.Memory = 512 << 20
	}
	if o.MaxPixels == 0 {
		o.MaxPixels = 210_000_000
	}
	if o.MaxSide == 0 {
		o.MaxSide = 1600
	}
	small := o.Memory / 8
	return &Cleaner{o: o, large: newRoom(o.Memory-small, largeQueue), small: newRoom(small, smallQueue)}
}

// Clean returns the image as an upright JPEG of at most limit bytes.
//
// It reads JPEG, PNG, BMP, and the first picture of a GIF, an animated PNG or
// WebP; transparency becomes white. It forgives what phones and browsers forgive:
// of a damaged photo there comes what they show of it. It returns intake.ErrPhotoHEIC for HEIC and
// AVIF, intake.ErrPhotoPixels for what is too large to decode,
// intake.ErrPhotoFormat for all else that cannot be read, and intake.ErrBusy where
// ctx ends before there is room to decode, or too many wait for room already.
func (c *Cleaner) Clean(ctx context.Context, upload []byte, limit int) ([]byte, error) {
	h, err := c.readHeader(upload)
	if err != nil {
		return nil, err
	}
	leave, err := c.enter(ctx, h.cost)
	if err != nil {
		return nil, fmt.Errorf("waiting to decode: %w", err)
	}
	defer leave()

	img, err := h.decode()
	if err != nil {
		return nil, err
	}
	w, ht := fit(h.width, h.height, c.o.MaxSide)
	small := scale(img, w, ht)
	return encode(turn(small, h.orientation()), limit)
}

// errLimit says that even a tiny picture is over the limit.
var errLimit = errors.New("photo does not fit its limit")

// encode returns the picture as a JPEG of at most limit bytes: first with lower
// quality, then with fewer pixels.
func encode(img *image.RGBA, limit int) ([]byte, error) {
	for {
		for _, quality := range []int{85, 75, 65, 50} {
			b, err := encodeJPEG(img, quality, limit)
			if err != nil {
				return nil, fmt.Errorf("encoding: %w", err)
			}
			if b != nil {
				return b, nil
			}
		}
		w, h := img.Rect.Dx()*3/4, img.Rect.Dy()*3/4
		if max(w, h) < 64 {
			return nil, errLimit
		}
		img = scale(img, max(w, 1), max(h, 1))
	}
}
