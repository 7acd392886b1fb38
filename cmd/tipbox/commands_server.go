//go:build !desk

package main

import "github.com/spf13/cobra"

func serverCommands(t *terminal) []*cobra.Command {
	return []*cobra.Command{
		newDemoCommand(t), newInitCommand(t), newServeCommand(t), newCheckCommand(t), newSpoolCommand(t),
	}
}
