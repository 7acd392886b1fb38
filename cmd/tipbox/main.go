// Command tipbox is the anonymous QR-code tip box: it prints the posters, serves
// the form, mails what comes in, sealed, to the unit, and opens it there.
package main

import (
	"os"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
)

const description = `The anonymous tip box: posters with a QR code, a form that keeps nothing about
who sent it, sealed mail to the unit, and the means to open it.

stdout is data, stderr is for people. Exit status: 0 done, 1 failed, 2 wrong
usage or configuration.`

func main() { os.Exit(run(os.Args[1:], terminal.New())) }

// run executes one command line and returns the exit code.
func run(args []string, t *terminal.Terminal) int {
	root := newRootCommand(t)
	root.SetArgs(args)
	if err := root.Execute(); err != nil {
		return t.Fail(err)
	}
	return terminal.ExitDone
}

// newRootCommand assembles the commands, in the order in which the help shows them.
func newRootCommand(t *terminal.Terminal) *cobra.Command {
	cobra.EnableCommandSorting = false
	cobra.MousetrapHelpText = "" // on Windows an officer's shortcut may run a command
	var showVersion bool
	root := parent(t, &cobra.Command{
		Use:                   "tipbox COMMAND",
		Long:                  description,
		DisableFlagsInUseLine: true,
		SilenceErrors:         true,
		SilenceUsage:          true,
		CompletionOptions:     cobra.CompletionOptions{DisableDefaultCmd: true},
	})
	root.PersistentPreRunE = fileNames
	noCommand := root.RunE
	root.RunE = func(cmd *cobra.Command, args []string) error {
		if showVersion {
			return printVersion(t)
		}
		return noCommand(cmd, args)
	}
	root.Flags().BoolVar(&showVersion, "version", false, "print the version")
	root.PersistentFlags().BoolP("help", "h", false, "explain the command")
	root.SetOut(t.Out)
	root.SetErr(t.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(printHelp)
	root.SetHelpCommand(newHelpCommand())

	group := func(title string, commands ...*cobra.Command) {
		root.AddGroup(&cobra.Group{ID: title, Title: title})
		for _, cmd := range commands {
			cmd.GroupID = title
		}
		root.AddCommand(commands...)
	}
	group("For the operator, who runs the box",
		append(serverCommands(t), newPosterCommand(t), newVerifyCommand(t), newKeysCommand(t))...)
	group("For the officer, who opens the tips",
		newKeygenCommand(t), newOpenCommand(t), newBookCommand(t), newPassCommand(t), newReplyCommand(t), newReportCommand(t), newReaderCommand(t))
	group("About tipbox", newVersionCommand(t))
	return root
}
