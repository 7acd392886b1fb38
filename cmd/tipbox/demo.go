//go:build !desk

package main

import (
	"github.com/spf13/cobra"

	"tipbox/cmd/internal/demo"
	"tipbox/cmd/internal/terminal"
)

func newDemoCommand(t *terminal.Terminal) *cobra.Command {
	c := demo.Demo{Version: version}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Try everything on this machine: keys, posters, form, mailbox",
		Long: `Everything on this machine: keys, three sites, posters, form, mailbox. It says
where to send a tip and how to open it, and runs until Ctrl-C.`,
		Args: arguments(),
		RunE: func(*cobra.Command, []string) error { return c.Run(t) },
	}
	f := cmd.Flags()
	f.StringVar(&c.Dir, "dir", "tipbox-demo", "put everything into this `DIR`: a new one, or an earlier demo's")
	f.StringVar(&c.Listen, "listen", "127.0.0.1:8080", "loopback `ADDRESS` of the form")
	return cmd
}
