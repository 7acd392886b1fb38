package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newPassCommand(t *terminal.Terminal) *cobra.Command {
	var c desk.Pass
	cmd := &cobra.Command{
		Use:   "pass -i FILE --to UNIT SEALED",
		Short: "Chuyển tin cho đơn vị khác / seal a tip again, to another unit",
		Long: `Mở một tin và niêm phong lại cho đơn vị khác, ghi ra TB-XXXX-XXXX-chuyen.age.
Open a tip and seal it again, to another unit, into TB-XXXX-XXXX-chuyen.age.

The mail to send it with is printed on stdout; what was sealed, and the
fingerprint of the other unit's key, are shown on stderr. Compare that by
telephone before the first tip goes out. Photos are encoded anew.

Arguments:
  SEALED   Tệp .age hoặc thư .eml có một tin / a sealed tip, or the mail it
           came in`,
		Example: `  tipbox pass -i khoa -c doc-tin.html --to cong-an-xa TB-7K2M-9QXF.age
  tipbox pass -i khoa --to cong-an-xa --mask "Vàng A Sính" --photos 1,3 thu.eml`,
		Args:    arguments("SEALED"),
		PreRunE: needFlags("identity", "to"),
		RunE: func(_ *cobra.Command, args []string) error {
			c.Sealed = args[0]
			return c.Run(t)
		},
	}
	f := cmd.Flags()
	identityFlags(f, &c.Identity, &c.PassphraseFile)
	f.StringVarP(&c.Addresses, "config", "c", "tipbox.toml", "`FILE` that knows the units: tipbox.toml, a desk made with one, or the unit's recipients file")
	f.StringVar(&c.To, "to", "", "the other `UNIT`'s id")
	f.StringVar(&c.From, "from", "", "the id of the `UNIT` that passes it on, if it is not the tip's own")
	f.StringVar(&c.Note, "note", "", "say `TEXT` to the other unit, at most 500 characters")
	f.StringArrayVar(&c.Mask, "mask", nil, "leave `TEXT` out of the tip wherever it stands; may be given several times")
	f.IntSliceVar(&c.Photos, "photos", nil, "pass on only the photos with these `NUMBERS`, such as 1,3")
	f.BoolVar(&c.NoPhotos, "no-photos", false, "pass on no photos")
	f.BoolVar(&c.Reply, "reply", false, "let the other unit answer the sender, where that is possible")
	f.StringArrayVar(&c.Book.Met, "met", nil, "a `FINGERPRINT` of the other unit's that was compared by telephone; may be given several times")
	f.StringVarP(&c.Output, "output", "o", ".", "write into `DIR`")
	notedFlags(f, &c.Book)
	return cmd
}
