package qr

import (
	"errors"
	"fmt"
	"image"
	"strings"
	"testing"
)

// TestVersions holds the measured table: H up to version 4, else Q.
func TestVersions(t *testing.T) {
	for _, c := range []struct {
		link    string
		level   Level
		version int
	}{
		{"https://tip.example.vn/t/ncs01", LevelH, 4},
		{"https://gopy.bienphongdienbien.vn/t/ncs01", LevelQ, 4},
		{"https://gopy.congan.dienbien.gov.vn/t/ncs01-k7q2", LevelQ, 5},
	} {
		s, err := New(c.link)
		if err != nil {
			t.Fatal(err)
		}
		if s.Level != c.level || s.Version() != c.version {
			t.Errorf("%s: level %s version %d, want %s %d", c.link, s.Level, s.Version(), c.level, c.version)
		}
	}
	if _, err := New(strings.Repeat("x", 3000)); err == nil {
		t.Error("3,000 characters made a symbol")
	}
	if _, err := New(""); err == nil {
		t.Error("an empty link made a symbol")
	}
}

// paintSymbol draws the symbol with its quiet zone, px pixels a module.
func paintSymbol(s *Symbol, px int) *image.Gray {
	n := (s.Size() + 2*QuietZone) * px
	g := image.NewGray(image.Rect(0, 0, n, n))
	for y := range n {
		for x := range n {
			if !s.Dark(x/px-QuietZone, y/px-QuietZone) {
				g.Pix[y*g.Stride+x] = 255
			}
		}
	}
	return g
}

// TestDecode reads symbols back, among them three whose data looks like a finder
// pattern and which the search for one code does not find.
func TestDecode(t *testing.T) {
	for _, n := range []int{1, 2, 3, 547, 599, 1191} {
		link := fmt.Sprintf("https://gopy.bienphongdienbien.vn/t/ncs%04d", n)
		s, err := New(link)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode(paintSymbol(s, 4)); err != nil || got != link {
			t.Errorf("%s reads as %q, %v", link, got, err)
		}
	}
	if text, err := Decode(image.NewGray(image.Rect(0, 0, 200, 200))); !errors.Is(err, ErrNotFound) {
		t.Errorf("a black square reads as %q, %v", text, err)
	}
	if _, err := Decode(image.NewGray(image.Rectangle{})); err == nil {
		t.Error("no picture at all reads as something")
	}
}

// TestOutline fills the outline by the even-odd rule along each row of modules
// and compares with the modules.
func TestOutline(t *testing.T) {
	for n := range 50 {
		s, err := New(fmt.Sprintf("https://tip.example.vn/t/a%d", n))
		if err != nil {
			t.Fatal(err)
		}
		crossings := make([][]bool, s.Size()) // of the vertical lines left of each column
		for y := range crossings {
			crossings[y] = make([]bool, s.Size()+1)
		}
		for _, polygon := range s.Outline() {
			for i, a := range polygon {
				b := polygon[(i+1)%len(polygon)]
				if (a.X == b.X) == (a.Y == b.Y) {
					t.Fatalf("edge from %v to %v is not upright", a, b)
				}
				if c := polygon[(i+2)%len(polygon)]; a.X == b.X && b.X == c.X || a.Y == b.Y && b.Y == c.Y {
					t.Fatalf("corner %v lies within an edge", b)
				}
				for y := min(a.Y, b.Y); y < max(a.Y, b.Y); y++ {
					crossings[y][a.X] = !crossings[y][a.X]
				}
			}
		}
		for y := range s.Size() {
			in := false
			for x := range s.Size() {
				in = in != crossings[y][x]
				if in != s.Dark(x, y) {
					t.Fatalf("module %d, %d: filled %v, dark %v", x, y, in, s.Dark(x, y))
				}
			}
		}
	}
}

func BenchmarkOutline(b *testing.B) {
	s, err := New("https://gopy.bienphongdienbien.vn/t/ncs01")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s.Outline()
	}
}
