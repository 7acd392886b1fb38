//go:build !linux

package waittest

import (
	"os/exec"
	"syscall"
)

// Tie does nothing where a system cannot do it.
func Tie(*exec.Cmd, syscall.Signal) {}
