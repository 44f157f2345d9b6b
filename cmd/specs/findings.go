package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
)

func checkCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "check [VENDOR…]",
		Short: "hold the documents, their sources and their corrections against our rules and the linter's",
		Long:  "Hold the documents of these vendors, or of all, against our rules and the linter's.\nStatus 1: there are findings, one a line: file#pointer: rule: problem; cure.\n\n" + ruleHelp(),
		Args: func(_ *cobra.Command, args []string) error {
			for _, name := range args {
				if _, err := find(name); err != nil {
					return err
				}
			}
			if format != "text" && format != "json" {
				return fmt.Errorf("there is no format %q; --format is text or json", format)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return checkAll(c.Context(), args, format, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&format, "format", "text", "text, or json: one array of findings")
	return c
}

// finding is one thing to mend.
type finding struct {
	File    string  `json:"file"`
	Pointer pointer `json:"pointer"`
	Rule    string  `json:"rule"`
	Problem string  `json:"problem"`
	Cure    string  `json:"cure"`
}

func (f finding) String() string {
	return fmt.Sprintf("%s#%s: %s: %s; %s", f.File, f.Pointer, f.Rule, f.Problem, f.Cure)
}

// rule is what all documents keep.
type rule struct {
	name  string
	why   string
	check func(*parsed, report)
}

// report takes what a rule finds.
type report func(at pointer, problem, cure string)

// checkAll prints what is found in the documents of these vendors, or of all.
func checkAll(ctx context.Context, names []string, format string, out io.Writer) error {
	all := []finding{} // in JSON none is [], not null
	documents, concerned := 0, 0
	for _, v := range vendors {
		if len(names) > 0 && !slices.Contains(names, v.name) {
			continue
		}
		found, err := v.check(ctx, time.Now())
		if err != nil {
			return err
		}
		documents++
		if len(found) > 0 {
			concerned++
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(string(a.Pointer), string(b.Pointer)), strings.Compare(a.Rule, b.Rule), strings.Compare(a.Problem, b.Problem))
	})
	if format == "json" {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(all); err != nil {
			return err
		}
	} else {
		for _, f := range all {
			fmt.Fprintln(out, f)
		}
		fmt.Fprintln(out, summary(len(all), concerned, documents))
	}
	if len(all) > 0 {
		return errFound
	}
	return nil
}

func summary(found, concerned, documents int) string {
	if found == 0 {
		return fmt.Sprintf("%s, %d rules of ours and %d of the linter's: all good", howMany(documents, "document"), len(rules)+len(fileRules), len(lintRules)-len(lintOff()))
	}
	return fmt.Sprintf("%s in %d of %s: mend them as each line says, then run make generate, make test, and this again", howMany(found, "finding"), concerned, howMany(documents, "document"))
}

func howMany(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}

// ruleHelp lists the rules with their reasons.
func ruleHelp() string {
	var b strings.Builder
	b.WriteString("Rules:\n")
	for _, r := range rules {
		fmt.Fprintf(&b, "  %-20s %s\n", r.name, r.why)
	}
	for _, r := range fileRules {
		fmt.Fprintf(&b, "  %-20s %s\n", r.name, r.why)
	}
	fmt.Fprintf(&b, "  %-20s %s\n", "lint/…", "All that the linter of github.com/speakeasy-api/openapi recommends, but:")
	for _, r := range lintOff() {
		fmt.Fprintf(&b, "    %-30s %s\n", r.id, r.off)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// check holds the files of a vendor against the rules, the first of which are
// about the document alone. An error means that a file cannot be read.
func (v vendor) check(ctx context.Context, now time.Time) ([]finding, error) {
	files := map[string][]byte{}
	for _, name := range []string{"openapi.yaml", "oapi-codegen.yaml", "source.yaml", "corrections.yaml"} {
		text, err := os.ReadFile(path.Join("specs", v.name, name))
		if err != nil {
			return nil, fmt.Errorf("run this at the root of the module: %w", err)
		}
		files[name] = text
	}
	found, p, err := checkDocument(ctx, path.Join("specs", v.name, "openapi.yaml"), files["openapi.yaml"])
	if err != nil {
		return nil, err
	}
	found = append(found, checkSettings(path.Join("specs", v.name, "oapi-codegen.yaml"), files["oapi-codegen.yaml"], v.name)...)
	found = append(found, checkSource(path.Join("specs", v.name, "source.yaml"), files["source.yaml"], p, now)...)
	published, stored, err := open(v.file("published.yaml"))
	if err != nil {
		return nil, err
	}
	found = append(found, checkPublished(path.Join("specs", v.name, "source.yaml"), files["source.yaml"], published, stored)...)
	if p == nil { // what is not valid cannot be compared
		return found, nil
	}
	ours, theirs, err := v.files()
	if err != nil {
		return nil, err
	}
	return append(found, checkCorrections(path.Join("specs", v.name), files["corrections.yaml"], p, compare(theirs, ours))...), nil
}

// checkDocument holds a document against the rules. What is not valid is not
// looked at further: p is nil then.
func checkDocument(ctx context.Context, file string, text []byte) (found []finding, p *parsed, err error) {
	seen := map[finding]bool{} // what many operations refer to is found many times
	add := func(rule string) report {
		return func(at pointer, problem, cure string) {
			f := finding{file, at, rule, problem, cure}
			if !seen[f] {
				seen[f] = true
				found = append(found, f)
			}
		}
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil || root.Kind == 0 {
		add("valid")("", firstLine(fmt.Sprint("is no YAML: ", err)), validCure)
		return found, nil, nil
	}
	// These come first: on what is empty the libraries panic, and whoever resolves
	// other references might use the network.
	empty(&root, add("valid"))
	if localReferences(&root, add("local-references")); len(found) > 0 {
		return found, nil, nil
	}
	ok, lintErr := lint(ctx, file, text, &root, func(name, problem, cure string, at pointer) { add("lint/"+name)(at, problem, cure) })
	doc, ok := valid(ctx, text, &root, ok, add("valid"))
	if !ok {
		return found, nil, nil
	}
	if lintErr != nil { // it has no reason that is ours
		return nil, nil, lintErr
	}
	p = gather(&root, doc)
	for _, r := range rules {
		if r.check != nil {
			r.check(p, add(r.name))
		}
	}
	return found, p, nil
}
