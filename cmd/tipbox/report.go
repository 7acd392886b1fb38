package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newReportCommand(t *terminal.Terminal) *cobra.Command {
	var c desk.Report
	cmd := &cobra.Command{
		Use:   "report -i FILE (--book FILE.age | --merge FILE...)",
		Short: "Đếm tin trong sổ / count the tips in the book, a week at a time",
		Long: `Đếm tin trong sổ theo tuần; niêm phong số liệu gửi cấp trên; cộng số liệu nhiều
đơn vị.
Count the tips in the book, a week at a time, by box, site, state and outcome;
duplicates stand apart. With --seal the counts, not a word of any tip, are
sealed for the level above; --merge adds up what several units have sent so. It
is what each unit says; the same file twice is once.`,
		Example: `  tipbox report -i khoa --book so-tin.age --weeks 8
  tipbox report -i khoa --book so-tin.age --weeks 13 --seal tinh.recipients
  tipbox report -i khoa-tinh --merge so-lieu-*.age --csv > bao-cao.csv`,
		PreRunE: needFlags("identity"),
		RunE: func(_ *cobra.Command, args []string) error {
			c.Files = args
			return c.Run(t)
		},
	}
	f := cmd.Flags()
	identityFlags(f, &c.Identity, &c.PassphraseFile)
	f.StringVar(&c.Book.Path, "book", "", "the book that tipbox open and the desk keep, a `FILE.age`")
	f.IntVar(&c.Weeks, "weeks", 4, "count `N` weeks, 1 to 520, this one the last")
	f.BoolVar(&c.CSV, "csv", false, "print CSV, for Excel")
	f.StringVar(&c.Seal, "seal", "", "seal the counts to the recipients in `FILE`, and print the new file's name")
	f.StringVarP(&c.Output, "output", "o", ".", "write the sealed counts into `DIR`")
	f.BoolVar(&c.Merge, "merge", false, "add up the sealed counts in the files named")
	return cmd
}
