//go:build !desk

package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
)

func serverCommands(t *terminal.Terminal) []*cobra.Command {
	return []*cobra.Command{
		newDemoCommand(t), newInitCommand(t), newServeCommand(t), newCheckCommand(t), newHealthCommand(t), newSpoolCommand(t), newSitesCommand(t),
		newCountsCommand(t),
	}
}
