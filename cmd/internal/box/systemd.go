package box

import (
	"context"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// tell says something to systemd (sd_notify(3)), where it runs us and asked to be
// told. That it cannot be told is no reason to end.
func tell(state string) { _, _ = daemon.SdNotify(false, state) }

// watchdog tells systemd that the process still gets its turn, where the unit has
// WatchdogSec, until ctx ends. It looks at nothing else: a disk or a Redis that hangs
// is not mended by a restart.
func watchdog(ctx context.Context) {
	within, err := daemon.SdWatchdogEnabled(false)
	if err != nil || within == 0 {
		return
	}
	tick := time.NewTicker(within / 2)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			tell(daemon.SdNotifyWatchdog)
		}
	}
}
