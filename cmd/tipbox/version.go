package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// version is set by the linker in released binaries.
var version = "dev"

func newVersionCommand(t *terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  arguments(),
		RunE:  func(*cobra.Command, []string) error { return printVersion(t) },
	}
}

func printVersion(t *terminal) error {
	_, err := fmt.Fprintln(t.out, "tipbox", version)
	return err
}
