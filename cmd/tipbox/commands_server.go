//go:build !desk

package main

type serverCommands struct {
	Demo  demoCmd  `cmd:"" help:"Everything on this machine: keys, sites, posters, form, mailbox."`
	Init  initCmd  `cmd:"" help:"Make a first tipbox.toml and keys, asking or by flags."`
	Serve serveCmd `cmd:"" help:"Serve the form and mail what comes in."`
	Check checkCmd `cmd:"" help:"Say what is wrong and how to mend it."`
	Spool spoolCmd `cmd:"" help:"See to the tips that wait to be mailed, beside the running server."`
}
