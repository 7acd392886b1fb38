package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newOpenCommand(t *terminal.Terminal) *cobra.Command {
	var c desk.Open
	cmd := &cobra.Command{
		Use:   "open -i FILE SEALED...",
		Short: "Mở tin / open sealed tips",
		Long: `Mở tin bằng tệp khóa, in ra nội dung, tin khẩn trước.
Open sealed tips with an identity and print them, the urgent ones first. Lines
with a bar before them are the sender's.

Everything that holds no tip is named. The exit status is 1 where it may have
held one.

Arguments:
  SEALED...   Tệp .age, thư .eml, hoặc thư mục / sealed tips (.age), mails
              (.eml), mailboxes (mbox, Maildir), zip archives, winmail.dat,
              or folders of them`,
		Example: `  tipbox open -i khoa TB-7K2M-9QXF.age
  tipbox open -i khoa -o tin --register so-tin.csv THU-MUC-TAI-VE`,
		Args:    arguments("SEALED..."),
		PreRunE: needFlag("identity"),
		RunE: func(_ *cobra.Command, args []string) error {
			c.Sealed = args
			return c.Run(t)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&c.Identity, "identity", "i", nil, "identity `FILE`, as tipbox keygen -o writes it; may be given several times")
	f.StringVarP(&c.Output, "output", "o", "", "write each tip, text and photos, into a folder of its own in `DIR`")
	f.StringVar(&c.Register, "register", "", "enter each tip in the register `FILE.csv`, once")
	f.StringVar(&c.PassphraseFile, "passphrase-file", "", "read the passphrase from the first line of `FILE`")
	return cmd
}
