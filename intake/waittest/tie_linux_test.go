package waittest_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"tipbox/intake/waittest"
)

// TestTie has a process start another one and die at once: the other is gone too.
func TestTie(t *testing.T) {
	const again = "TIPBOX_TEST_TIE"
	if os.Getenv(again) != "" {
		cmd := exec.CommandContext(t.Context(), "sleep", "600")
		waittest.Tie(cmd, syscall.SIGKILL)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString(strconv.Itoa(cmd.Process.Pid) + "\n")
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	cmd := waittest.Command(t, os.Args[0], "-test.run=^TestTie$")
	cmd.Env = append(os.Environ(), again+"=1")
	out, _ := cmd.Output()
	line, err := bufio.NewReader(strings.NewReader(string(out))).ReadString('\n')
	pid, err2 := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || err2 != nil {
		t.Fatalf("%v, %v: %q", err, err2, out)
	}
	waittest.Until(t, "the end of what a dead process has started", func() bool {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		return err != nil || strings.Contains(string(status), ") Z ")
	})
}
