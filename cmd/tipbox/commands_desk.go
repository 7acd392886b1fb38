//go:build desk

package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
)

func serverCommands(*terminal.Terminal) []*cobra.Command { return nil }
