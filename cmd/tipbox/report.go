package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newReportCommand(t *terminal.Terminal) *cobra.Command {
	var c desk.Report
	cmd := &cobra.Command{
		Use:   "report -i FILE --book FILE.age",
		Short: "Đếm tin trong sổ / count the tips in the book, a week at a time",
		Long: `Đếm tin trong sổ theo từng tuần, từng hòm thư và trạng thái.
Count the tips in the book, a week at a time, by mailbox and status.`,
		Example: `  tipbox report -i khoa --book so-tin.age --weeks 8
  tipbox report -i khoa --book so-tin.age --csv > bao-cao.csv`,
		Args:    arguments(),
		PreRunE: needFlags("identity", "book"),
		RunE:    func(*cobra.Command, []string) error { return c.Run(t) },
	}
	f := cmd.Flags()
	identityFlags(f, &c.Identity, &c.PassphraseFile)
	f.StringVar(&c.Book.Path, "book", "", "the book that tipbox open and the desk keep, a `FILE.age`")
	f.IntVar(&c.Weeks, "weeks", 4, "count `N` weeks, 1 to 520, this one the last")
	f.BoolVar(&c.CSV, "csv", false, "print CSV, for Excel")
	return cmd
}
