package main

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func knownCommand() *cobra.Command {
	var files []string
	c := &cobra.Command{
		Use:   "known",
		Short: "what the adapters stand on: which of their facts are proven, and by what",
		Long: `What the adapters stand on, by vendor and heading of the package documentation: the marks that stand
behind its facts, from the surest on.

--write writes the table into a file, between the lines
` + begin("known") + ` and ` + end("known") + `.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			table, err := known()
			if err != nil {
				return err
			}
			if len(files) == 0 {
				_, err = io.WriteString(c.OutOrStdout(), table)
			}
			for _, file := range files {
				err = errors.Join(err, writePage(file, "known", table, c.OutOrStdout()))
			}
			return err
		},
	}
	c.Flags().StringArrayVar(&files, "write", nil, "a `FILE` to write the table into; may be repeated")
	return c
}

// marks are what a fact can be known by, the surest first.
var marks = []struct{ mark, word string }{
	{"run", "a run"}, {"code", "the vendor's code"}, {"recorded", "recorded traffic"}, {"doc", "a document"},
	{"others", "clients in use"}, {"nobody", "**nobody**"},
}

var marked = regexp.MustCompile(`\[(run|code|recorded|doc|others|nobody)\b[^\]]*\]`)

// known is the table of marks.
func known() (string, error) {
	headings := []string{"Records", "Names", "Values", "Clearing", "Merge", "Errors", "Limits"}
	rows := map[string][]string{}
	names := []string{}
	for _, v := range vendors {
		names = append(names, v.name)
		file := filepath.Join("adapters", v.name, v.name+".go")
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			return "", fmt.Errorf("run this at the root of the module: %w", err)
		}
		_, text, _ := strings.Cut(parsed.Doc.Text(), "\n# ")
		for _, section := range strings.Split(text, "\n# ") {
			heading, body, _ := strings.Cut(section, "\n")
			rows[heading] = append(rows[heading], cell(body))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s |\n|---|%s\n", strings.Join(names, " | "), strings.Repeat("---|", len(names)))
	for _, heading := range headings {
		if len(rows[heading]) != len(vendors) {
			return "", fmt.Errorf("the heading %q is not in the documentation of each vendor's package", heading)
		}
		fmt.Fprintf(&b, "| %s | %s |\n", heading, strings.Join(rows[heading], " | "))
	}
	return b.String(), nil
}

// cell tells what the facts of a section are known by.
func cell(body string) string {
	seen := map[string]int{}
	for _, match := range marked.FindAllStringSubmatch(body, -1) {
		seen[match[1]]++
	}
	var words []string
	for _, m := range marks {
		if seen[m.mark] > 0 {
			words = append(words, m.word)
		}
	}
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(slices.Clip(words), ", ")
}
