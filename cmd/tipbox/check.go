//go:build !desk

package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/check"
	"tipbox/cmd/internal/terminal"
)

func newCheckCommand(t *terminal.Terminal) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what is wrong and how to mend it",
		Long: `Say what is wrong and how to mend it: keys, languages, disk, spool, Redis, mail
server, whether tipbox serve was started since the last change, and the link on
the posters, for which it must run.
The exit status is 1 if there is a problem.`,
		Args: arguments(),
		RunE: func(*cobra.Command, []string) error { return runCheck(t, path) },
	}
	configFlag(cmd.Flags(), &path)
	return cmd
}

// runCheck prints a line for each part, and fails if one of them needs a person.
func runCheck(t *terminal.Terminal, path string) error {
	cfg, err := loadConfig(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "ok       %-8s %s\n", "config", path)
	wrong := 0
	for f := range check.Config(cfg) {
		word := "ok"
		switch {
		case f.Warning:
			word = "warning"
		case f.Hint != "":
			word, wrong = "problem", wrong+1
		}
		fmt.Fprintf(t.Out, "%-8s %-8s %s\n", word, f.Part, f.Text)
		if f.Hint != "" {
			t.Say("hint: %s", f.Hint)
		}
	}
	if wrong > 0 {
		return errors.New(terminal.Counted(wrong, "problem"))
	}
	return nil
}
