package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tipbox/cmd/internal/terminal"
)

// misused is a command line that does not fit cmd, with how it goes for a hint.
func misused(cmd *cobra.Command, err error, hints ...string) error {
	return terminal.Hint(terminal.Usage(err), append(hints, "usage: "+cmd.UseLine(), cmd.CommandPath()+" --help explains it")...)
}

// parent makes cmd one that only has others below it: alone it prints its help,
// which is wrong usage all the same.
func parent(t *terminal.Terminal, cmd *cobra.Command) *cobra.Command {
	// What comes first is a command: where it is unknown, its flags do not matter.
	cmd.Flags().SetInterspersed(false)
	cmd.Args = unknownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		t.Say("%s", strings.TrimSuffix(helpText(cmd), "\n"))
		return terminal.Usage(terminal.ErrSilent)
	}
	return cmd
}

// unknownCommand is the error for what should be a command below cmd and is none.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var hints []string
	cmd.SuggestionsMinimumDistance = 2
	if names := cmd.SuggestionsFor(args[0]); len(names) > 0 {
		hints = append(hints, "did you mean "+cmd.CommandPath()+" "+choices(names)+"?")
	}
	return terminal.Hint(terminal.Usage(fmt.Errorf("unknown command %q", cmd.CommandPath()+" "+args[0])),
		append(hints, cmd.CommandPath()+" --help lists the commands")...)
}

// arguments checks that a command is given what its usage line names: NAME must
// be there and not be "", as an unset variable of a script is; [NAME] may be left
// out, NAME... is one or more.
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		for i, name := range names {
			switch {
			case (len(args) <= i || args[i] == "") && !strings.HasPrefix(name, "["):
				return misused(cmd, fmt.Errorf("missing %s", name))
			case strings.HasSuffix(name, "..."):
				return nil
			}
		}
		if len(args) > len(names) {
			return misused(cmd, fmt.Errorf("unexpected argument %q", args[len(names)]))
		}
		return nil
	}
}

// needFlag checks, before a command runs, that one of the flags is given, and
// no two of them.
func needFlag(names ...string) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		var all, given []string
		for _, name := range names {
			flag := cmd.Flag(name)
			placeholder, _ := pflag.UnquoteUsage(flag)
			all = append(all, "--"+name+" "+placeholder)
			if flag.Changed {
				given = append(given, "--"+name)
			}
		}
		switch len(given) {
		case 0:
			return misused(cmd, fmt.Errorf("missing %s", choices(all)))
		case 1:
			return nil
		}
		return misused(cmd, fmt.Errorf("%s exclude each other", strings.Join(given, " and ")))
	}
}

// needFlags checks, before a command runs, that all of the flags are given.
func needFlags(names ...string) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		for _, name := range names {
			if err := needFlag(name)(cmd, args); err != nil {
				return err
			}
		}
		return nil
	}
}

// fileNames checks, before any command runs, that no flag that names a file or a
// folder is given "", as an unset variable of a script is.
func fileNames(cmd *cobra.Command, _ []string) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		placeholder, _ := pflag.UnquoteUsage(f)
		if err != nil || !strings.HasPrefix(placeholder, "FILE") && placeholder != "DIR" {
			return
		}
		names := []string{f.Value.String()}
		if several, ok := f.Value.(pflag.SliceValue); ok {
			names = several.GetSlice()
		}
		if slices.Contains(names, "") {
			err = misused(cmd, fmt.Errorf("--%s \"\": expected %s after it", f.Name, placeholder))
		}
	})
	return err
}

// flagError says in our words what is wrong with a flag.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		bare    *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		given, name := "--"+unknown.GetSpecifiedName(), unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			given, name = "-"+letters, letters
		}
		var hints []string
		if names := similarFlags(cmd, name); len(names) > 0 {
			hints = append(hints, "did you mean "+choices(names)+"?")
		}
		return misused(cmd, fmt.Errorf("unknown flag %s", given), hints...)
	case errors.As(err, &bare):
		placeholder, _ := pflag.UnquoteUsage(bare.GetFlag())
		return misused(cmd, fmt.Errorf("--%s: expected %s after it", bare.GetFlag().Name, placeholder))
	case errors.As(err, &invalid):
		expected := errors.Unwrap(invalid)
		switch invalid.GetFlag().Value.Type() {
		case "int":
			expected = errors.New("expected a whole number")
		case "bool":
			expected = errors.New("expected nothing after it")
		}
		return misused(cmd, fmt.Errorf("--%s %q: %w", invalid.GetFlag().Name, invalid.GetValue(), expected))
	}
	return misused(cmd, err)
}

// similarFlags returns the flags of cmd that name may be a slip of, by the
// measure that cobra has for commands.
func similarFlags(cmd *cobra.Command, name string) []string {
	if len(name) < 2 {
		return nil
	}
	flags := &cobra.Command{SuggestionsMinimumDistance: 2}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		flags.AddCommand(&cobra.Command{Use: "--" + f.Name, Hidden: f.Hidden, Run: func(*cobra.Command, []string) {}})
	})
	return flags.SuggestionsFor("--" + name)
}

// choice is a flag that takes one of a few words.
type choice struct {
	value *string
	words []string
}

// choiceFlag declares a flag that takes one of the words, the first if it is
// not given; help says so after it, as far as the words are not "".
func choiceFlag(flags *pflag.FlagSet, value *string, name, help string, words ...string) {
	*value = words[0]
	c := choice{value, slices.DeleteFunc(words, func(w string) bool { return w == "" })}
	flags.Var(c, name, help+": "+choices(c.words))
}

// Set takes the word, if it is one of those expected.
func (c choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return fmt.Errorf("expected %s", choices(c.words))
	}
	*c.value = word
	return nil
}

// String returns the word.
func (c choice) String() string { return *c.value }

// Type is shown in no help: each flag's text names its placeholder.
func (c choice) Type() string { return "choice" }

// choices lists words as a sentence does: a, b or c.
func choices(words []string) string {
	last := len(words) - 1
	if last <= 0 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
