//go:build !desk

package main

import (
	"log/slog"

	"github.com/spf13/cobra"

	"tipbox/intake/quiet"
)

type serveCmd struct {
	config string
	debug  bool
}

func newServeCommand(t *terminal) *cobra.Command {
	var c serveCmd
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the form and mail what comes in",
		Long: `Serve the form and mail what comes in, until SIGTERM or Ctrl-C. Tips that are
not mailed yet wait on the disk, and are tried again by the next tipbox serve.`,
		Args: arguments(),
		RunE: func(*cobra.Command, []string) error { return c.run(t) },
	}
	configFlag(cmd.Flags(), &c.config)
	cmd.Flags().BoolVar(&c.debug, "debug", false, "log more about our own work; never anything about senders")
	return cmd
}

func (c *serveCmd) run(t *terminal) error {
	cfg, err := loadConfig(c.config)
	if err != nil {
		return err
	}
	stderr, err := quiet.Process()
	t.err = stderr
	if err != nil {
		t.warn("%v", err)
	}
	s, err := newService(cfg, newLog(t, c.debug))
	if err != nil {
		return err
	}
	if err := quiet.Silence(); err != nil {
		t.warn("%v", err)
	}
	ctx, stop := untilSignal()
	defer stop()
	return s.run(ctx, func(form, admin string) {
		t.say("form on %s", form)
		if admin != "" {
			t.say("admin on %s", admin)
		}
	})
}

// newLog returns the log of the service: lines of keys that are allowed, to
// stderr, for systemd or whoever runs it.
func newLog(t *terminal, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(quiet.NewHandler(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: level})))
}
