// Package durable writes files that outlive a power cut: what returned no error
// is on the disk, whole and under its name.
package durable

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Create makes a file for writing, for its owner alone. It returns fs.ErrExist
// where there is one: nothing is written over.
func Create(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// WriteNew writes a file that must not exist yet, for its owner alone. It
// returns fs.ErrExist where it does, and leaves no file where writing fails.
func WriteNew(path string, content []byte) error {
	if err := write(path, content); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// WriteFirst writes a file for its owner alone, unless there is one: of several
// processes that do so at once, on whichever machines, one writes it and the others
// get fs.ErrExist. Whoever finds the file finds it whole.
func WriteFirst(path string, content []byte) error {
	aside := path + "." + rand.Text()
	if err := write(aside, content); err != nil {
		return err
	}
	defer os.Remove(aside) //nolint:errcheck // its other name stays
	// A name is given once, on network file systems too; a rename would take it away.
	if err := os.Link(aside, path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Replace puts content in the place of a file, all at once: whoever reads it
// sees the old one or the new one. A new file gets the mode, an old one keeps its
// own, and its owner. Only one process may do so at a time.
func Replace(path string, content []byte, mode fs.FileMode) (err error) {
	aside := path + ".new"
	_ = os.Remove(aside) // of a run that was cut short
	if err := write(aside, content); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(aside) // the error that matters is the first
		}
	}()
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
		keepOwner(aside, info)
	}
	if err := os.Chmod(aside, mode); err != nil {
		return err
	}
	return Rename(aside, path)
}

// Rename gives what is on the disk another name in the same directory, or takes
// the place of what has it.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(to))
}

// SyncDir makes the names in a directory durable. Windows has no such call and
// needs none.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// write writes a new file whose name is not durable yet, or leaves none.
func write(path string, content []byte) error {
	f, err := Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path) // the error that matters is the first
	}
	return err
}
