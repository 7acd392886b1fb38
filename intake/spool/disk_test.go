package spool

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A directory whose parent is not on the disk is not either.
func TestMakeDirTellsOfItsParents(t *testing.T) {
	d := &brokenDisk{failAt: 0, err: errors.New("syncing failed"), unsynced: make(map[string]bool)}
	path := filepath.Join(t.TempDir(), "srv", "tipbox", "spool")
	if err := makeDir(d, path); !errors.Is(err, d.err) {
		t.Errorf("%v, want %v", err, d.err)
	}
	d.failAt = -1
	if err := makeDir(d, path); err != nil {
		t.Errorf("a second time: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info, err)
	}
	file := filepath.Join(path, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := makeDir(d, filepath.Join(file, "spool")); err == nil {
		t.Error("a directory within a file")
	}
}

// What is free is asked of the disk that is meant, and not guessed.
func TestFree(t *testing.T) {
	if n, err := Free(t.TempDir()); err != nil || n == 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, err := Free(filepath.Join(t.TempDir(), "none")); err == nil || n != 0 {
		t.Errorf("of a directory that does not exist: %d bytes, %v", n, err)
	}
}

// secretive is a disk that does not say what is free.
type secretive struct{ osDisk }

func (secretive) free(string) (room, error) { return room{}, errors.New("not said") }

// Where the disk does not say what is free, a tip is not refused for it: the
// write itself will tell.
func TestPutWhereRoomIsUnknown(t *testing.T) {
	s, err := Open(Options{Dir: t.TempDir(), Try: -1, disk: secretive{}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	put(t, s, 1)
	if _, b, err := s.Read(tipID(1)); err != nil || !bytes.Equal(b, sealed(1)) {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
