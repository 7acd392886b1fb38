package quiet

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"tipbox/intake/waittest"
)

// TestProcess looks at a process that was made quiet, and lets it crash in every
// way with a sender's address on its stack.
func TestProcess(t *testing.T) {
	const again = "TIPBOX_TEST_CRASH"
	if how := os.Getenv(again); how != "" {
		stderr, err := Process()
		if err := errors.Join(err, Silence()); err != nil {
			t.Fatal(err)
		}
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
			t.Fatal(err)
		}
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		fmt.Fprintln(stderr, "core", limit.Cur, limit.Max, "dumpable", dumpable, err)
		crashed := make(chan bool)
		go func() { crash(how, netip.MustParseAddr("192.0.2.7")); close(crashed) }()
		waittest.For(t, crashed, "a crash")
	}
	for _, how := range []string{"panic", "fatal", "SIGQUIT", "SIGABRT", "SIGSEGV"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			cmd := waittest.Command(t, os.Args[0], "-test.run=^TestProcess$")
			cmd.Env = append(os.Environ(), again+"="+how, "GOTRACEBACK=all")
			out, err := cmd.CombinedOutput()
			if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGABRT {
				t.Errorf("it ended with %v", err)
			}
			if want := "core 0 0 dumpable 0 <nil>\n"; string(out) != want {
				t.Errorf("the process says:\n%s\nwant only %s", out, want)
			}
			if bytes.Contains(out, []byte("c0000207")) {
				t.Error("the sender's address is there")
			}
		})
	}
}

//go:noinline
func crash(how string, sender netip.Addr) {
	signals := map[string]unix.Signal{"SIGQUIT": unix.SIGQUIT, "SIGABRT": unix.SIGABRT, "SIGSEGV": unix.SIGSEGV}
	switch how {
	case "panic":
		panic(sender.String())
	case "fatal": // what the runtime itself reports, and nothing recovers
		m := make(map[netip.Addr]int)
		for range 2 {
			go func() {
				for {
					m[sender]++
				}
			}()
		}
		select {}
	default:
		_ = unix.Kill(os.Getpid(), signals[how])
		select {}
	}
}
