//go:build linux || darwin

package spool

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// dirLock is a lock on a directory (flock(2)) that ends with the process,
// however that ends, and leaves no file behind.
type dirLock struct{ f *os.File }

// openLock prepares a lock on the directory without taking it.
func openLock(path string) (*dirLock, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the spool's lock: %w", err)
	}
	return &dirLock{f}, nil
}

// openFileLock is openLock for a file: network file systems have locks only for
// those that are open for writing.
func openFileLock(path string) (*dirLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return openLock(path) // on a disk that takes no writes
	}
	return &dirLock{f}, nil
}

// try takes the lock, or reports false where another has it.
func (l *dirLock) try() (bool, error) {
	err := l.flock(syscall.LOCK_EX | syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

// take waits for the lock.
func (l *dirLock) take() error { return l.flock(syscall.LOCK_EX) }

// release gives the lock back.
func (l *dirLock) release() error { return l.flock(syscall.LOCK_UN) }

// close gives the lock back for good.
func (l *dirLock) close() { _ = l.f.Close() }

func (l *dirLock) flock(how int) error {
	for {
		err := syscall.Flock(int(l.f.Fd()), how)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("locking the spool: %w", err)
		}
	}
}

// SameDisk reports whether two directories are on one file system.
func SameDisk(a, b string) (bool, error) {
	var of [2]syscall.Stat_t
	for i, path := range []string{a, b} {
		if err := syscall.Stat(path, &of[i]); err != nil {
			return false, fmt.Errorf("asking for the file system: %w", err)
		}
	}
	return of[0].Dev == of[1].Dev, nil
}

// likeOwner gives a file to the owner of another one, which only root can: what root
// adopts the server must be able to read.
func likeOwner(path, like string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	var st syscall.Stat_t
	if err := syscall.Stat(like, &st); err != nil {
		return fmt.Errorf("asking for the spool's owner: %w", err)
	}
	if err := os.Chown(path, int(st.Uid), int(st.Gid)); err != nil {
		return fmt.Errorf("giving a file to the spool's owner: %w", err)
	}
	return nil
}

// readOnly is ST_RDONLY of Linux and MNT_RDONLY of macOS.
const readOnly = 1

func diskRoom(path string) (room, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(path, &st); err != nil {
		return room{}, fmt.Errorf("asking for free disk space: %w", err)
	}
	return room{
		bytes:  uint64(st.Bavail) * uint64(st.Bsize), //nolint:gosec,unconvert // neither is negative; their types differ between systems
		inodes: st.Ffree,
		counts: st.Files > 0,
		fixed:  st.Flags&readOnly != 0,
	}, nil
}
