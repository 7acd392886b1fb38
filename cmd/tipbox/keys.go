package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
	"tipbox/cmd/internal/unitkeys"
)

func newKeysCommand(t *terminal.Terminal) *cobra.Command {
	var c unitkeys.Keys
	cmd := parent(t, &cobra.Command{
		Use:   "keys COMMAND",
		Short: "Add, retire and list the keys that a unit's tips are sealed to",
	})
	configFlag(cmd.PersistentFlags(), &c.Config)
	cmd.PersistentFlags().BoolVar(&c.Oversight, "oversight", false, "the keys of the unit's oversight instead of its own")

	runs := func(run func(*terminal.Terminal) error) func(*cobra.Command, []string) error {
		return func(_ *cobra.Command, args []string) error {
			args = append(args, "", "")
			c.Unit, c.Recipient = args[0], args[1]
			return run(t)
		}
	}
	list := &cobra.Command{
		Use:   "list [UNIT]",
		Short: "Who can open a unit's tips, or each unit's, with fingerprints",
		Long: `Who can open a unit's tips, with fingerprints to compare over the telephone.
Without UNIT it is all units, each line with its unit first.

Arguments:
  UNIT   the unit's id`,
		Args: arguments("[UNIT]"),
		RunE: runs(c.List),
	}
	add := &cobra.Command{
		Use:   "add UNIT RECIPIENT",
		Short: "Let one more key open the tips that come from now on",
		Long: `Let one more key open the tips that come from now on.

Arguments:
  UNIT        the unit's id
  RECIPIENT   the recipient, age1…, or the file that has what keygen printed`,
		Example: `  tipbox keys add na-co-sa gui.txt --dry-run`,
		Args:    arguments("UNIT", "RECIPIENT"),
		RunE:    runs(c.Add),
	}
	add.Flags().StringVar(&c.Label, "label", "", "the `NAME` of its owner, instead of the file's comment")
	retire := &cobra.Command{
		Use:   "retire UNIT RECIPIENT",
		Short: "Seal no more tips to a key; those that came stay open to it",
		Long: `Seal no more tips to a key. Those that came stay open to it.

Arguments:
  UNIT        the unit's id
  RECIPIENT   its fingerprint or the first 4 digits or more of it, its label,
              the recipient, age1…, or the file it is in`,
		Example: `  tipbox keys retire na-co-sa "Giàng A Páo"`,
		Args:    arguments("UNIT", "RECIPIENT"),
		RunE:    runs(c.Retire),
	}
	for _, sub := range []*cobra.Command{add, retire} {
		sub.Flags().BoolVarP(&c.DryRun, "dry-run", "n", false, "say who could open what, and change nothing")
	}
	cmd.AddCommand(list, add, retire)
	return cmd
}
