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

func diskRoom(string) (room, error) { return room{}, errNoSpool }
