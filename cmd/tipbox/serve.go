//go:build !desk

package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"tipbox/intake/config"
	"tipbox/intake/quiet"
)

type serveCmd struct {
	Config string `short:"c" default:"tipbox.toml" placeholder:"FILE" help:"The configuration, tipbox.toml if not given."`
	Debug  bool   `help:"Log more about our own work; never anything about senders."`
}

func (c *serveCmd) Run(t *terminal) error {
	cfg, err := loadConfig(c.Config)
	if err != nil {
		return err
	}
	stderr, err := quiet.Process()
	t.err = stderr
	if err != nil {
		t.warn("%v", err)
	}
	s, err := newService(cfg, newLog(t, c.Debug))
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

// loadConfig reads a tipbox.toml; what is wrong with it is exit code 2.
func loadConfig(path string) (*config.Config, error) {
	cfg, err := config.Load(path)
	if err != nil {
		advice := "docs/operating.md explains each key"
		if errors.Is(err, fs.ErrNotExist) {
			advice = "name it with -c FILE; tipbox init DIR makes a first one"
		}
		return nil, hint(usage(err), advice)
	}
	return cfg, nil
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

// untilSignal ends its context at the first SIGTERM or Ctrl-C; the second ends
// the process at once, which loses nothing either.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, cancel)
	return ctx, cancel
}
