package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/deskattr/deskattr/adapters/bulk"
)

func newReport(env environment) *cobra.Command {
	output := formatText
	var html string
	cmd := &cobra.Command{
		Use:   "report JOURNAL",
		Short: "Tell what became of a run, from its journal",
		Long: `Tell what became of a run, from its journal: how many rows had which outcome, failures by
their code with examples, the slowest records. --html FILE writes a page that needs
nothing else; it shows ids and messages, no values.`,
		Example:               "  deskattr report contacts.csv.journal --html report.html",
		Args:                  words(1, 1),
		DisableFlagsInUseLine: true,
		RunE: func(_ *cobra.Command, args []string) error {
			report, err := readReport(args[0])
			switch {
			case err != nil:
				return err
			case html != "":
				return toFile(html, report.WriteHTML)
			case output == formatJSON:
				return writeJSON(env.stdout, report)
			}
			return written(report.WriteText(env.stdout))
		},
	}
	cmd.Flags().Var(&output, "output", "`FORMAT` of the answer: text or json")
	cmd.Flags().StringVar(&html, "html", "", "write a page to `FILE`")
	return cmd
}

// readReport reads a journal. Nothing but a local file is at fault if it cannot.
func readReport(path string) (bulk.Report, error) {
	report, err := bulk.Read(path)
	if err != nil {
		return report, failed{errLocal, err.Error()}
	}
	return report, nil
}

// toFile writes a new file, readable by its owner alone: ids are in it.
func toFile(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err == nil {
		err = write(file)
		if closed := file.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		return failed{errLocal, fmt.Sprintf("the page cannot be written: %v", err)}
	}
	return nil
}

func newJournal(env environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "journal",
		Short: "Work with the journals of apply",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "purge JOURNAL",
		Short: "Take all attribute values out of a journal",
		Long: `Take all attribute values out of a journal, and out of JOURNAL.undo. What became of which
record stays, for reports and for --resume; the run cannot be undone any more.`,
		Args:                  words(1, 1),
		DisableFlagsInUseLine: true,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := bulk.Purge(args[0]); err != nil {
				return failed{errLocal, err.Error()}
			}
			return sayLine(env.stderr, "%s: there are no values in it any more", args[0])
		},
	})
	return cmd
}
