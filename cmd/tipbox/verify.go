package main

import (
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
is 1 unless all are genuine.

Arguments:
  PHOTO...   photos, scans of posters (JPEG, PNG, WebP, TIFF, PDF …), folders
             of them; folders in folders too. What cannot be looked at is named
             as unreadable`,
		Example: `  tipbox verify --csv tuan-tra.csv anh-tuan-tra`,
		Args:    cobra.ArbitraryArgs, // see RunE
		RunE: func(cmd *cobra.Command, args []string) error {
			if page != nil && cmd.Flags().Changed("page") {
				return page(args)
			}
			if err := arguments("PHOTO...")(cmd, args); err != nil {
				return err
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
	page = pageFlags(t, cmd, &path)
	return cmd
}
