package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

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
				return toPage(html, report.WriteHTML)
			case output == formatJSON:
				return writeJSON(env.stdout, report)
			}
			if err := written(report.WriteText(env.stdout)); err != nil {
				return err
			}
			undo := args[0] + ".undo"
			undoing, err := bulk.Read(undo)
			if err != nil { // the rule: it was not undone
				return nil
			}
			return sayLine(env.stdout, "\nto put it back was begun on %s; see deskattr report %s", undoing.Began.UTC().Format("2006-01-02 15:04 UTC"), undo)
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

// pageBegins is how every page begins.
const pageBegins = "<!doctype html>"

// toPage writes a page, readable by its owner alone: ids are in it. What is there
// is exchanged if it is a page, too: a slip must not cost a journal, or the rows.
func toPage(path string, write func(io.Writer) error) error {
	err := exchange(path, write)
	if err != nil {
		return failed{errLocal, fmt.Sprintf("the page cannot be written: %v", err)}
	}
	return nil
}

func exchange(path string, write func(io.Writer) error) error {
	if found, err := os.Stat(path); err == nil && !found.Mode().IsRegular() { // /dev/stdout
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(file), file.Close())
	}
	if there, err := os.Open(path); err == nil {
		begins := make([]byte, len(pageBegins))
		n, _ := io.ReadFull(there, begins)
		_ = there.Close()
		if n > 0 && string(begins[:n]) != pageBegins {
			return fmt.Errorf("%s is there already, and is no page; give another name", path)
		}
	}
	page, err := os.CreateTemp(filepath.Dir(path), ".deskattr-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(page.Name()) }() // it is not there any more where all went well
	if err := errors.Join(write(page), page.Close()); err != nil {
		return err
	}
	return os.Rename(page.Name(), path)
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
