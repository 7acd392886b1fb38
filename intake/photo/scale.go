package photo

import (
	"bytes"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
)

// fit returns the size of a picture of w by h pixels whose longer side is at
// most side.
func fit(w, h, side int) (int, int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}
	return max(1, (w*side+long/2)/long), max(1, (h*side+long/2)/long)
}

// bandRows is how many rows of the source are converted at a time.
const bandRows = 16

// scale returns src at w by h pixels, at most its own size, on white. Each pixel
// is the mean of the area it covers, which for making smaller neither blurs nor
// aliases. (golang.org/x/image/draw's CatmullRom would take 150 MB beside a photo
// of 12 megapixels, and five times as long; its ApproxBiLinear loses pixels.)
func scale(src image.Image, w, h int) *image.RGBA {
	from := src.Bounds()
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	rows := newAreaRows(dst, from.Dx(), from.Dy())
	band := image.NewRGBA(image.Rect(0, 0, from.Dx(), bandRows))
	for top := from.Min.Y; top < from.Max.Y; top += bandRows {
		n := min(bandRows, from.Max.Y-top)
		r := image.Rect(0, 0, from.Dx(), n)
		draw.Draw(band, r, image.White, image.Point{}, draw.Src)
		draw.Draw(band, r, src, image.Pt(from.Min.X, top), draw.Over)
		for y := range n {
			rows.add(band.Pix[y*band.Stride:][:4*from.Dx()])
		}
	}
	return dst
}

// areaRows takes a picture row by row and makes it smaller. With w columns from
// W, a source column is w/W of a target column wide and lies in one target
// column, or across the border of two.
type areaRows struct {
	dst     *image.RGBA
	columns []share // of each source column
	height  int     // rows of the source
	y       int     // rows taken
	row     []float32
	sum     []float32 // of the target row that is being filled
}

// share is how a source column or row is split: first of it goes to the target
// at, and next to the one after.
type share struct {
	at          int
	first, next float32
}

func newAreaRows(dst *image.RGBA, width, height int) *areaRows {
	w := dst.Rect.Dx()
	a := &areaRows{
		dst: dst, columns: make([]share, width), height: height,
		row: make([]float32, 3*(w+1)), sum: make([]float32, 3*(w+1)),
	}
	for x := range a.columns {
		a.columns[x] = split(x, w, width)
	}
	return a
}

// split returns the shares of source element i when m of them become n.
func split(i, n, m int) share {
	at, begin, end := i*n/m, i*n, (i+1)*n // in units of 1/m
	border := (at + 1) * m
	if end <= border {
		return share{at, float32(end-begin) / float32(m), 0}
	}
	return share{at, float32(border-begin) / float32(m), float32(end-border) / float32(m)}
}

// add takes the next row of the source, as RGBA.
func (a *areaRows) add(pix []byte) {
	clear(a.row)
	for x, c := range a.columns {
		r, g, b := float32(pix[4*x]), float32(pix[4*x+1]), float32(pix[4*x+2])
		to := a.row[3*c.at : 3*c.at+6 : 3*c.at+6]
		to[0] += c.first * r
		to[1] += c.first * g
		to[2] += c.first * b
		to[3] += c.next * r
		to[4] += c.next * g
		to[5] += c.next * b
	}
	s := split(a.y, a.dst.Rect.Dy(), a.height)
	for i, v := range a.row {
		a.sum[i] += s.first * v
	}
	a.y++
	if a.y*a.dst.Rect.Dy() < (s.at+1)*a.height {
		return
	}
	out := a.dst.Pix[s.at*a.dst.Stride:][:a.dst.Stride]
	for x := range a.dst.Rect.Dx() {
		out[4*x] = uint8(a.sum[3*x] + 0.5)
		out[4*x+1] = uint8(a.sum[3*x+1] + 0.5)
		out[4*x+2] = uint8(a.sum[3*x+2] + 0.5)
		out[4*x+3] = 255
	}
	for i, v := range a.row {
		a.sum[i] = s.next * v
	}
}

// turn returns the picture upright. Orientation is as in EXIF (CIPA DC-008,
// 4.6.5.1.6): 1 is upright, 3 upside down, 6 and 8 lie on a side, the others are
// mirrored.
func turn(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dw, dh := w, h
	if orientation >= 5 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range dh {
		for x := range dw {
			var sx, sy int
			switch orientation {
			case 2:
				sx, sy = w-1-x, y
			case 3:
				sx, sy = w-1-x, h-1-y
			case 4:
				sx, sy = x, h-1-y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, h-1-x
			case 7:
				sx, sy = w-1-y, h-1-x
			case 8:
				sx, sy = w-1-y, x
			}
			copy(dst.Pix[dst.PixOffset(x, y):][:4], src.Pix[src.PixOffset(sx, sy):][:4])
		}
	}
	return dst
}

// errFull ends an encoding that grows over its limit.
var errFull = errors.New("over the limit")

// encodeJPEG returns the picture as a JPEG, or nil where that is over the limit.
// The encoder writes tables, frame and scan, and no other segment.
func encodeJPEG(img image.Image, quality, limit int) ([]byte, error) {
	w := limited{left: limit}
	err := jpeg.Encode(&w, img, &jpeg.Options{Quality: quality})
	if errors.Is(err, errFull) {
		return nil, nil
	}
	return w.Bytes(), err
}

type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, errFull
	}
	return l.Buffer.Write(b)
}
