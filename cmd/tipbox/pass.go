package main

import (
	"cmp"

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
		Args: arguments("SEALED"),
		PreRunE: func(cmd *cobra.Command, args []string) error {
			return cmp.Or(needFlag("identity")(cmd, args), needFlag("to")(cmd, args))
		},
		RunE: func(_ *cobra.Command, args []string) error {
			c.Sealed = args[0]
			return c.Run(t)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&c.Identity, "identity", "i", nil, "identity `FILE`, as tipbox keygen -o writes it; may be given several times")
	f.StringVarP(&c.Addresses, "config", "c", "tipbox.toml", "`FILE` that knows the units: tipbox.toml, a desk made with one, or the unit's recipients file")
	f.StringVar(&c.To, "to", "", "the other `UNIT`'s id")
	f.StringVar(&c.By, "by", "", "the id of the `UNIT` that passes it on, if it is not the tip's own")
	f.StringVar(&c.Note, "note", "", "say `TEXT` to the other unit, at most 500 characters")
	f.StringArrayVar(&c.Mask, "mask", nil, "leave `TEXT` out of the tip wherever it stands; may be given several times")
	f.IntSliceVar(&c.Photos, "photos", nil, "pass on only the photos with these `NUMBERS`, such as 1,3")
	f.BoolVar(&c.NoPhotos, "no-photos", false, "pass on no photos")
	f.BoolVar(&c.Reply, "reply", false, "let the other unit answer the sender, where that is possible")
	f.StringVarP(&c.Output, "output", "o", ".", "write into `DIR`")
	notedFlags(f, &c.Book)
	f.StringVar(&c.PassphraseFile, "passphrase-file", "", "read the passphrase from the first line of `FILE`")
	return cmd
}
