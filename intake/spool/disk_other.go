//go:build !linux && !darwin

package spool

import (
	"errors"
	"fmt"
)

// The officers' commands run on Windows; a server needs a system that can make
// a directory durable.
var errNoSpool = fmt.Errorf("a spool needs Linux: %w", errors.ErrUnsupported)

type dirLock struct{}

func openLock(string) (*dirLock, error) { return nil, errNoSpool }
func (*dirLock) try() (bool, error)     { return false, errNoSpool }
func (*dirLock) take() error            { return errNoSpool }
func (*dirLock) release() error         { return errNoSpool }
func (*dirLock) close()                 {}

func openFileLock(string) (*dirLock, error) { return nil, errNoSpool }
func likeOwner(string, string) error        { return errNoSpool }

// SameDisk reports whether two directories are on one file system.
func SameDisk(string, string) (bool, error) { return false, errNoSpool }

func diskRoom(string) (room, error) { return room{}, errNoSpool }
