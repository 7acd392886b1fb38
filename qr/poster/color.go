package poster

import (
	"fmt"
	"math"
	"strconv"
)

// Color is an sRGB colour.
type Color struct{ R, G, B uint8 }

// DefaultColor is the green of posters whose unit has chosen no colour.
var DefaultColor = Color{0x14, 0x57, 0x43}

var (
	white = Color{255, 255, 255}
	ink   = Color{0x1d, 0x22, 0x20}
	muted = Color{0x56, 0x5d, 0x5a} // further languages, beside the first
)

// minContrast is what WCAG 2.2 asks of text at level AA (1.4.3).
const minContrast = 4.5

// ParseColor reads "#rrggbb".
func ParseColor(s string) (Color, error) {
	if len(s) == 7 && s[0] == '#' {
		if v, err := strconv.ParseUint(s[1:], 16, 24); err == nil {
			return Color{uint8(v >> 16), uint8(v >> 8 & 0xff), uint8(v & 0xff)}, nil
		}
	}
	return Color{}, fmt.Errorf("%q is not a colour: expected one such as %q", s, DefaultColor)
}

// String returns the colour as "#rrggbb".
func (c Color) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// luminance is WCAG's relative luminance, 0 for black to 1 for white.
func (c Color) luminance() float64 {
	lin := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B)
}

// contrast returns WCAG's contrast ratio of two colours, 1 to 21.
func contrast(a, b Color) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// mix returns the colour that is part of the way from c to o.
func (c Color) mix(o Color, part float64) Color {
	m := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (float64(b)-float64(a))*part)) }
	return Color{m(c.R, o.R), m(c.G, o.G), m(c.B, o.B)}
}

// ContrastError refuses a colour that text cannot be read in or on.
type ContrastError struct {
	Color    Color
	Contrast float64 // with its pale tint, the worst of the grounds it stands on
	Nearest  Color   // of the same hue, that is good
}

func (e *ContrastError) Error() string {
	return fmt.Sprintf("colour %s is too light: text in it or on it has a contrast of %.1f to 1, and at least %.1f is needed; the nearest good one is %s",
		e.Color, math.Floor(e.Contrast*10)/10, minContrast, e.Nearest)
}

// CheckColor returns a *ContrastError where c is too light to carry white text
// and to be read on white paper and on the posters' tint of it.
func CheckColor(c Color) error {
	if good(c) {
		return nil
	}
	// The part of black that just suffices, found by halving: contrast only grows with it.
	lo, hi := 0.0, 1.0
	for range 12 {
		if mid := (lo + hi) / 2; good(c.mix(Color{}, mid)) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return &ContrastError{c, contrast(c, tint(c)), c.mix(Color{}, hi)}
}

// good looks at the pale tint only: white contrasts more.
func good(c Color) bool { return contrast(c, tint(c)) >= minContrast }

// tint is the pale background made of a poster's colour.
func tint(c Color) Color { return c.mix(white, 0.92) }
