//go:build !desk

package main

import (
	"time"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/terminal"
	"tipbox/cmd/internal/weekly"
)

func newCountsCommand(t *terminal.Terminal) *cobra.Command {
	var (
		c    = weekly.Command{Now: time.Now}
		path string
	)
	cmd := &cobra.Command{
		Use:   "counts",
		Short: "Số tin theo tuần / what came in, per unit, a week at a time",
		Long: `Số tin đã gửi đến từng đơn vị, mỗi tuần, như máy chủ đếm.
What the server has mailed to each unit, a week at a time, without the week that
runs: one by one, in digests, and refused by the mail server. 0 to 4 shows as
"< 5", totals add only what is shown, and tips about a unit are in no count.
With --book what the units' books say of boxes and outcomes is added: of all
units together, by fixed spans of four weeks, and only where no part is small;
the numbers of each unit, box and site are tipbox report.`,
		Example: `  tipbox counts -c tipbox.toml --weeks 13
  tipbox counts -c tipbox.toml --csv > so-tin.csv
  tipbox counts -c tipbox.toml --weeks 13 --book bao-cao.csv --pdf so-tin.pdf`,
		Args: arguments(),
		RunE: func(*cobra.Command, []string) (err error) {
			if c.Config, err = loadConfig(path); err != nil {
				return err
			}
			return c.Run(t)
		},
	}
	f := cmd.Flags()
	configFlag(f, &path)
	f.IntVar(&c.Weeks, "weeks", 4, "the last `N` weeks that are over, 1 to 104")
	f.BoolVar(&c.CSV, "csv", false, "print CSV, for Excel")
	f.StringVar(&c.Book, "book", "", "a `FILE` that tipbox report --merge --csv has printed")
	f.StringVar(&c.PDF, "pdf", "", "write one page in A4 with a chart into `FILE`")
	return cmd
}
