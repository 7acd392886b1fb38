package qr

import (
	"image"
	"testing"
)

// TestManyFinders: a sheet of finder patterns, as anyone may paste on a wall, is
// given up before the search for those that belong together begins: it would
// take hours. So would the tiles of a thin strip.
func TestManyFinders(t *testing.T) {
	s, err := New("https://tip.example.vn/t/ncs01")
	if err != nil {
		t.Fatal(err)
	}
	const module, sheet = 3, 2400
	finder := paintSymbol(s, module).SubImage(image.Rect(0, 0, (QuietZone+8)*module, (QuietZone+8)*module)).(*image.Gray)
	pattern := image.NewGray(image.Rect(0, 0, sheet, sheet))
	side := 9 * module // without most of the quiet zone
	for y := range sheet {
		for x := range sheet {
			at := (QuietZone - 1) * module
			pattern.SetGray(x, y, finder.GrayAt(at+x%side, at+y%side))
		}
	}
	for name, img := range map[string]image.Image{
		"finder patterns": pattern,
		"a thin strip":    image.NewGray(image.Rect(0, 0, 60_000, 3)),
	} {
		if found := Read(img); found != nil {
			t.Errorf("%s: read %q", name, texts(found))
		}
	}
}
