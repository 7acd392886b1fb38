package web

import "testing"

// TestZippersForget: a compressor that has seen what someone wrote, and remembers
// it, is used for no other page.
func TestZippersForget(t *testing.T) {
	const pages = 50
	made, one := 0, zippers.New
	zippers.New = func() any { made++; return one() }
	t.Cleanup(func() { zippers.New = one })
	for range pages {
		zip([]byte(typed), true)
	}
	if made < pages/2 { // the pool had some, of pages that everybody may see
		t.Errorf("%d compressors for %d pages with what someone wrote", made, pages)
	}
}
