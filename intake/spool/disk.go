package spool

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tipbox/intake/durable"
)

// disk is every call that changes the spool or on which its promise hangs, so
// that tests can make each of them fail and can cut the power between any two.
type disk interface {
	// create makes a new file for writing, 0600; it must not exist.
	create(path string) (file, error)
	// setTimes sets the times of last access and change.
	setTimes(path string, t time.Time) error
	rename(from, to string) error
	remove(path string) error
	syncDir(path string) error
	free(path string) (room, error)
}

// file is a file being written.
type file interface {
	Write(p []byte) (int, error)
	Sync() error
	Close() error
}

// room is what is left of a disk.
type room struct {
	bytes  uint64
	inodes uint64 // 0 also where the file system does not count them
	counts bool   // the file system counts inodes
	fixed  bool   // the file system is read-only
}

// Free returns the free bytes of the disk that dir is on, as Status counts them.
func Free(dir string) (uint64, error) {
	r, err := diskRoom(dir)
	return r.bytes, err
}

// osDisk is the operating system's.
type osDisk struct{}

func (osDisk) create(path string) (file, error) { return durable.Create(path) }

func (osDisk) setTimes(path string, t time.Time) error { return os.Chtimes(path, t, t) }

func (osDisk) rename(from, to string) error { return os.Rename(from, to) } //nolint:gosec,nolintlint // made of the spool's path and checked names; gosec sees a taint on some runs only

func (osDisk) remove(path string) error { return os.Remove(path) }

func (osDisk) syncDir(path string) error { return durable.SyncDir(path) }

func (osDisk) free(path string) (room, error) { return diskRoom(path) }

// epoch stands in for every time that is not to be told.
var epoch = time.Unix(0, 0)

// makeDir makes a directory, 0700, that survives a power cut, with its parents.
// One that is there it leaves as it is.
func makeDir(d disk, path string) error {
	parent := filepath.Dir(path)
	err := os.Mkdir(path, 0o700)
	if errors.Is(err, fs.ErrNotExist) && parent != path {
		if err := makeDir(d, parent); err != nil {
			return err
		}
		err = os.Mkdir(path, 0o700)
	}
	if errors.Is(err, fs.ErrExist) {
		// Whoever made it may have crashed before this; on a disk that takes no
		// writes it fails, and then there is nothing to write down.
		_ = d.syncDir(parent)
		return nil
	}
	if err != nil {
		return err
	}
	return d.syncDir(parent)
}

// openUnseen opens a file or directory for reading so that its time of last
// reading does not tell when that was: for a tip sent "now" it would be when the
// tip came. The kernel does this for the owner only; whoever else may read, reads.
func openUnseen(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noAtime, 0) //nolint:gosec,nolintlint // made of the spool's path and checked names; gosec sees a taint on some runs only
	if errors.Is(err, fs.ErrPermission) {
		return os.Open(path) //nolint:gosec,nolintlint // as above
	}
	return f, err
}

// listing is the names of a directory, sorted: the regular files, and whatever
// else is there.
func listing(path string) (files, odd []string, err error) {
	d, err := openUnseen(path)
	if err != nil {
		return nil, nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	for _, e := range entries {
		if e.Type()&fs.ModeType == 0 {
			files = append(files, e.Name())
		} else {
			odd = append(odd, e.Name())
		}
	}
	slices.Sort(files)
	return files, odd, err
}
