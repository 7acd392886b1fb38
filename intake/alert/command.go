package alert

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"time"

	"tipbox/intake/alert/setting"
	"tipbox/intake/deliver"
)

// command runs a program, such as one that sends an SMS or sounds a siren, with the
// message on its standard input. Exit status 0 says that it was sent.
type command struct{ args []string }

func newCommand(s setting.Channel) sender { return &command{s.Command} }

func (c *command) send(ctx context.Context, _ string, m Message) error {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...) //nolint:gosec // the operator's own
	cmd.Stdin = strings.NewReader(m.plain() + "\n")
	cmd.WaitDelay = time.Second // a child of its own may hold the pipe open
	alone(cmd)
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &Error{Reason: deliver.Timeout, Said: c.args[0] + " did not end in time"}
	case errors.As(err, &exit):
		return &Error{Reason: Command, Said: c.args[0] + ": " + exit.String()}
	}
	return &Error{Reason: Command, Said: err.Error()}
}
