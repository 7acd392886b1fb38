package quiet

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestProcess looks at a process that was made quiet, and lets it crash with a
// sender's address on its stack.
func TestProcess(t *testing.T) {
	const again = "TIPBOX_TEST_CRASH"
	if os.Getenv(again) != "" {
		if err := Process(); err != nil {
			t.Fatal(err)
		}
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil {
			t.Fatal(err)
		}
		dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
		fmt.Println("core", limit.Cur, limit.Max, "dumpable", dumpable, err)
		crashed := make(chan bool)
		go func() { crash(netip.MustParseAddr("192.0.2.7")); close(crashed) }()
		<-crashed
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProcess$")
	cmd.Env = append(os.Environ(), again+"=1", "GOTRACEBACK=all")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("it did not crash")
	}
	if !bytes.Contains(out, []byte("core 0 0 dumpable 0 <nil>")) {
		t.Errorf("the process says:\n%s", out)
	}
	if bytes.Contains(out, []byte("c0000207")) || strings.Contains(string(out), "goroutine ") {
		t.Errorf("the crash leaves traces:\n%s", out)
	}
}

//go:noinline
func crash(sender netip.Addr) {
	if sender.IsValid() {
		panic("crash")
	}
}
