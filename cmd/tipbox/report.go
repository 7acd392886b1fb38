package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newReportCommand(t *terminal.Terminal) *cobra.Command {
	var c desk.Report
	cmd := &cobra.Command{
		Use:   "report --register FILE.csv",
		Short: "Đếm tin trong sổ / count the tips in a register, a week at a time",
		Long: `Đếm tin trong sổ theo từng tuần, từng hòm thư và trạng thái.
Count the tips in a register, a week at a time, by mailbox and status.`,
		Example: `  tipbox report --register so-tin.csv --weeks 8
  tipbox report --register so-tin.csv --csv > bao-cao.csv`,
		Args:    arguments(),
		PreRunE: needFlag("register"),
		RunE:    func(*cobra.Command, []string) error { return c.Run(t) },
	}
	f := cmd.Flags()
	f.StringVar(&c.Register, "register", "", "the register that tipbox open keeps, a `FILE.csv`")
	f.IntVar(&c.Weeks, "weeks", 4, "count `N` weeks, 1 to 520, this one the last")
	f.BoolVar(&c.CSV, "csv", false, "print CSV, for Excel")
	return cmd
}
