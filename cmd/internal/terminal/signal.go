package terminal

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignal ends its context at the first SIGTERM or Ctrl-C; the second ends
// the process at once, which loses nothing either. Whoever sees the context end
// may rely on that.
func UntilSignal() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
		}
		signal.Stop(signals)
		cancel()
	}()
	return ctx, cancel
}
