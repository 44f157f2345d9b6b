package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/deskattr/deskattr/adapters/bulk"
)

func newUndo(env environment) *cobra.Command {
	var f accountFlags
	var pace paceFlags
	var force bool
	cmd := &cobra.Command{
		Use:   "undo JOURNAL",
		Short: "Put back what was there before an apply",
		Long: `Put back what was there before an apply, from its journal, the last row first. Vendor,
account and host stand in the journal; the token comes from the settings, which must be
of the same account.

A record whose attributes somebody else has changed since is left alone and told; --force
puts back what was there all the same. The undoing has a journal of its own, JOURNAL.undo:
if it breaks off, the same command goes on. A run that was undone is not resumed;
"deskattr apply" with --again sends all its rows once more.`,
		Example:               "  deskattr undo contacts.csv.journal",
		Args:                  words(1, 1),
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			maxFailures, err := pace.failures()
			if err != nil {
				return err
			}
			report, err := readReport(args[0])
			if err != nil {
				return err
			}
			run := report.Run
			account, err := f.connect(env, run.Vendor, false, pace.limiter())
			if err != nil {
				return err
			}
			if account.settings.host() != run.Host || account.settings.account != run.Account {
				return usage("the journal is of %s %s at %s, the settings are of %s", run.Vendor, run.Account, run.Host, account.settings.target())
			}
			ctx := cmd.Context()
			fmt.Fprintf(env.stderr, "%s: %s: put back what was there before the run of %s\n", run.Vendor, account.settings.target(), report.Began.Format("2006-01-02 15:04"))
			if !pace.yes && isTerminal(env.stderr) && isTerminal(os.Stdin) {
				if err := confirm(ctx, env.stderr, os.Stdin); err != nil {
					return err
				}
			}
			tell := newTeller(env, f.output, report.Done, account, pace.pace(account.vendor))
			tell.undo = true
			defer tell.stopping(ctx)()
			summary, err := bulk.Undo(context.WithoutCancel(ctx), args[0], bulk.UndoOptions{
				Adapter: account, Workers: pace.workers, Run: run, Force: force, MaxFailures: maxFailures, Stop: ctx.Done(),
				Event: func(e bulk.Event) { tell.event(e) },
			})
			return tell.end(summary, err)
		},
	}
	f.register(cmd)
	pace.register(cmd.Flags())
	cmd.Flags().BoolVar(&force, "force", false, "put back also what somebody else has changed since")
	return cmd
}
