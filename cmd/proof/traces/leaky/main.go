// Command leaky is tipbox serve with routes that fail with a request in their
// hands, and with leaks, one of each kind, to show that the search for traces
// finds them.
package main

import (
	"fmt"
	"os"

	"tipbox/cmd/internal/box"
	"tipbox/cmd/internal/box/probe"
	"tipbox/cmd/internal/config"
	"tipbox/cmd/internal/terminal"
)

// main takes the command line of tipbox serve: leaky serve -c FILE.
func main() {
	t := terminal.New()
	if len(os.Args) < 4 || os.Args[1] != "serve" || os.Args[2] != "-c" {
		os.Exit(t.Fail(terminal.Usage(fmt.Errorf("usage: leaky serve -c FILE"))))
	}
	cfg, err := config.Load(os.Args[3])
	if err != nil {
		os.Exit(t.Fail(terminal.Usage(err)))
	}
	l := leaks{cfg}
	if err := box.Serve(t, box.Options{Config: cfg, Debug: len(os.Args) > 4, Probe: &probe.Probe{Handler: l.handler, Transport: l.transport}}); err != nil {
		os.Exit(t.Fail(err))
	}
}
