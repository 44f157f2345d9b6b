package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

func coverageCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "coverage",
		Short: "what of each vendor's published interface our documents and clients have",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return coverage(c.OutOrStdout()) },
	}
}

// row is the coverage of one vendor.
type row struct {
	vendor                                            string
	published, document, callable, missing, corrected int
}

// coverage prints what of each published interface we have.
func coverage(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "vendor\tpublished\tin our document\tcallable in Go\tmissing\tcorrections")
	for _, v := range vendors {
		r, err := v.cover()
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\n", r.vendor, r.published, r.document, r.callable, r.missing, r.corrected)
	}
	return table.Flush()
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
	r := row{vendor: v.name, published: len(theirs), document: len(ours), corrected: len(list)}
	unlisted, _ := list.hold(compare(theirs, ours)) // an operation on another path than published is a correction
	for operation := range theirs {
		if slices.Contains(unlisted, operation+" removed") {
			r.missing++
		}
	}
	for i := range v.api.NumMethod() {
		if slices.ContainsFunc(v.ids, func(id string) bool { return strings.EqualFold(id, v.api.Method(i).Name) }) {
			r.callable++
		}
	}
	return r, nil
}
