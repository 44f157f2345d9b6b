package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

func coverageCommand() *cobra.Command {
	var format string
	var files []string
	command := &cobra.Command{
		Use:   "coverage",
		Short: "what of each vendor's published interface our documents and clients have",
		Long: `What of each vendor's published interface our documents and clients have.

Operations are counted by route: what is published twice for one route counts
once. Status 1 tells that something published is missing; what to do then is
said beside the table.

--write writes the Markdown table into a file, between the lines
` + begin("coverage") + ` and ` + end("coverage") + `.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			rows, err := coverAll()
			if err != nil {
				return err
			}
			return coverage(rows, format, files, c.OutOrStdout(), c.ErrOrStderr())
		},
	}
	command.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	command.Flags().StringArrayVar(&files, "write", nil, "a `FILE` to write the Markdown table into; may be repeated")
	command.MarkFlagsMutuallyExclusive("format", "write")
	return command
}

// row is the coverage of one vendor.
type row struct {
	Vendor            string   `json:"vendor"`
	Title             string   `json:"title"`
	Version           string   `json:"version"`
	Date              string   `json:"date"`
	Published         int      `json:"published"`
	Document          int      `json:"in_document"`
	Callable          int      `json:"callable"`
	Missing           int      `json:"missing"`
	Corrections       int      `json:"corrections"`
	MissingOperations []string `json:"missing_operations,omitempty"`
}

// countTitles are the titles of a row's numbers, in text and in Markdown.
var countTitles = []string{"published", "in our document", "callable in Go", "missing", "corrections"}

func (r row) numbers() []any {
	return []any{r.Published, r.Document, r.Callable, r.Missing, r.Corrections}
}

func coverAll() ([]row, error) {
	var rows []row
	for _, v := range vendors {
		r, err := v.cover()
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// coverage prints the table, or writes it into files. What is missing goes to
// findings, so that a table stays a table.
func coverage(rows []row, format string, files []string, out, findings io.Writer) error {
	table, ok := map[string]func(io.Writer, []row) error{"text": textTable, "json": jsonTable, "markdown": markdownTable}[format]
	if !ok {
		return fmt.Errorf("--format %q is unknown; it is text, json or markdown", format)
	}
	for _, file := range files {
		if err := writePage(file, "coverage", markdownRows(rows), out); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		if err := table(out, rows); err != nil {
			return err
		}
	}
	return printMissing(rows, findings)
}

// printMissing prints what is missing and how to mend it.
func printMissing(rows []row, findings io.Writer) error {
	var err error
	for _, r := range rows {
		for _, operation := range r.MissingOperations {
			fmt.Fprintf(findings, "%s: %s is published and not in our document: add it to specs/%s/openapi.yaml, then run make generate\n", r.Vendor, operation, r.Vendor)
			err = errFound
		}
		if r.Callable < r.Document {
			fmt.Fprintf(findings, "%s: %d operations of specs/%s/openapi.yaml cannot be called in Go: run make generate\n", r.Vendor, r.Document-r.Callable, r.Vendor)
			err = errFound
		}
	}
	return err
}

func textTable(out io.Writer, rows []row) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "vendor\t"+strings.Join(countTitles, "\t"))
	for _, r := range rows {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\n", append([]any{r.Vendor}, r.numbers()...)...)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "missing: published and not in our document. callable in Go: with a typed method. corrections: reasons for what differs from what is published.")
	return err
}

func jsonTable(out io.Writer, rows []row) error {
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(rows)
}

func markdownTable(out io.Writer, rows []row) error {
	_, err := io.WriteString(out, markdownRows(rows))
	return err
}

func markdownRows(rows []row) string {
	var out strings.Builder
	fmt.Fprintf(&out, "| published interface | %s |\n|---|%s\n", strings.Join(countTitles, " | "), strings.Repeat("--:|", len(countTitles)))
	for _, r := range rows {
		fmt.Fprintf(&out, "| %s %s (%s) | %d | %d | %d | %d | %d |\n", append([]any{r.Title, r.Version, r.Date}, r.numbers()...)...)
	}
	return out.String()
}

func (v vendor) cover() (row, error) {
	ours, theirs, err := v.files()
	if err != nil {
		return row{}, err
	}
	list, err := v.corrections()
	if err != nil {
		return row{}, err
	}
	r := row{Vendor: v.name, Callable: v.callable()}
	r.count(theirs, ours, list)
	return r, r.identify(filepath.Join("specs", v.name, "source.yaml"))
}

// count counts operations. A published one that we lack is missing, unless a
// correction covers it: then we have it on another path.
func (r *row) count(theirs, ours facts, list corrections) {
	r.Published, r.Document, r.Corrections = len(theirs), len(ours), len(list)
	unlisted, _ := list.hold(compare(theirs, ours))
	for _, operation := range sorted(theirs) {
		if slices.Contains(unlisted, operation+" removed") {
			r.MissingOperations = append(r.MissingOperations, operation)
		}
	}
	r.Missing = len(r.MissingOperations)
}

// identify reads which published interface it is.
func (r *row) identify(file string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var source struct {
		Name      string
		Interface struct{ Version, Date string }
	}
	if err := yaml.Unmarshal(content, &source); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	r.Title, r.Version, r.Date = source.Name, source.Interface.Version, source.Interface.Date
	if r.Title == "" || r.Version == "" || r.Date == "" {
		return fmt.Errorf("%s: name, interface.version and interface.date are all needed", file)
	}
	return nil
}

// callable counts the operations with a typed method.
func (v vendor) callable() int {
	count := 0
	for i := range v.api.NumMethod() {
		if slices.ContainsFunc(v.ids, func(id string) bool { return strings.EqualFold(id, v.api.Method(i).Name) }) {
			count++
		}
	}
	return count
}
