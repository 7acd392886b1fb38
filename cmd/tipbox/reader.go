package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newReaderCommand(t *terminal.Terminal) *cobra.Command {
	c := desk.Reader{Version: version}
	cmd := &cobra.Command{
		Use:   "reader (-o FILE.html | --check FILE)",
		Short: "Trang mở tin không cần mạng / write the offline reader, or check one",
		Long: `Ghi ra trang mở tin không cần mạng, hoặc kiểm tra một bản sao của trang đó.
Write the offline reader, or check a copy of it.

The reader is one HTML file that opens sealed tips in Chrome, Edge or Firefox,
on a PC without network or installation. It carries no key and no secret: copy
it to a USB stick, and check the copies.`,
		Example: `  tipbox reader -o doc-tin.html
  tipbox reader --check doc-tin.html`,
		Args:    arguments(),
		PreRunE: needFlag("output", "check"),
		RunE:    func(*cobra.Command, []string) error { return c.Run(t) },
	}
	f := cmd.Flags()
	f.StringVarP(&c.Output, "output", "o", "", "write the reader to `FILE.html` and print its SHA-256")
	f.StringVar(&c.Check, "check", "", "confirm that `FILE` is what -o writes, byte by byte")
	return cmd
}
