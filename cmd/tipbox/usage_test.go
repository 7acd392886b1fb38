package main

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
)

// TestHelpFits holds the help of each command to the columns of an old console.
func TestHelpFits(t *testing.T) {
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		for line := range strings.Lines(helpText(cmd)) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
				t.Errorf("%s: %d columns: %s", cmd.CommandPath(), n, line)
			}
		}
		for _, below := range cmd.Commands() {
			look(below)
		}
	}
	look(newRootCommand(&terminal.Terminal{Out: io.Discard, Err: io.Discard}))
}
