package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tipbox/cmd/internal/terminal"
)

// The help is laid out here and not by cobra's templates: text/template calls
// methods by name, and so the linker would keep every method of every library.

// helpWidth is how many columns the help takes: an old console has 80.
const helpWidth = 80

// printHelp prints what a command does and how, as data: it was asked for.
func printHelp(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), helpText(cmd)) }

func helpText(cmd *cobra.Command) string {
	var b strings.Builder
	flags := flagsOf(cmd)
	text := cmd.Long
	if text == "" {
		text = cmd.Short + "."
	}
	fmt.Fprintf(&b, "Usage: %s\n\n%s\n", cmd.UseLine(), text)
	for _, g := range cmd.Groups() {
		writeCommands(&b, cmd, g.Title, g.ID)
	}
	if len(cmd.Groups()) == 0 && cmd.HasAvailableSubCommands() {
		writeCommands(&b, cmd, "Commands", "")
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	fmt.Fprintf(&b, "\nFlags:\n%s", flags.FlagUsagesWrapped(helpWidth))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s COMMAND --help explains a command.\n", cmd.CommandPath())
	}
	return b.String()
}

// writeCommands writes a line for each command of a group.
func writeCommands(b *strings.Builder, cmd *cobra.Command, title, group string) {
	fmt.Fprintf(b, "\n%s:\n", title)
	for _, c := range cmd.Commands() {
		if c.GroupID == group && c.IsAvailableCommand() {
			fmt.Fprintf(b, "  %-8s  %s\n", c.Name(), c.Short)
		}
	}
}

// flagsOf returns all flags that cmd takes, its own first, in the order in which
// they were declared.
func flagsOf(cmd *cobra.Command) *pflag.FlagSet {
	cmd.InheritedFlags() // puts them among its flags
	cmd.Flags().SortFlags = false
	return cmd.Flags()
}

// newHelpCommand is tipbox help COMMAND, as many are used to: the same as
// tipbox COMMAND --help.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]...",
		Short:  "Explain a command",
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			asked, rest, err := cmd.Root().Find(args)
			if err != nil {
				return terminal.Usage(err)
			}
			if asked.HasSubCommands() {
				if err := unknownCommand(asked, rest); err != nil {
					return err
				}
			}
			return asked.Help()
		},
	}
}
