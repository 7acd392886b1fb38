// Command tipbox is the anonymous QR-code tip box: it prints the posters, serves
// the form, mails what comes in, sealed, to the unit, and opens it there.
package main

import (
	"errors"
	"os"

	"github.com/alecthomas/kong"
)

// Exit codes, as in the help.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2 // wrong usage or configuration
)

// cli holds the commands, in the order in which the help shows them.
type cli struct {
	serverCommands
	Poster  posterCmd  `cmd:"" help:"Print the posters."`
	Verify  verifyCmd  `cmd:"" help:"Tell whether posters in photos are ours."`
	Reader  readerCmd  `cmd:"" help:"Write the offline reader, or check a copy of it."`
	Keys    keysCmd    `cmd:"" help:"Add, retire and list the keys that a unit's tips are sealed to."`
	Keygen  keygenCmd  `cmd:"" help:"Make an identity, locked with a passphrase."`
	Open    openCmd    `cmd:"" help:"Open sealed tips."`
	Report  reportCmd  `cmd:"" help:"Count the tips in a register, a week at a time."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

const description = `The anonymous tip box: posters with a QR code, a form that keeps nothing about
who sent it, sealed mail to the unit, and the means to open it.

stdout is data, stderr is for people. Exit status: 0 done, 1 failed, 2 wrong
usage or configuration.`

func main() { os.Exit(run(os.Args[1:], newTerminal())) }

// run executes one command line and returns the exit code.
func run(args []string, t *terminal) (code int) {
	var commands cli
	exited := -1
	parser := kong.Must(&commands,
		kong.Name("tipbox"),
		kong.Description(description),
		kong.Writers(t.out, t.err),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 80}),
	)
	ctx, err := parser.Parse(args)
	if exited >= 0 { // --help was asked for and printed
		return exited
	}
	if err != nil {
		return t.fail(hint(usage(err), "tipbox --help lists the commands; tipbox COMMAND --help their flags"))
	}
	if err := ctx.Run(t); err != nil {
		return t.fail(err)
	}
	return exitDone
}

// usage marks err as wrong usage or configuration: exit code 2.
func usage(err error) error { return usageError{err} }

type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// hint adds to err lines that tell a person what to do next.
func hint(err error, hints ...string) error { return hintedError{err, hints} }

type hintedError struct {
	error
	hints []string
}

func (e hintedError) Unwrap() error { return e.error }

// errSilent is returned by a command that has said already what is wrong.
var errSilent = errors.New("failed")
