//go:build !desk

package main

import (
	"strings"

	"github.com/spf13/cobra"

	"tipbox/cmd/internal/queue"
	"tipbox/cmd/internal/terminal"
)

func newSpoolCommand(t *terminal.Terminal) *cobra.Command {
	var (
		q    queue.Queue
		path string
	)
	cmd := parent(t, &cobra.Command{
		Use:   "spool COMMAND",
		Short: "See to the tips that wait to be mailed, and send one again",
		Long: `See to the tips that wait to be mailed, beside the running server, and send
one again that was mailed and got lost. Nobody but the unit can open them.`,
	})
	configFlag(cmd.PersistentFlags(), &path)
	below := func(use, short string, run func(*terminal.Terminal) error) *cobra.Command {
		sub := &cobra.Command{
			Use:   use,
			Short: short,
			Long:  short + ".\n\nArguments:\n  ID   the tip's, TB-XXXX-XXXX, as tipbox spool list shows it",
			Args:  arguments("[ID]"),
			RunE: func(_ *cobra.Command, args []string) (err error) {
				q.ID = strings.Join(args, "")
				if q.Config, err = loadConfig(path); err != nil {
					return err
				}
				return run(t)
			},
		}
		cmd.AddCommand(sub)
		return sub
	}
	list := below("list", "The tips that wait, and those that a person has to decide about", q.List)
	list.Long, list.Args = "", arguments()
	below("show ID", "One tip's envelope: unit, state, who has it and who does not", q.Show)
	retry := below("retry (ID | --all)", "Try to mail a waiting tip at once, or all of them", q.Retry)
	retry.Flags().BoolVar(&q.All, "all", false, "all that wait")
	below("hold ID", "Keep a waiting tip from being mailed", q.Hold)
	release := below("release (ID | --all)", "Put a held tip back among the waiting, or all of them", q.Release)
	release.Flags().BoolVar(&q.All, "all", false, "all that are held")
	resend := below("resend (ID | --day DAY)", "Mail a delivered tip once more, or all of a day: it got lost", q.Resend)
	resend.Flags().StringVar(&q.Day, "day", "", "all that were delivered on that `day` (UTC), such as 2026-11-29")
	adopt := below("adopt DIR", "Take over what a dead server's spool, or its mirror, still holds", func(t *terminal.Terminal) error {
		q.Dir = q.ID
		return q.Adopt(t)
	})
	adopt.Args = arguments("DIR")
	adopt.Long = `Take over what a dead server's spool, or its mirror, still holds: the same
ids, so that nothing is mailed as new twice. What this spool has, or has
delivered, is not taken. It may be cut short and done again, and tipbox serve
may run here.

Arguments:
  DIR  the dead server's data_dir, the spool in it, or its spool.mirror`
	return cmd
}
