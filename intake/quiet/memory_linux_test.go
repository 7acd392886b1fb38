package quiet

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"

	"tipbox/intake/waittest"
)

// TestForget looks at memory that was let go of, in a program that has begun again.
func TestForget(t *testing.T) {
	const again = "TIPBOX_TEST_FORGET"
	if os.Getenv(again) == "" {
		cmd := waittest.Command(t, os.Args[0], "-test.run=^TestForget$", "-test.v")
		cmd.Env = append(os.Environ(), again+"=y", settings+"=madvdontneed=1")
		if out, err := cmd.CombinedOutput(); err != nil || bytes.Count(out, []byte("=== RUN")) != 2 {
			t.Errorf("%v, want it to begin twice and to end well:\n%s", err, out)
		}
		return
	}
	if err := Overwrite(); err != nil {
		t.Fatal(err)
	}
	if got := os.Getenv(settings); got != "madvdontneed=1,"+overwrite {
		t.Errorf("the settings are now %q", got)
	}
	var pool sync.Pool
	var kept []byte // under the race detector a pool drops some of what it is given
	written := func(size int) (at int64) {
		b := bytes.Repeat([]byte("zq7"), size/3)
		if _, err := fmt.Sscanf(fmt.Sprintf("%p", b), "0x%x", &at); err != nil {
			t.Fatal(err)
		}
		pool.Put(&b)
		kept = b
		return at
	}
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		t.Skipf("its own memory cannot be read: %v", err)
	}
	defer memory.Close()
	neighbours := make([][]byte, 0, 1000) // so that no page is free as a whole
	for _, size := range []int{24, 48, 300, 4 << 10, 40 << 10, 1 << 20} {
		neighbours = append(neighbours, make([]byte, size))
		at := written(size)
		neighbours = append(neighbours, make([]byte, size))
		found := make([]byte, size)
		if _, err := memory.ReadAt(found, at); err != nil || bytes.Count(found, []byte("zq7")) != size/3 {
			t.Fatalf("%d bytes: %v, it was not there at all: %q", size, err, found[:24])
		}
		runtime.KeepAlive(kept)
		kept = nil
		forget()
		if _, err := memory.ReadAt(found, at); err == nil && bytes.Contains(found, []byte("zq7")) {
			t.Errorf("%d bytes: still there: %q", size, found[:24])
		}
	}
	if len(neighbours) == 0 {
		t.Error("the neighbours are gone")
	}
}
