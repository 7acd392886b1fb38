//go:build desk

package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
)

func serverCommands(*terminal.Terminal) []*cobra.Command { return nil }

// pageFlags: an officer's tipbox has no page to compare with.
func pageFlags(*terminal.Terminal, *cobra.Command, *string) func([]string) error { return nil }
