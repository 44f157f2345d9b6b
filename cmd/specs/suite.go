package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
)

func suiteCommand() *cobra.Command {
	var files []string
	var check bool
	c := &cobra.Command{
		Use:   "suite",
		Short: "run the conformance suite, and show what of the contract each adapter keeps",
		Long: `Run the conformance suite of the three adapters, and show what of the contract each keeps: by vendor,
kind of record and subject, the number of cases that passed. A kind that is tested on several
servers has their cases together. Status 1: a case failed.

--write writes the table into a file, between the lines
` + begin("suite") + ` and ` + end("suite") + `.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return suite(c.Context(), files, check, c.OutOrStdout())
		},
	}
	c.Flags().StringArrayVar(&files, "write", nil, "a `FILE` to write the table into; may be repeated")
	c.Flags().BoolVar(&check, "check", false, "write nothing; status 1 if a file does not have the table")
	return c
}

// groups are the subjects of cases, in the order of the table.
var groups = []string{"set", "change", "clear", "read", "definitions", "strict", "verify", "if-equal", "find", "names", "concurrent", "failures"}

// tally counts the cases of one vendor and kind.
type tally struct{ passed, failed map[string]int }

func suite(ctx context.Context, files []string, check bool, out io.Writer) error {
	var rows []string
	var found error
	for _, v := range vendors {
		output, err := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-run", "^TestConformance$", "./adapters/"+v.name).Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return err
		}
		tallies, err := casesIn(output)
		if err != nil {
			return fmt.Errorf("adapters/%s: %w; see: go test ./adapters/%s", v.name, err, v.name)
		}
		for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
			t := tallies[kind]
			rows = append(rows, t.row(v.name, kind))
			for _, group := range groups {
				if t.failed[group] > 0 {
					fmt.Fprintf(out, "%s, %s: %d cases about %s failed; see: go test ./adapters/%s -run TestConformance\n", v.name, kind, t.failed[group], group, v.name)
					found = errFound
				}
			}
		}
	}
	table := fmt.Sprintf("| | %s |\n|---|%s\n%s\n", strings.Join(groups, " | "), strings.Repeat("--:|", len(groups)), strings.Join(rows, "\n"))
	if len(files) == 0 {
		fmt.Fprint(out, table)
	}
	for _, file := range files {
		if err := placed(file, table, check, out); errors.Is(err, errFound) {
			found = err
		} else if err != nil {
			return err
		}
	}
	return found
}

func placed(file, table string, check bool, out io.Writer) error {
	if !check {
		return writePage(file, "suite", table, out)
	}
	page, err := readFile(file)
	if err != nil {
		return err
	}
	want, err := withTable(string(page), "suite", table)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if want != string(page) {
		fmt.Fprintf(out, "%s: its table of the suite is not what the suite gives; mend with: go run ./cmd/specs suite --write %s\n", file, file)
		return errFound
	}
	_, err = fmt.Fprintf(out, "%s: its table of the suite is as measured\n", file)
	return err
}

// casesIn counts the cases in the output of go test -json by kind and group.
func casesIn(output []byte) (map[adapters.Kind]tally, error) {
	group := map[string]string{}
	for _, c := range adapterstest.Cases() {
		group[strings.ReplaceAll(c.String(), " ", "_")] = c.Group
	}
	all := map[adapters.Kind]tally{}
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		all[kind] = tally{map[string]int{}, map[string]int{}}
	}
	counted := 0
	for lines := bufio.NewScanner(bytes.NewReader(output)); lines.Scan(); {
		var event struct{ Action, Test string }
		if json.Unmarshal(lines.Bytes(), &event) != nil || event.Action != "pass" && event.Action != "fail" {
			continue
		}
		path := strings.Split(event.Test, "/")
		g, ok := group[path[len(path)-1]]
		if !ok {
			continue // of the package, or of a test around cases
		}
		kind := adapters.Conversation
		if strings.HasPrefix(path[1], string(adapters.Contact)) {
			kind = adapters.Contact
		}
		counted++
		if event.Action == "pass" {
			all[kind].passed[g]++
		} else {
			all[kind].failed[g]++
		}
	}
	if counted == 0 {
		return nil, errors.New("no case of the suite ran")
	}
	return all, nil
}

// row is the line of one vendor and kind. A subject that the vendor has nothing of
// is told by its cases, which pass.
func (t tally) row(name string, kind adapters.Kind) string {
	cells := []string{name + " " + string(kind)}
	for _, group := range groups {
		switch passed, failed := t.passed[group], t.failed[group]; {
		case failed > 0:
			cells = append(cells, fmt.Sprintf("**%d of %d fail**", failed, passed+failed))
		case passed == 0:
			cells = append(cells, "–")
		default:
			cells = append(cells, fmt.Sprintf("✓ %d", passed))
		}
	}
	return "| " + strings.Join(cells, " | ") + " |"
}
