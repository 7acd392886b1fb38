package box

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"

	"tipbox/cmd/internal/terminal"
	"tipbox/intake/quiet"
)

// Serve is tipbox serve: it makes the box and runs it until SIGTERM or Ctrl-C.
func Serve(t *terminal.Terminal, o Options) error {
	if err := quiet.Overwrite(); err != nil {
		t.Warn("%v", err)
	}
	stderr, err := quiet.Process()
	t.Err = stderr
	if err != nil {
		t.Warn("%v", err)
	}
	if err := NotInMemory(o.Config.DataDir); err != nil {
		return err
	}
	for _, f := range FindExposed(o.Config) {
		t.Warn("%s: %s", f.Text, f.Hint)
	}
	for _, broken := range o.Config.Broken {
		t.Warn("%s", brokenUnit(broken))
	}
	b, err := New(t, o)
	if err != nil {
		return err
	}
	if err := quiet.Silence(); err != nil {
		t.Warn("%v", err)
	}
	ctx, stop := terminal.UntilSignal()
	defer stop()
	hangUp := make(chan os.Signal, 1) // one that waits is enough for any number of them
	signal.Notify(hangUp, syscall.SIGHUP)
	defer signal.Stop(hangUp)
	defer tell(daemon.SdNotifyStopping)
	return b.Run(ctx, func(form, admin string) {
		t.Say("form on %s", form)
		if elsewhere(o.Config.HTTP.Listen, form) {
			t.Warn("http.listen says %s, and tipbox.socket another port, which counts: change either (systemctl edit tipbox.socket)", o.Config.HTTP.Listen)
		}
		if admin != "" {
			t.Say("admin on %s", admin)
		}
		tell(daemon.SdNotifyReady)
		go watchdog(ctx)
		go reloadAt(ctx, t, b, hangUp)
	})
}

// reloadAt reloads the box at each signal until ctx ends.
func reloadAt(ctx context.Context, t *terminal.Terminal, b *Box, signals <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
		}
		stays, err := b.Reload()
		said := reloaded(stays, err)
		if err != nil || len(stays) > 0 {
			t.Warn("%s", said)
		} else {
			t.Say("%s", said)
		}
		for _, broken := range b.current.Load().cfg.Broken {
			t.Warn("%s", brokenUnit(broken))
		}
		first, _, _ := strings.Cut(said, "\n")
		tell("STATUS=" + first)
	}
}

// newLog returns the log of the service: lines of keys that are allowed, to
// stderr, for systemd or whoever runs it.
func newLog(t *terminal.Terminal, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(quiet.NewHandler(slog.NewTextHandler(t.Err, &slog.HandlerOptions{Level: level})))
}
