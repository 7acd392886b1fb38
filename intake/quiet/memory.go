package quiet

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

const (
	// overwrite has Go's collector overwrite what it frees, whoever made it: also
	// the strings and buffers of net/http. See the package documentation of runtime,
	// "clobberfree"; package runtime/secret wipes only what is made within one call,
	// so not what was read before it, and is not in a binary of plain go build.
	overwrite = "clobberfree=1"
	settings  = "GODEBUG"

	// forgetEvery is how long Forget lets pass.
	forgetEvery = 10 * time.Second
)

// Overwrite sees to it that the memory that the process lets go of is overwritten
// when the collector comes by. Go reads that setting only when a program begins:
// so it begins once more, in the same process and with the same arguments, and
// Overwrite returns where that has happened already, or cannot be. It must come
// before anything else is begun.
func Overwrite() error {
	given := os.Getenv(settings)
	if slices.Contains(strings.Split(given, ","), overwrite) {
		return nil
	}
	if err := os.Setenv(settings, strings.TrimPrefix(given+","+overwrite, ",")); err != nil {
		return err
	}
	return beginAgain()
}

// Forget has the collector come by every ten seconds until ctx ends, for left to
// itself an idle process keeps what it does not need any more. It does so whether
// or not anything has come: when it works tells nothing of when somebody sent.
func Forget(ctx context.Context) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			forget()
		}
	}
}

// forget collects twice, for what is in a sync.Pool outlives one collection, and
// returns free pages to the system: stacks of ended goroutines are not overwritten.
func forget() {
	runtime.GC()
	debug.FreeOSMemory() // collects as well
}
