//go:build !desk

package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
	"tipbox/cmd/internal/weekly"
)

func newServeCommand(t *terminal.Terminal) *cobra.Command {
	var (
		path  string
		debug bool
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the form and mail what comes in",
		Long: `Serve the form and mail what comes in, until SIGTERM or Ctrl-C. Tips that are
not mailed yet wait on the disk, and are tried again by the next tipbox serve.

SIGHUP, or systemctl reload, has units, sites, keys and languages read anew.
What is wrong with them is told with its line, and the old ones are served on.`,
		Args: arguments(),
		RunE: func(*cobra.Command, []string) error {
			cfg, err := advised(config.Serving(path, nil))
			if err != nil {
				return err
			}
			return box.Serve(t, box.Options{Config: cfg, Version: version, Debug: debug, Page: weekly.Page})
		},
	}
	configFlag(cmd.Flags(), &path)
	cmd.Flags().BoolVar(&debug, "debug", false, "log more about our own work; never anything about senders")
	return cmd
}
