package pictograms

import (
	"io/fs"
	"strings"
	"testing"
)

// TestBold: at 15 mm no line is thinner than 0.4 mm, for what is finer is gone on a
// bad printer, and every drawing has something in black.
func TestBold(t *testing.T) {
	names, err := fs.Glob(files, "*.svg")
	if err != nil || len(names) < 15 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		black := false
		for _, p := range Parts(strings.TrimSuffix(name, ".svg")) {
			black = black || !p.Paper
			if mm := p.Width * 15 / Side; p.Width > 0 && mm < .4 {
				t.Errorf("%s has a line of %.2f mm: %s", name, mm, p.Path)
			}
		}
		if !black {
			t.Errorf("%s is nothing but paper", name)
		}
	}
}
