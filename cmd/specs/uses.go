package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// use is an operation that a vendor's adapter calls.
type use struct {
	operation string   // as in our document: GET /contacts/{id}
	id        string   // its id there
	method    string   // the typed method of the client
	tests     []string // of the adapter's package, that reach it
}

const usesHeader = "operation\tid\tmethod\ttests\n"

func usesFile(v vendor) string { return "specs/" + v.name + "/adapter.tsv" }

// uses are the operations that a vendor's adapter calls, as `specs tests` stored
// them.
func uses(v vendor) ([]use, error) {
	text, err := os.ReadFile(usesFile(v))
	if err != nil {
		return nil, fmt.Errorf("%w; write it with: go run ./cmd/specs tests %s", err, v.name)
	}
	lines, ok := bytes.CutPrefix(text, []byte(usesHeader))
	if !ok {
		return nil, fmt.Errorf("%s: line 1 is not the header; write the table anew with: go run ./cmd/specs tests %s", usesFile(v), v.name)
	}
	var list []use
	number := 1
	for line := range strings.Lines(string(lines)) {
		number++
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 4 {
			return nil, fmt.Errorf("%s: line %d has %d cells, want 4; write the table anew with: go run ./cmd/specs tests %s", usesFile(v), number, len(cells), v.name)
		}
		list = append(list, use{cells[0], cells[1], cells[2], strings.Fields(cells[3])})
	}
	return list, nil
}

// formatUses is the table as it is stored.
func formatUses(list []use) []byte {
	var b bytes.Buffer
	b.WriteString(usesHeader)
	for _, u := range list {
		fmt.Fprintf(&b, "%s\t%s\t%s\t%s\n", u.operation, u.id, u.method, strings.Join(u.tests, " "))
	}
	return b.Bytes()
}
