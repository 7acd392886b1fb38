//go:build unix

package setup

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestShare: the service's group can read what init has made and what is put there later,
// nobody else can, and the identity is not the service's.
func TestShare(t *testing.T) {
	gid := os.Getegid()
	if os.Geteuid() == 0 {
		gid = 54321 // nobody else may give a file away
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tipbox.toml", "keys/na-co-sa.recipients", "keys/na-co-sa.identity"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := (&Init{Dir: dir}).share(gid); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "keys", "later"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		mode fs.FileMode
		gid  int
	}{
		".":                        {fs.ModeDir | fs.ModeSetgid | 0o750, gid},
		"keys":                     {fs.ModeDir | fs.ModeSetgid | 0o750, gid},
		"tipbox.toml":              {0o640, gid},
		"keys/na-co-sa.recipients": {0o640, gid},
		"keys/na-co-sa.identity":   {0o600, os.Getegid()},
		"keys/later":               {0o600, gid},
	} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if owner := int(info.Sys().(*syscall.Stat_t).Gid); info.Mode() != want.mode || owner != want.gid {
			t.Errorf("%s: %v of group %d, want %v of %d", name, info.Mode(), owner, want.mode, want.gid)
		}
	}
}

func TestDataDir(t *testing.T) {
	for dir, want := range map[string]string{"/etc/tipbox": "/var/lib/tipbox", "/etcetera": "data", "box": "data", "/srv/box": "data"} {
		if got := dataDir(dir); got != want {
			t.Errorf("%s: %s, want %s", dir, got, want)
		}
	}
}
