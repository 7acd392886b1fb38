package qr

import (
	"image"
	"math"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common"
	multi "github.com/makiuchi-d/gozxing/multi/qrcode/detector"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// binarizers tell dark from light: by what lies around, and by the whole picture.
var binarizers = []func(gozxing.LuminanceSource) gozxing.Binarizer{gozxing.NewHybridBinarizer, gozxing.NewGlobalHistgramBinarizer}

// modules returns what is dark in the picture, or nil where nothing can be told
// from the rest.
func modules(img *image.Gray, binarizer func(gozxing.LuminanceSource) gozxing.Binarizer) (m *gozxing.BitMatrix) {
	defer func() { _ = recover() }() // as in detect
	bitmap, err := gozxing.NewBinaryBitmap(binarizer(luminance(img)))
	if err != nil {
		return nil
	}
	m, err = bitmap.GetBlackMatrix()
	if err != nil {
		return nil
	}
	return m
}

// How many finder patterns a search takes on. Its work grows with their cube, and
// anyone may paste a sheet of thousands on a wall. Four sheets of eight stickers
// have 96; the search for one code is quicker, and meets more that are none.
const (
	maxFindersOfSeveral = 120
	maxFindersOfOne     = 300
)

// atMost makes a search panic over one finder pattern more, before it begins to
// try which belong together: the decoder has no other way to be stopped.
func atMost(finders int) map[gozxing.DecodeHintType]any {
	count := func(gozxing.ResultPoint) {
		if finders--; finders < 0 {
			panic("too many finder patterns")
		}
	}
	return map[gozxing.DecodeHintType]any{
		gozxing.DecodeHintType_NEED_RESULT_POINT_CALLBACK: gozxing.ResultPointCallback(count),
	}
}

// several searches for codes by every three finder patterns that may be one's.
func several(m *gozxing.BitMatrix) []code {
	return detect(func() ([]*common.DetectorResult, error) {
		return multi.NewMultiDetector(m).DetectMulti(atMost(maxFindersOfSeveral))
	})
}

// single searches for one code by the three finder patterns that are most alike.
// Not TRY_HARDER: it takes rough plaster for finder patterns by the hundred, and
// the work grows with their cube.
func single(m *gozxing.BitMatrix) []code {
	return detect(func() ([]*common.DetectorResult, error) {
		one, err := detector.NewDetector(m).Detect(atMost(maxFindersOfOne))
		return []*common.DetectorResult{one}, err
	})
}

// detect returns the codes among what a search found, with "" for the text of what
// is a code by its fixed patterns and cannot be read.
func detect(search func() ([]*common.DetectorResult, error)) (list []code) {
	defer func() { _ = recover() }() // the decoder panics on some images, and we over some: then there is no code in them
	candidates, err := search()
	if err != nil {
		return nil
	}
	for _, candidate := range candidates {
		fixed := isCode(candidate.GetBits()) // first, for the decoder changes what it is given
		if text := textOf(candidate.GetBits()); text != "" || fixed {
			list = append(list, codeAt(text, candidate))
		}
	}
	return list
}

// textOf returns what a symbol says, or "".
func textOf(m *gozxing.BitMatrix) (text string) {
	defer func() { _ = recover() }() // one that makes the decoder panic must not hide the others
	result, err := decoder.NewDecoder().Decode(m, nil)
	if err != nil {
		return ""
	}
	return result.GetText()
}

func codeAt(text string, found *common.DetectorResult) code {
	c := code{text: text}
	var points [3]gozxing.ResultPoint
	copy(points[:], found.GetPoints())
	for i, p := range points {
		c.finders[i] = vec{p.GetX(), p.GetY()}
	}
	bl, tl, tr := c.finders[0], c.finders[1], c.finders[2]
	between := (math.Hypot(tr.x-tl.x, tr.y-tl.y) + math.Hypot(bl.x-tl.x, bl.y-tl.y)) / 2
	count := float64(found.GetBits().GetWidth() - finderSide)
	c.margin = finderSide / 2.0 / count
	c.module = vec{between / count, between / count}
	return c
}

// finderSide is a finder pattern's side in modules.
const finderSide = 7

// isCode reports whether modules have what every symbol has (ISO/IEC 18004, 6.3):
// three finder patterns, and the timing patterns between them, but for what a bad
// photo spoils. What a photo shows else does not.
func isCode(m *gozxing.BitMatrix) bool {
	n := m.GetWidth()
	wrong := 0
	differs := func(x, y int, dark bool) {
		if m.Get(x, y) != dark {
			wrong++
		}
	}
	for y := range finderSide {
		for x := range finderSide {
			ring := max(abs(x-finderSide/2), abs(y-finderSide/2))
			for _, at := range []image.Point{{x, y}, {n - finderSide + x, y}, {x, n - finderSide + y}} {
				differs(at.X, at.Y, ring != 2)
			}
		}
	}
	if wrong > 3*finderSide*finderSide/8 {
		return false
	}
	wrong = 0
	for i := finderSide + 1; i < n-finderSide-1; i++ {
		differs(i, finderSide-1, i%2 == 0)
		differs(finderSide-1, i, i%2 == 0)
	}
	return wrong <= (n-2*finderSide-2)/3
}

func abs(n int) int { return max(n, -n) }

// wipe makes light what the finder patterns of a code cover.
func wipe(m *gozxing.BitMatrix, c code) {
	rx, ry := c.module.x*finderSide/math.Sqrt2, c.module.y*finderSide/math.Sqrt2 // turned by any angle
	for _, p := range c.finders {
		for y := max(int(p.y-ry), 0); y <= min(int(p.y+ry), m.GetHeight()-1); y++ {
			for x := max(int(p.x-rx), 0); x <= min(int(p.x+rx), m.GetWidth()-1); x++ {
				if dx, dy := (float64(x)-p.x)/rx, (float64(y)-p.y)/ry; dx*dx+dy*dy <= 1 {
					m.Unset(x, y)
				}
			}
		}
	}
}
