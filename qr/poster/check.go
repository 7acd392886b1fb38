package poster

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"tipbox/qr"
)

// ScanError says that a page's own rendering does not read as its link. Such a
// page is never written.
type ScanError struct {
	Link string
	Read string // "" where nothing could be read
	Err  error
}

func (e *ScanError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the drawn code of %s cannot be read: %v", e.Link, e.Err)
	}
	return fmt.Sprintf("the drawn code of %s reads as %q", e.Link, e.Read)
}

func (e *ScanError) Unwrap() error { return e.Err }

// checkPixels is how many pixels a module has when a page checks itself.
const checkPixels = 4

// check paints each QR code with all that lies on and around it, reads it back
// and compares. Nothing may stand in the quiet zone.
func (p *Page) check() error {
	for _, s := range p.symbols {
		scale := checkPixels / s.module()
		around := s.inset(-2 * s.module())
		if err := readsAs(p.render(around, scale), s.symbol.Link); err != nil {
			return err
		}
		if err := p.checkQuiet(s, scale); err != nil {
			return err
		}
	}
	return nil
}

func (p *Page) checkQuiet(s placed, scale float64) error {
	img := p.render(s.box, scale)
	quiet := qr.QuietZone*checkPixels - 1 // the border's last pixel may be blended
	inner := img.Rect.Inset(quiet)
	for y := img.Rect.Min.Y + 1; y < img.Rect.Max.Y-1; y++ {
		for x := img.Rect.Min.X + 1; x < img.Rect.Max.X-1; x++ {
			if !(image.Point{X: x, Y: y}).In(inner) && img.RGBAAt(x, y) != (color.RGBA{255, 255, 255, 255}) {
				return fmt.Errorf("something stands in the quiet zone of the code of %s", s.symbol.Link)
			}
		}
	}
	return nil
}

func readsAs(img image.Image, link string) error {
	g := image.NewGray(img.Bounds())
	draw.Draw(g, g.Rect, img, img.Bounds().Min, draw.Src)
	read, err := qr.Decode(g)
	if err != nil || read != link {
		return &ScanError{link, read, err}
	}
	return nil
}
