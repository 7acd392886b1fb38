package poster

import (
	"strings"
	"testing"
)

// TestAirAbovePhone: the unit's telephone does not touch the line above.
func TestAirAbovePhone(t *testing.T) {
	for _, paper := range []Paper{A4, A5} {
		var above, phone *glyphRun
		for _, it := range drawPage(t, paper, sample1(t)).items {
			if g, ok := it.(*glyphRun); ok {
				if strings.Contains(g.run.text, "0215") {
					phone = g
					break
				}
				above = g
			}
		}
		if phone == nil || phone.y-above.y < 1.35*phone.size {
			t.Errorf("%s: the telephone's line is missing or too near", paper)
		}
	}
}
