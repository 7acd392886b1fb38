package waittest

import (
	"os/exec"
	"syscall"
)

// Tie sends a program a signal when this process ends, however it ends: after a panic
// no Cleanup runs, and a server that is left over holds whatever it holds.
// (Linux looks at the thread that started it, and Go ends none but those that a
// goroutine has locked and left.)
func Tie(cmd *exec.Cmd, signal syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Pdeathsig = signal
}
