package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/patrol"
	"tipbox/cmd/internal/terminal"
)

func newVerifyCommand(t *terminal.Terminal) *cobra.Command {
	var (
		c    patrol.Verify
		page func(args []string) error // where the page is asked for
		path string
	)
	cmd := &cobra.Command{
		Use:   "verify PHOTO...",
		Short: "Tell whether posters in photos are ours",
		Long: `Tell whether posters in photos are ours. A line is printed for each code, and
for a photo without one: photo, verdict, link, and what to know about it. The
verdict is genuine, foreign, unknown, withdrawn or unreadable; the exit status
is 1 unless all are genuine. In which week a site's genuine poster was last in a
photo is noted in seen.csv, beside the configuration.

With --missing N the sites that take tips and had no genuine photo in the last N
weeks are named too, with the verdict missing; then PHOTO may be left out.

Arguments:
  PHOTO...   photos, scans of posters (JPEG, PNG, WebP, TIFF, PDF …), folders
             of them; folders in folders too. What cannot be looked at is named
             as unreadable`,
		Example: `  tipbox verify --csv tuan-tra.csv anh-tuan-tra
  tipbox verify --missing 4`,
		Args: cobra.ArbitraryArgs, // see RunE
		RunE: func(cmd *cobra.Command, args []string) error {
			if page != nil && cmd.Flags().Changed("page") {
				return page(args)
			}
			switch {
			case c.Missing < 0 || cmd.Flags().Changed("missing") && c.Missing == 0:
				return misused(cmd, fmt.Errorf("--missing %d: expected a number of weeks", c.Missing))
			case c.Missing == 0 || len(args) > 0:
				if err := arguments("PHOTO...")(cmd, args); err != nil {
					return err
				}
			}
			cfg, err := loadConfig(path)
			if err != nil {
				return err
			}
			c.Photos = args
			return c.Run(t, cfg)
		},
	}
	configFlag(cmd.Flags(), &path)
	cmd.Flags().StringVar(&c.CSV, "csv", "", "also write the lines to `FILE.csv`, a table that opens in Excel")
	cmd.Flags().IntVar(&c.Missing, "missing", 0, "also name the sites without a genuine photo in `N` weeks")
	page = pageFlags(t, cmd, &path)
	return cmd
}
