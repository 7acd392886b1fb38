package qr

import (
	"image"
	"math"

	"github.com/makiuchi-d/gozxing"
	multiqr "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// Found is a QR code in a photo.
type Found struct {
	Text string
	At   image.Rectangle // roughly, in the photo's pixels
}

// Read returns every QR code that it can read in a photo, of any size, in the
// order in which they were found. A code that is found is painted over and the
// search goes on, since a second one beside or over the first is what a patrol
// looks for. It always does the same work for photos of one size.
func Read(photo image.Image) []Found {
	s := &search{photo: grayOf(photo)}
	b := s.photo.Rect
	long := max(b.Dx(), b.Dy())
	if b.Empty() {
		return nil
	}
	for _, side := range []int{1600, 1000, 600} {
		if side < long || side == 600 || long <= 1600 && side == 1600 {
			s.look(b, min(side, long), 1, plain)
		}
	}
	s.look(b, min(1200, long), 1, stretched)
	s.look(b, min(1200, long), 1, blurred)
	s.look(b, min(800, long), 1, sharpened)
	for _, aspect := range []float64{1.6, 1 / 1.6} { // taken from the side, from below
		s.look(b, min(1200, long), aspect, plain)
	}
	// Small codes in a large photo. A thin strip would have any number of tiles.
	if long > 2000 && long <= 6*min(b.Dx(), b.Dy()) {
		for _, t := range tiles(b) {
			s.look(t, 1300, 1, plain)
		}
	}
	if long < 1000 {
		s.look(b, 2*long, 1, plain)
		s.look(b, 2*long, 1, sharpened)
	}
	return s.found
}

// search is a photo in which codes already found are painted over.
type search struct {
	photo *image.Gray
	found []Found
}

// treatment is what is done to a scaled copy before it is searched.
type treatment func(*image.Gray) *image.Gray

// look searches a part of the photo scaled so that its longer side has so many
// pixels, and then made wider by aspect or, below 1, taller. It searches first
// for several codes at once, then for one at a time: the two ways do not find
// the same ones.
func (s *search) look(part image.Rectangle, side int, aspect float64, treat treatment) {
	k := float64(side) / float64(max(part.Dx(), part.Dy()))
	fx, fy := k*max(aspect, 1), k*max(1/aspect, 1)
	scaled := treat(scale(s.photo, part, int(float64(part.Dx())*fx), int(float64(part.Dy())*fy)))
	add := func(r result) {
		corners := r.corners()
		paint(scaled, corners)
		for i, c := range corners {
			corners[i] = vec{float64(part.Min.X) + c.x/fx, float64(part.Min.Y) + c.y/fy}
		}
		s.add(r.text, corners)
	}
	for _, r := range several(scaled) {
		add(r)
	}
	for range 3 {
		r := single(scaled)
		if r == nil {
			return
		}
		add(*r)
	}
}

// add notes a code and paints it over.
func (s *search) add(text string, corners [4]vec) {
	at := around(corners).Intersect(s.photo.Rect)
	for _, f := range s.found {
		if f.Text == text && middle(f.At).In(at) {
			return // what was left of one already found
		}
	}
	s.found = append(s.found, Found{text, at})
	paint(s.photo, corners)
}

func middle(r image.Rectangle) image.Point { return r.Min.Add(r.Max).Div(2) }

// tiles covers a photo with overlapping squares of about half its shorter side.
func tiles(b image.Rectangle) []image.Rectangle {
	side := min(b.Dx(), b.Dy()) * 5 / 8
	var list []image.Rectangle
	nx := int(math.Ceil(float64(b.Dx()-side)/(float64(side)*0.75))) + 1
	ny := int(math.Ceil(float64(b.Dy()-side)/(float64(side)*0.75))) + 1
	for j := range ny {
		for i := range nx {
			at := image.Pt(b.Min.X+(b.Dx()-side)*i/max(nx-1, 1), b.Min.Y+(b.Dy()-side)*j/max(ny-1, 1))
			list = append(list, image.Rectangle{at, at.Add(image.Pt(side, side))})
		}
	}
	return list
}

// result is a decoded code; points are the centres of its finder patterns: bottom
// left, top left, top right.
type result struct {
	text   string
	points [3]vec
}

func toResult(r *gozxing.Result) (result, bool) {
	p := r.GetResultPoints()
	if len(p) < 3 {
		return result{}, false
	}
	out := result{text: r.GetText()}
	for i := range out.points {
		out.points[i] = vec{p[i].GetX(), p[i].GetY()}
	}
	return out, true
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

func several(img *image.Gray) (found []result) {
	defer func() { _ = recover() }() // the decoder panics on some images, and we over some: then there is no code in them
	bitmap, err := gozxing.NewBinaryBitmap(gozxing.NewHybridBinarizer(luminance(img)))
	if err != nil {
		return nil
	}
	list, err := multiqr.NewQRCodeMultiReader().DecodeMultiple(bitmap, atMost(maxFindersOfSeveral))
	if err != nil {
		return nil
	}
	for _, r := range list {
		if one, ok := toResult(r); ok {
			found = append(found, one)
		}
	}
	return found
}

func single(img *image.Gray) *result {
	// Not TRY_HARDER: it takes rough plaster for finder patterns by the hundred, and
	// the work grows with their cube.
	for _, binarizer := range []func(gozxing.LuminanceSource) gozxing.Binarizer{gozxing.NewHybridBinarizer, gozxing.NewGlobalHistgramBinarizer} {
		if r := singleWith(img, binarizer); r != nil {
			return r
		}
	}
	return nil
}

func singleWith(img *image.Gray, binarizer func(gozxing.LuminanceSource) gozxing.Binarizer) (found *result) {
	defer func() { _ = recover() }()
	bitmap, err := gozxing.NewBinaryBitmap(binarizer(luminance(img)))
	if err != nil {
		return nil
	}
	r, err := qrcode.NewQRCodeReader().Decode(bitmap, atMost(maxFindersOfOne))
	if err != nil {
		return nil
	}
	if one, ok := toResult(r); ok {
		return &one
	}
	return nil
}
