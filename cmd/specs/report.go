package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// reportPart is one of the three parts of a report.
type reportPart struct {
	title   string
	changes []change
}

func (r driftReport) parts() []reportPart {
	return []reportPart{
		{"Touches what adapters/" + r.Vendor + " calls", r.Adapters},
		{"Breaks callers of the generated client", r.Breaking},
		{"Everything else", r.Rest},
	}
}

func (r driftReport) headline() string {
	n := len(r.Adapters) + len(r.Breaking) + len(r.Rest)
	switch n {
	case 0:
		if r.Before == r.After {
			return fmt.Sprintf("%[1]s: no change since %[2]s; to ask the vendor again: specs pull %[1]s", r.Vendor, r.Before)
		}
		return fmt.Sprintf("%s: no change from %s to %s", r.Vendor, r.Before, r.After)
	case 1:
		return fmt.Sprintf("%s: 1 change from %s to %s", r.Vendor, r.Before, r.After)
	}
	return fmt.Sprintf("%s: %d changes from %s to %s", r.Vendor, n, r.Before, r.After)
}

func (r driftReport) next() string {
	return fmt.Sprintf("bring specs/%[1]s/openapi.yaml up to what changed, or say in corrections.yaml why not; "+
		"then make generate, make test, specs accept %[1]s", r.Vendor)
}

func (r driftReport) json(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

func (r driftReport) text(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintln(&b, r.headline())
	if r.level() == nothing {
		_, err := io.WriteString(out, b.String())
		return err
	}
	for i, p := range r.parts() {
		fmt.Fprintf(&b, "\n%d. %s: %d\n", i+1, p.title, len(p.changes))
		for _, c := range p.changes {
			fmt.Fprintf(&b, "  %s: %s%s\n", c.Where, c.What, map[bool]string{true: " (breaking)"}[c.Breaking && i == 0])
			for _, line := range c.touches() {
				fmt.Fprintf(&b, "      %s\n", line)
			}
		}
		if i == 0 {
			r.called(func(k call) {
				fmt.Fprintf(&b, "  %s is %s\n      covered by %s\n", k.Method, k.Operation, strings.Join(k.Tests, ", "))
			})
		}
	}
	fmt.Fprintf(&b, "\nnext: %s\n", r.next())
	_, err := io.WriteString(out, printable(b.String()))
	return err
}

// atMost is how many entries of a long list a reader is given. The whole is in JSON.
const atMost = 4

// touches names the operations of a change: those the adapter calls by the method
// it calls them with, the others unless the change already says where it is.
func (c change) touches() []string {
	var methods, others []string
	for _, operation := range c.Operations {
		called := slices.IndexFunc(c.Calls, func(k call) bool { return k.Operation == operation })
		switch {
		case called >= 0:
			methods = append(methods, c.Calls[called].Method)
		case operation != c.Where:
			others = append(others, operation)
		}
	}
	if len(others) > atMost {
		others = append(others[:atMost], fmt.Sprintf("and %d more", len(others)-atMost))
	}
	var lines []string
	if len(methods) > 0 {
		lines = append(lines, "called: "+strings.Join(methods, ", "))
	}
	if len(others) > 0 {
		lines = append(lines, map[bool]string{true: "also "}[len(methods) > 0]+strings.Join(others, ", "))
	}
	return lines
}

// called goes through the calls of the adapter that are touched, each once.
func (r driftReport) called(visit func(call)) {
	seen := map[string]bool{}
	for _, c := range r.Adapters {
		for _, k := range c.Calls {
			if !seen[k.Method] {
				seen[k.Method] = true
				visit(k)
			}
		}
	}
}

// longest is how many changes of a part stand in Markdown: the text of a pull
// request holds 65,536 characters.
const longest = 100

func (r driftReport) markdown(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n", r.headline())
	for i, p := range r.parts() {
		if len(p.changes) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n### %d. %s: %d\n\n", i+1, p.title, len(p.changes))
		for n, c := range p.changes {
			if n == longest {
				fmt.Fprintf(&b, "- and %d more: `go run ./cmd/specs drift %s`\n", len(p.changes)-n, r.Vendor)
				break
			}
			fmt.Fprintf(&b, "- **%s**: %s%s\n", c.Where, c.What, map[bool]string{true: " (**breaking**)"}[c.Breaking && i == 0])
			for _, line := range c.touches() {
				fmt.Fprintf(&b, "  - %s\n", line)
			}
		}
		if i == 0 {
			fmt.Fprint(&b, "\n| called as | operation | covered by |\n|---|---|---|\n")
			r.called(func(k call) {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Method, k.Operation, strings.Join(k.Tests, ", "))
			})
		}
	}
	if r.level() != nothing {
		fmt.Fprintf(&b, "\nNext: %s.\n", r.next())
	}
	_, err := io.WriteString(out, printable(b.String()))
	return err
}

// printable is a text without what moves a terminal, or turns its letters around: names
// come from a document that somebody else writes.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
