package main

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
)

// released is set by the linker in what .ci/dist builds.
var released string

// version names the sources: a release, or the commit that go build has noted.
var version = cmp.Or(released, noted())

func noted() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "(devel)" {
		return cmp.Or(info.Main.Version, "dev")
	}
	return "dev"
}

func newVersionCommand(t *terminal.Terminal) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  arguments(),
		RunE:  func(*cobra.Command, []string) error { return printVersion(t) },
	}
}

func printVersion(t *terminal.Terminal) error {
	_, err := fmt.Fprintln(t.Out, "tipbox", version)
	return err
}
