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
		Long: `Mở tin bằng tệp khóa, in ra nội dung, tin khẩn sau cùng.
Open sealed tips with an identity and print them, the urgent ones last, where
they stay on the screen. Lines with a bar before them are the sender's. With
--book the tips are entered in the unit's book, which is made where there is
none, and only those that are new to it are printed.

Everything that holds no tip is named. The exit status is 1 where it may have
held one.

Arguments:
  SEALED...   Tệp .age, thư .eml, hoặc thư mục / sealed tips (.age), mails
              (.eml), mailboxes (mbox, Maildir), zip archives, winmail.dat,
              or folders of them`,
		Example: `  tipbox open -i khoa TB-7K2M-9QXF.age
  tipbox open -i khoa --book so-tin.age THU-MUC-TAI-VE`,
		Args:    arguments("SEALED..."),
		PreRunE: needFlag("identity"),
		RunE: func(_ *cobra.Command, args []string) error {
			c.Sealed = args
			return c.Run(t)
		},
	}
	f := cmd.Flags()
	identityFlags(f, &c.Identity, &c.PassphraseFile)
	f.StringVarP(&c.Output, "output", "o", "", "write each tip, text and photos, into a folder of its own in `DIR`")
	f.StringVar(&c.Book.Path, "book", "", "enter the tips in the book `FILE.age`, and print only those that are new to it")
	f.StringVar(&c.Book.Unit, "unit", "", "the `ID` of the unit that a new book is of; default: what most of the tips say")
	f.StringVar(&c.Received, "received", "", "when tips were received whose mail is not there: a `TIME` such as \"09:10 28/11/2026\"")
	bookFlags(f, &c.Book)
	return cmd
}
