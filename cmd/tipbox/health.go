//go:build !desk

package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/check"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
)

func newHealthCommand(t *terminal.Terminal) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask the tipbox serve that runs whether it takes tips",
		Long: `Ask the tipbox serve that runs, on its http.admin, whether it takes tips: for
cron, a container's health check, a script. What is not well is said, a line a
part, and nothing where all is.

The exit status is 1 if no tip is taken or nobody answers. A mail server that is
away makes it no failure: tips are taken, and wait.`,
		Args: arguments(),
		RunE: func(*cobra.Command, []string) error {
			cfg, err := advised(config.Serving(path, nil))
			if err != nil {
				return err
			}
			return check.Health(t, cfg)
		},
	}
	configFlag(cmd.Flags(), &path)
	return cmd
}
