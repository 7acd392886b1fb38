package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newKeygenCommand(t *terminal.Terminal) *cobra.Command {
	var c desk.Keygen
	cmd := &cobra.Command{
		Use:   "keygen (-o FILE | --show FILE)",
		Short: "Tạo tệp khóa / make an identity, locked with a passphrase",
		Long: `Tạo tệp khóa có mật khẩu, và in ra khóa công khai để gửi cho người quản trị.
Make an identity, locked with a passphrase, and print its recipient, which goes
to whoever runs the box. The identity itself stays with the officer.`,
		Example: `  tipbox keygen -o khoa --label "Giàng A Páo" --paper ban-sao.pdf > gui.txt
  tipbox keygen --show khoa
  tipbox keygen --restore anh.jpg -o khoa-moi`,
		Args:    arguments(),
		PreRunE: needFlag("output", "show"),
		RunE:    func(*cobra.Command, []string) error { return c.Run(t) },
	}
	f := cmd.Flags()
	f.StringVarP(&c.Output, "output", "o", "", "write the identity to `FILE`, which must not exist")
	f.StringVar(&c.Show, "show", "", "print the recipient of the identity in `FILE`, made before")
	f.StringVar(&c.Label, "label", "", "the `NAME` of its owner: a comment above the recipient, and on the paper backup")
	f.StringVar(&c.Paper, "paper", "", "write a paper backup of the identity to `FILE.pdf`")
	f.StringArrayVar(&c.Restore, "restore", nil, "with -o, make none but bring one back from its paper backup: `FILE` is a photo, scan or its typed lines; may be given several times")
	f.BoolVar(&c.Classic, "classic", false, "make a classic X25519 key, which age older than 1.3 can use; all keys of a unit must be of one kind")
	f.StringVar(&c.PassphraseFile, "passphrase-file", "", "read the passphrase from the first line of `FILE`")
	f.IntVar(&c.WorkFactor, "work-factor", 0, "scrypt work factor `N`, a power of two")
	_ = f.MarkHidden("work-factor") // it exists
	return cmd
}
