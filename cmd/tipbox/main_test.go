package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"tipbox/intake/spool"
)

func TestMain(m *testing.M) {
	// Where /tmp is in memory, serve refuses a data_dir there.
	if volatile, err := spool.Volatile(os.TempDir()); err == nil && volatile {
		if err := os.Setenv("TMPDIR", "/var/tmp"); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"tipbox": main, "age-plugin-tipboxtest": pluginMain})
}

// TestScripts runs the manual of the command line, testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Cmds:                scriptCommands,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TMPDIR", os.Getenv("TMPDIR"))
			return nil
		},
	})
}
