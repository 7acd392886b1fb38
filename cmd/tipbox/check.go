//go:build !desk

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/check"
	"tipbox/cmd/internal/terminal"
)

func newCheckCommand(t *terminal.Terminal) *cobra.Command {
	var (
		path, unit string
		servers    []string
		send       bool
		asJSON     bool
	)
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Say what is wrong and how to mend it",
		Long: `Say what is wrong and how to mend it: keys, languages, disk, spool, Redis, mail
server, whether tipbox serve was started since the last change, and the link on
the posters, for which it must run; and by which address senders are counted,
which it asks through that link, with a question that only the secret can ask.
It sends nothing and calls nobody.

Where several servers share the link, name each by --server: has it the same
secret, and does it count senders right?

With --send it also sends each unit a trial tip, through the link on its posters
all the way to its mailbox, and a trial message by each channel of its alerts
and of the operator's. Both say in their text that they are trials.

The exit status is 1 if there is a problem.`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if unit != "" && !send {
				return misused(cmd, errors.New("--unit is for --send"))
			}
			for _, s := range servers {
				if u, err := url.Parse(s); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
					return misused(cmd, fmt.Errorf("--server %q: expected an address such as http://10.0.0.5:8080", s))
				}
			}
			return runCheck(t, path, servers, send, unit, asJSON)
		},
	}
	configFlag(cmd.Flags(), &path)
	cmd.Flags().BoolVar(&asJSON, "json", false, "an object a line: verdict (ok, warning or problem), part, text, hint")
	cmd.Flags().StringArrayVar(&servers, "server", nil, "also ask this server directly, such as http://10.0.0.5:8080; may be given again")
	cmd.Flags().BoolVar(&send, "send", false, "send a trial tip to each unit, and a trial message by each channel")
	cmd.Flags().StringVar(&unit, "unit", "", "with --send: to this unit alone, by its id")
	return cmd
}

// runCheck prints a line for each part, and fails if one of them needs a person.
func runCheck(t *terminal.Terminal, path string, servers []string, send bool, unit string, asJSON bool) error {
	cfg, err := loadConfig(path)
	if err != nil {
		return err
	}
	if unit != "" && cfg.Directory.Unit(unit) == nil {
		return terminal.Usage(fmt.Errorf("there is no unit %q in %s", unit, path))
	}
	wrong := 0
	out := json.NewEncoder(t.Out)
	out.SetEscapeHTML(false)
	var failed error
	tell := func(f check.Finding) {
		if f.Verdict() == "problem" {
			wrong++
		}
		if asJSON {
			if err := out.Encode(struct {
				Verdict string `json:"verdict"`
				check.Finding
			}{f.Verdict(), f}); err != nil && failed == nil {
				failed = err
			}
			return
		}
		fmt.Fprintf(t.Out, "%-8s %-8s %s\n", f.Verdict(), f.Part, f.Text)
		if f.Hint != "" {
			t.Say("hint: %s", f.Hint)
		}
	}
	tell(check.Finding{Part: "config", Text: path})
	for f := range check.Config(cfg) {
		tell(f)
	}
	for _, f := range check.Servers(cfg, servers) {
		tell(f)
	}
	if send {
		for f := range check.Send(cfg, unit) {
			tell(f)
		}
	}
	if failed != nil {
		return failed
	}
	if wrong > 0 {
		return errors.New(terminal.Counted(wrong, "problem"))
	}
	return nil
}
