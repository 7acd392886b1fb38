//go:build desk

package main

import "github.com/spf13/cobra"

func serverCommands(*terminal) []*cobra.Command { return nil }
