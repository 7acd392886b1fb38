package poster

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestWriteFileFollowsNoLink: what lies in the folder under the name of the half
// file is put aside, and nothing behind it is written over.
func TestWriteFileFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	victim, name := filepath.Join(dir, "victim"), filepath.Join(dir, "ncs01.pdf")
	if err := os.WriteFile(victim, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, name+".part"); err != nil {
		t.Fatal(err)
	}
	err := writeFile(name, func(w io.Writer) error { _, err := io.WriteString(w, "poster"); return err })
	kept, _ := os.ReadFile(victim)
	made, _ := os.ReadFile(name)
	if info, statErr := os.Lstat(name); err != nil || statErr != nil || !info.Mode().IsRegular() || string(kept) != "kept" || string(made) != "poster" {
		t.Errorf("%v, %v: the victim has %q, the poster %q", err, statErr, kept, made)
	}
}
