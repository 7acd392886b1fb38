package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/desk"
	"tipbox/cmd/internal/terminal"
)

func newReaderCommand(t *terminal.Terminal) *cobra.Command {
	c := desk.Reader{Version: version}
	cmd := &cobra.Command{
		Use:   "reader (-o FILE.html [-c FILE] | --check FILE)",
		Short: "Bàn làm việc của cán bộ / write the offline desk, or check one",
		Long: `Ghi ra bàn làm việc của cán bộ, chạy không cần mạng, hoặc kiểm tra một bản sao.
Write the officer's offline desk, or check a copy of it.

The desk is one HTML file for Chrome, Edge or Firefox, on a PC without network
or installation. It carries no secret: copy it to a USB stick, and check the
copies. With -c it brings an address book: each unit's names, telephone and
recipients, so that tips can be passed on. --check says whether the page itself
is what this tipbox writes, and lists the fingerprints of the address book in
it, to be compared with the units.`,
		Example: `  tipbox reader -c tipbox.toml -o doc-tin.html
  tipbox reader --check doc-tin.html`,
		Args:    arguments(),
		PreRunE: needFlag("output", "check"),
		RunE:    func(*cobra.Command, []string) error { return c.Run(t) },
	}
	f := cmd.Flags()
	f.StringVarP(&c.Output, "output", "o", "", "write the reader to `FILE.html` and print its SHA-256")
	f.StringVarP(&c.Config, "config", "c", "", "bring the address book of the units in `FILE`, a tipbox.toml")
	f.StringVar(&c.Check, "check", "", "confirm that `FILE` is what -o writes, byte by byte, but for its address book")
	return cmd
}
