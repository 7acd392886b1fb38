//go:build !desk

package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/sites"
	"tipbox/cmd/internal/terminal"
	"tipbox/intake"
)

func newSitesCommand(t *terminal.Terminal) *cobra.Command {
	var (
		c       sites.Command
		english string
	)
	cmd := parent(t, &cobra.Command{
		Use:   "sites COMMAND",
		Short: "Add, move, withdraw and list the places where posters hang",
	})
	configFlag(cmd.PersistentFlags(), &c.Config)
	list := &cobra.Command{
		Use:   "list [UNIT]",
		Short: "The sites of a unit, or of all",
		Long: `The sites of a unit, or of all: unit, code, name, and since when it is
withdrawn, parted by tabs.`,
		Args: arguments("[UNIT]"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				c.Unit = args[0]
			}
			return c.List(t)
		},
	}
	add := &cobra.Command{
		Use:   "add UNIT CODE NAME",
		Short: "Write one more site into a unit's sites_file",
		Long: `Write one more site into a unit's sites_file.

Arguments:
  UNIT   the unit's id
  CODE   of the site, such as ncs04: it stands in the link on its posters
  NAME   of the place, in Vietnamese`,
		Example: `  tipbox sites add na-co-sa ncs04 "Trạm y tế xã" --en "Health station"`,
		Args:    arguments("UNIT", "CODE", "NAME"),
		RunE: func(_ *cobra.Command, args []string) error {
			c.Unit, c.Code, c.Names = args[0], args[1], intake.Names{"vi": args[2], "en": english}
			return c.Add(t)
		},
	}
	add.Flags().StringVar(&english, "en", "", "the `NAME` of the place in English")
	withdraw := &cobra.Command{
		Use:   "withdraw CODE",
		Short: "Take no more tips by a site's posters",
		Long: `Take no more tips by a site's posters. The link answers on, and says so.

Arguments:
  CODE   of the site`,
		Args: arguments("CODE"),
		RunE: func(_ *cobra.Command, args []string) error {
			c.Code = args[0]
			return c.Withdraw(t)
		},
	}
	move := &cobra.Command{
		Use:   "move CODE UNIT NEW-CODE",
		Short: "Have a place belong to another unit, with new posters",
		Long: `Have a place belong to another unit. Its posters bring tips to the unit that
printed them, so the old code is withdrawn and a new one made.

Arguments:
  CODE       of the site now
  UNIT       the id of the unit that it goes to
  NEW-CODE   of the site there`,
		Args: arguments("CODE", "UNIT", "NEW-CODE"),
		RunE: func(_ *cobra.Command, args []string) error {
			c.Code, c.Unit, c.New = args[0], args[1], args[2]
			return c.Move(t)
		},
	}
	for _, sub := range []*cobra.Command{withdraw, move} {
		sub.Flags().StringVar(&c.Day, "date", "", "the old posters are good until this day, `YYYY-MM-DD`; today if not given")
	}
	cmd.AddCommand(list, add, withdraw, move)
	return cmd
}
