package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func driftCommand() *cobra.Command {
	var from, against, format, failOn string
	c := &cobra.Command{
		Use:   "drift VENDOR",
		Short: "what changed in the vendor's published interface, and whom it touches",
		Long: `What changed between the interface that our document was last held against
(specs/VENDOR/published.yaml) and the one that was pulled since (pulled.yaml, see
"specs pull"), in three parts:

  1. what touches an operation that the adapter calls, with the tests that cover it
  2. what breaks callers of the generated client: a request the server would refuse,
     an answer they would misread, Go that would not compile with the new client
  3. everything else

A change in a schema is one line, however many operations it touches. Exit status:
0 no change, 1 changes, 2 the documents could not be compared.

A vendor's document changed? Five minutes: specs/README.md, "When a vendor's document
changes".`,
		Example: `  specs pull chatwoot && specs drift chatwoot
  specs drift dixa --from dixa-api.yaml --format markdown
  specs drift kustomer --against older.json --from newer.json --fail-on breaking`,
		Args: vendorArgument,
		RunE: func(c *cobra.Command, args []string) error {
			write, level, err := driftOptions(format, failOn)
			if err != nil {
				return err
			}
			r, err := drift(c.Context(), args[0], against, from)
			if err != nil {
				return fmt.Errorf("drift %s: %w", args[0], err)
			}
			if err := write(r, c.OutOrStdout()); err != nil {
				return err
			}
			if r.level() >= level {
				return errFound
			}
			return nil
		},
	}
	c.Flags().StringVar(&from, "from", "", "compare to this document, `FILE or URL`, instead of the pulled interface")
	c.Flags().StringVar(&against, "against", "", "compare with this document, `FILE or URL`, instead of what ours was held against")
	c.Flags().StringVar(&format, "format", "text", "text, json or markdown")
	c.Flags().StringVar(&failOn, "fail-on", "any", "end with status 1 on changes that touch what `adapters` call, on these and breaking ones, or on any")
	return c
}

// level is how far a change reaches.
type level int

const (
	nothing level = iota
	anything
	breaking
	ourAdapters
)

func driftOptions(format, failOn string) (func(driftReport, io.Writer) error, level, error) {
	write, known := map[string]func(driftReport, io.Writer) error{"text": driftReport.text, "json": driftReport.json, "markdown": driftReport.markdown}[format]
	if !known {
		return nil, 0, fmt.Errorf("drift: --format %q is none of text, json and markdown", format)
	}
	from, known := map[string]level{"any": anything, "breaking": breaking, "adapters": ourAdapters}[failOn]
	if !known {
		return nil, 0, fmt.Errorf("drift: --fail-on %q is none of adapters, breaking and any", failOn)
	}
	return write, from, nil
}

// driftReport is what changed for one vendor. A change is in one part only.
type driftReport struct {
	Vendor   string   `json:"vendor"`
	Before   edition  `json:"before"`
	After    edition  `json:"after"`
	Adapters []change `json:"adapters"` // 1: touches an operation that the adapter calls
	Breaking []change `json:"breaking"` // 2: else breaks callers of the generated client
	Rest     []change `json:"rest"`     // 3: everything else
}

// edition is a published interface at one time.
type edition struct {
	Version string `json:"version"`
	Date    string `json:"date"`
	From    string `json:"from"`
	SHA256  string `json:"sha256"`
}

func (e edition) String() string { return e.Version + " of " + e.Date }

func (r driftReport) level() level {
	switch {
	case len(r.Adapters) > 0:
		return ourAdapters
	case len(r.Breaking) > 0:
		return breaking
	case len(r.Rest) > 0:
		return anything
	}
	return nothing
}

// drift compares what our document was held against, or another document, with
// what was pulled, or another document.
func drift(ctx context.Context, name, against, from string) (driftReport, error) {
	v, err := find(name)
	if err != nil {
		return driftReport{}, err
	}
	before, was, err := v.interfaceOf(ctx, against, "published.yaml")
	if err != nil {
		return driftReport{}, err
	}
	after, is, err := v.interfaceOf(ctx, from, "pulled.yaml")
	if errors.Is(err, fs.ErrNotExist) && from == "" {
		after, is, err = before, was, nil // nothing was pulled since, or nothing else
	}
	if err != nil {
		return driftReport{}, err
	}
	r := driftReport{Vendor: name, Before: was, After: is, Adapters: []change{}, Breaking: []change{}, Rest: []change{}}
	if was.SHA256 == is.SHA256 {
		return r, nil
	}
	changes, err := changesBetween(before, after)
	if err != nil {
		return driftReport{}, err
	}
	used, err := uses(v)
	if err != nil {
		return driftReport{}, err
	}
	published := maps.Clone(operationsOf(before))
	maps.Copy(published, operationsOf(after))
	for _, c := range changes {
		c.Calls = v.calls(c, used, published)
		switch {
		case len(c.Calls) > 0:
			r.Adapters = append(r.Adapters, c)
		case c.Breaking:
			r.Breaking = append(r.Breaking, c)
		default:
			r.Rest = append(r.Rest, c)
		}
	}
	slices.SortStableFunc(r.Adapters, func(a, b change) int { // the breaking ones first
		rank := map[bool]int{false: 1}
		return cmp.Compare(rank[a.Breaking], rank[b.Breaking])
	})
	return r, nil
}

// interfaceOf reads a document, or the vendor's stored file if none is named.
func (v vendor) interfaceOf(ctx context.Context, from, stored string) (object, edition, error) {
	if from == "" {
		tree, s, err := open(v.file(stored))
		return tree, edition{versionOf(tree), s.date, s.from, s.sha256}, err
	}
	text, name, err := load(ctx, &http.Client{}, from)
	if err != nil {
		return nil, edition{}, err
	}
	tree, _, err := digest(text)
	if err != nil {
		return nil, edition{}, fmt.Errorf("%s: %w", name, err)
	}
	return tree, edition{versionOf(tree), time.Now().UTC().Format(time.DateOnly), name, hash(render(tree))}, nil
}

func versionOf(tree object) string {
	info, _ := tree["info"].(object)
	return fmt.Sprint(info["version"])
}

// call is an operation that an adapter calls.
type call struct {
	Operation string   `json:"operation"`
	Adapter   string   `json:"adapter"` // its package
	Method    string   `json:"method"`  // of the generated client
	Tests     []string `json:"tests"`   // of the adapter that reach it
}

// calls are the operations of the adapter that a change touches. Where a vendor
// publishes only one of PUT and PATCH for a route, a change of it is one of the
// other, too: servers send both to the same code.
func (v vendor) calls(c change, used []use, published map[string]located) []call {
	routes := map[string]bool{}
	for key := range published {
		method, path, _ := strings.Cut(key, " ")
		routes[method+" "+route(v.published(path))] = true
	}
	twins := map[string]string{"PUT": "PATCH", "PATCH": "PUT"}
	var all []call
	for _, operation := range c.Operations {
		method, path, _ := strings.Cut(operation, " ")
		path = route(v.published(path))
		for _, u := range used {
			ours, template, _ := strings.Cut(u.operation, " ")
			if route(template) == path && (ours == method || ours == twins[method] && !routes[ours+" "+path]) {
				all = append(all, call{operation, "adapters/" + v.name, u.method, u.tests})
			}
		}
	}
	return all
}
