package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func testsCommand() *cobra.Command {
	var check bool
	command := &cobra.Command{
		Use:   "tests [VENDOR...]",
		Short: "which operations the adapters call, and which of their tests reach each",
		Long: `Which operations the adapters call, and which of their tests reach each.

It builds the tests of adapters/VENDOR with coverage of gen/VENDOR and runs each
alone. A test reaches an operation when the body of its typed method runs, even
if the test is about something else, as TestSuiteFindsFaults is about the suite.
Only Test functions count, and only operations that the adapter's own code calls.

The result is stored in specs/VENDOR/adapter.tsv; without VENDOR, for all
vendors. An operation that no test reaches ends it with status 1.`,
		RunE: func(c *cobra.Command, args []string) error {
			chosen, err := choose(args)
			if err != nil {
				return err
			}
			return tests(c.Context(), chosen, check, c.OutOrStdout())
		},
	}
	command.Flags().BoolVar(&check, "check", false, "write nothing; status 1 if what is stored is not what was measured")
	return command
}

// choose finds vendors by name; all, if none is named.
func choose(names []string) ([]vendor, error) {
	if len(names) == 0 {
		return vendors, nil
	}
	var chosen []vendor
	for _, name := range names {
		v, err := find(name)
		if err != nil {
			return nil, err
		}
		chosen = append(chosen, v)
	}
	return chosen, nil
}

// tests measures, prints, and stores or checks.
func tests(ctx context.Context, chosen []vendor, check bool, out io.Writer) error {
	var found error
	for _, v := range chosen {
		measured, err := measure(ctx, v)
		if err != nil {
			return err
		}
		untested := printUses(v, measured, out)
		wrong := 0
		if check {
			wrong, err = checkUses(v, measured, out)
		} else {
			err = storeUses(v, measured, out)
		}
		if err != nil {
			return err
		}
		if untested+wrong > 0 {
			found = errFound
		}
	}
	return found
}

// printUses prints what was measured, and counts the operations without a test.
func printUses(v vendor, measured []use, out io.Writer) int {
	fmt.Fprintln(out, v.name)
	var untested []use
	for _, u := range measured {
		reached := strings.Join(u.tests, ", ")
		if len(u.tests) == 0 {
			reached, untested = "none", append(untested, u)
		}
		fmt.Fprintf(out, "  %s, by %s\n      %s\n", u.operation, u.method, reached)
	}
	for _, u := range untested {
		fmt.Fprintf(out, "adapters/%s: no test reaches %s (%s), which the adapter calls: add one there, or take the call out; then run this again\n", v.name, u.method, u.operation)
	}
	return len(untested)
}

// checkUses prints and counts the differences between what is stored and what
// was measured.
func checkUses(v vendor, measured []use, out io.Writer) (int, error) {
	stored, err := uses(v)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	lines := differUses(stored, measured)
	for _, line := range lines {
		fmt.Fprintf(out, "%s: %s\n", usesFile(v), line)
	}
	if len(lines) > 0 {
		fmt.Fprintf(out, "mend with: go run ./cmd/specs tests %s, and commit %s\n", v.name, usesFile(v))
	} else {
		fmt.Fprintf(out, "%s: as measured\n", usesFile(v))
	}
	return len(lines), nil
}

func storeUses(v vendor, measured []use, out io.Writer) error {
	old, _ := os.ReadFile(usesFile(v)) // there may be none yet
	content := formatUses(measured)
	if bytes.Equal(old, content) {
		_, err := fmt.Fprintf(out, "%s: unchanged\n", usesFile(v))
		return err
	}
	if err := os.WriteFile(usesFile(v), content, 0o644); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%s: written; commit it\n", usesFile(v))
	return err
}

// differUses tells what only one of two tables says, a line each.
func differUses(stored, measured []use) []string {
	claims := func(list []use) []string {
		var claims []string
		for _, u := range list {
			claims = append(claims, fmt.Sprintf("%s is called by %s (%s)", u.operation, u.method, u.id))
			for _, test := range u.tests {
				claims = append(claims, fmt.Sprintf("%s is reached by %s", u.operation, test))
			}
		}
		return claims
	}
	was, is := claims(stored), claims(measured)
	var lines []string
	for _, claim := range is {
		if !slices.Contains(was, claim) {
			lines = append(lines, "it lacks: "+claim)
		}
	}
	for _, claim := range was {
		if !slices.Contains(is, claim) {
			lines = append(lines, "true no more: "+claim)
		}
	}
	return lines
}

// measure runs each test of a vendor's adapter alone and sees which of the
// operations that the adapter calls it reaches.
func measure(ctx context.Context, v vendor) ([]use, error) {
	c, err := v.client()
	if err != nil {
		return nil, err
	}
	called, err := c.called(v)
	if err != nil {
		return nil, err
	}
	temporary, err := os.MkdirTemp("", "specs-tests-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	binary := filepath.Join(temporary, "tests.exe")
	home := "./adapters/" + v.name
	build := exec.CommandContext(ctx, "go", "test", "-c", "-cover", "-coverpkg=./gen/"+v.name, "-o", binary, home)
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the tests of %s: %w\n%s", home, err, output)
	}
	list := exec.CommandContext(ctx, binary, "-test.list", "^Test")
	list.Dir = home
	names, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("listing the tests of %s: %w", home, err)
	}
	for name := range strings.FieldsSeq(string(names)) {
		profile := filepath.Join(temporary, name)
		test := exec.CommandContext(ctx, binary, "-test.run", "^"+name+"$", "-test.coverprofile", profile, "-test.timeout", "5m")
		test.Dir = home // it may read files there
		if err := test.Run(); err != nil {
			return nil, fmt.Errorf("%s fails when it runs alone (%w); see: go test %s -run '^%s$'", name, err, home, name)
		}
		text, err := os.ReadFile(profile)
		if err != nil {
			return nil, fmt.Errorf("%s of %s left no profile: %w", name, home, err)
		}
		ids, err := c.reached(string(text))
		if err != nil {
			return nil, fmt.Errorf("the profile of %s of %s: %w", name, home, err)
		}
		for i := range called {
			if ids[called[i].id] {
				called[i].tests = append(called[i].tests, name)
			}
		}
	}
	for _, u := range called {
		slices.Sort(u.tests)
	}
	return called, nil
}

// reached are the ids of the operations whose typed methods ran, by a profile of
// lines like "module/gen/dixa/dixa.gen.go:10.2,12.3 1 1": a file, where a block
// of it begins and ends, how many statements it has, how often it ran.
func (c client) reached(profile string) (map[string]bool, error) {
	mode, blocks, _ := strings.Cut(profile, "\n")
	if !strings.HasPrefix(mode, "mode: ") {
		return nil, errors.New("its first line does not tell a mode")
	}
	ids := map[string]bool{}
	for block := range strings.Lines(blocks) {
		colon := strings.LastIndex(block, ":")
		var from, to, column, statements, count int
		if _, err := fmt.Sscanf(block[colon+1:], "%d.%d,%d.%d %d %d", &from, &column, &to, &column, &statements, &count); err != nil || colon < 0 {
			return nil, fmt.Errorf("no block: %q", block)
		}
		if count == 0 {
			continue
		}
		file := path.Base(block[:colon])
		for _, m := range c.methods {
			if m.file == file && m.from <= from && to <= m.to {
				ids[m.id] = true
			}
		}
	}
	return ids, nil
}
