package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func reduceCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reduce VENDOR FILE",
		Short: "store the facts of the vendor's published document (names, types, structure; no prose)",
		Args:  cobra.ExactArgs(2),
		RunE:  func(c *cobra.Command, args []string) error { return reduce(args[0], args[1], c.OutOrStdout()) },
	}
}

// columns of published.tsv.
var columns = []string{"operation", "part", "place", "types", "format", "nullable", "required", "values"}

// write stores facts as a table, a line each, in order.
func write(all facts) []byte {
	var b bytes.Buffer
	table := csv.NewWriter(&b)
	table.Comma = '\t'
	_ = table.Write(columns) // to memory
	mark := map[bool]string{true: "yes"}
	for _, operation := range sorted(all) {
		for _, part := range sorted(all[operation]) {
			for _, place := range sorted(all[operation][part]) {
				f := all[operation][part][place]
				_ = table.Write([]string{operation, part, place, strings.Join(f.types, "|"), f.format, mark[f.nullable], mark[f.required], strings.Join(f.values, "|")})
			}
		}
	}
	table.Flush()
	return b.Bytes()
}

// parse reads what write wrote.
func parse(table []byte) (facts, error) {
	reader := csv.NewReader(bytes.NewReader(table))
	reader.Comma = '\t'
	reader.FieldsPerRecord = len(columns)
	rows, err := reader.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, fmt.Errorf("no table of facts: %w", err)
	}
	list := func(field string) []string {
		if field == "" {
			return nil
		}
		return strings.Split(field, "|")
	}
	all := facts{}
	for _, row := range rows[1:] {
		if all[row[0]] == nil {
			all[row[0]] = map[string]map[string]fact{}
		}
		if all[row[0]][row[1]] == nil {
			all[row[0]][row[1]] = map[string]fact{}
		}
		all[row[0]][row[1]][row[2]] = fact{list(row[3]), row[4], row[5] == "yes", row[6] == "yes", list(row[7])}
	}
	return all, nil
}

// reduce stores the facts of a published document.
func reduce(name, file string, out io.Writer) error {
	v, err := find(name)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	all, err := read(text, v.published)
	if err != nil {
		return err
	}
	target := filepath.Join("specs", v.name, "published.tsv")
	if err := os.WriteFile(target, write(all), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %d operations\n", target, len(all))
	return err
}
