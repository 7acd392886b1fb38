package main

import "fmt"

// version is set by the linker in released binaries.
var version = "dev"

type versionCmd struct{}

func (versionCmd) Run(t *terminal) error {
	_, err := fmt.Fprintln(t.out, "tipbox", version)
	return err
}
