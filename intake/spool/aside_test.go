package spool

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// With its suffix the name of what is set aside would be longer than a name may
// be: that must not keep the spool from opening, nor two such files from both
// being kept.
func TestLongNamesAreSetAside(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	put(t, s, 1)
	for _, end := range []string{"a", "b"} {
		name := strings.Repeat("z", 254) + end
		if err := os.WriteFile(filepath.Join(dir, "new", name), []byte(end), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Rescan(); err != nil {
		t.Fatal(err)
	}
	if st := s.Status(); st.Waiting != 1 || st.Damaged != 2 {
		t.Errorf("status %+v", st)
	}
	if got := names(t, filepath.Join(dir, "new")); len(got) != 1 {
		t.Errorf("new/ has %v: want the tip alone", got)
	}
	for name, want := range map[string]string{".damaged": "a", ".2.damaged": "b"} {
		b, err := os.ReadFile(filepath.Join(dir, "hold", strings.Repeat("z", longestKept)+name))
		if err != nil || string(b) != want {
			t.Errorf("hold/ has %q under …%s (%v)", b, name, err)
		}
	}
}
