package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// A table that the tool writes stands in a page between two lines of its name.
func begin(name string) string { return "<!-- specs " + name + " -->" }
func end(name string) string   { return "<!-- /specs " + name + " -->" }

// writePage puts a table into the file that has the lines for it.
func writePage(file, name, table string, out io.Writer) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	changed, err := withTable(string(old), name, table)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if changed == string(old) {
		_, err = fmt.Fprintf(out, "%s: its table is up to date\n", file)
		return err
	}
	if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: table written; commit it\n", file)
	return err
}

// withTable is a page with the table in its place.
func withTable(page, name, table string) (string, error) {
	before, rest, _ := strings.Cut(page, begin(name)+"\n") // without it there is no end either
	_, after, ok := strings.Cut(rest, end(name))
	if !ok {
		return "", fmt.Errorf("there is no place for the table; put the lines %s and %s where it is to stand", begin(name), end(name))
	}
	return before + begin(name) + "\n\n" + table + "\n" + end(name) + after, nil
}
