package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

func pullCommand() *cobra.Command {
	var from, date string
	c := &cobra.Command{
		Use:   "pull VENDOR [--from FILE|URL] [--date YYYY-MM-DD]",
		Short: "store the interface that the vendor publishes today, to hold our document against it",
		Long: `pull stores the interface that the vendor publishes today as specs/VENDOR/pulled.yaml: names,
types and structure, no prose. Nothing else is changed. It is the first of four steps by which
our document follows the vendor's:

  specs pull VENDOR     store what is published now
  specs drift VENDOR    see what has changed since specs/VENDOR/published.yaml, and what it means for us
                        then edit openapi.yaml, and corrections.yaml where we differ on purpose
  specs accept VENDOR   make the pulled interface the one that our document is held against

The document comes from the address in specs/VENDOR/source.yaml, or from a copy given with --from.`,
		DisableFlagsInUseLine: true,
		Args:                  vendorArgument,
		RunE: func(c *cobra.Command, args []string) error {
			if date == "" {
				date = time.Now().UTC().Format(time.DateOnly)
			}
			return pull(c.Context(), args[0], from, date, &http.Client{}, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&from, "from", "", "a copy of the document: a file, or an address with https")
	c.Flags().StringVar(&date, "date", "", "when the copy was published (default: today)")
	return c
}

// pull stores the interface that a vendor publishes, and tells what to do next.
func pull(ctx context.Context, name, from, date string, client *http.Client, out io.Writer) error {
	v, err := find(name)
	if err != nil {
		return err
	}
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return fmt.Errorf("pull %s: --date %.20q is no date; write it as 2026-08-04", name, date)
	}
	hint := ""
	if from == "" {
		if from, err = v.address(); err != nil {
			return err
		}
		hint = "; with a copy at hand: specs pull " + name + " --from FILE"
	}
	text, told, err := load(ctx, client, from)
	if err != nil {
		return fmt.Errorf("pull %s: %w; nothing was changed%s", name, err, hint)
	}
	tree, lines, err := digest(text)
	if err != nil {
		return fmt.Errorf("pull %s: %s: %w; nothing was changed", name, told, err)
	}
	s := stamp{date: date, from: told, sha256: hash(render(tree))}
	operations, schemas := count(tree)
	fmt.Fprintf(out, "%s: %d operations, %d schemas, of %s, sha256 %s\n", told, operations, schemas, s.date, s.sha256)
	for _, line := range lines {
		fmt.Fprintln(out, "repaired:", line)
	}
	return v.keep(tree, s, out)
}

// address is where the vendor publishes its document.
func (v vendor) address() (string, error) {
	text, err := readFile(v.file("source.yaml"))
	if err != nil {
		return "", fmt.Errorf("run this at the root of the module: %w", err)
	}
	source, err := decode(text)
	if err != nil {
		return "", fmt.Errorf("%s: %w", v.file("source.yaml"), err)
	}
	if address, _ := source["document"].(string); address != "" {
		return address, nil
	}
	return "", fmt.Errorf("%s publishes no document at a fixed address: download it from %v and run: specs pull %s --from FILE", v.name, source["documentation"], v.name)
}

// keep stores a pulled interface, unless it is the one that is published already.
func (v vendor) keep(tree object, s stamp, out io.Writer) error {
	pulled := v.file("pulled.yaml")
	_, before, err := open(v.file("published.yaml"))
	if err == nil && before.sha256 == s.sha256 {
		if err := os.Remove(pulled); err == nil {
			fmt.Fprintf(out, "%s is removed: what it held is published no more\n", pulled)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		fmt.Fprintf(out, "%s: no change since %s; nothing to do\n", v.name, before.date)
		return nil
	}
	if err := store(pulled, tree, s); err != nil {
		return err
	}
	fmt.Fprintf(out, "stored as %s\n", pulled)
	switch {
	case err == nil:
		fmt.Fprintf(out, "%s: the interface has changed since %s\n", v.name, before.date)
	case errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(out, "%s: there is no earlier interface\n", v.name)
	default:
		fmt.Fprintf(out, "%s: it cannot be told what has changed: %v\n", v.name, err)
	}
	fmt.Fprintf(out, "next: specs drift %s\n", v.name)
	return nil
}

// count counts what is in a stored interface.
func count(tree object) (operations, schemas int) {
	paths, _ := tree["paths"].(object)
	for _, item := range paths {
		for _, method := range methodOrder {
			if item, ok := item.(object); ok && item[method] != nil {
				operations++
			}
		}
	}
	components, _ := tree["components"].(object)
	named, _ := components["schemas"].(object)
	return operations, len(named)
}

// digest makes of a published document the form that is stored: valid, of one
// dialect, names and structure only. It tells of each repair, a line each.
func digest(text []byte) (object, []string, error) {
	document, err := decode(text)
	if err != nil {
		return nil, nil, err
	}
	version := fmt.Sprint(document["openapi"])
	switch {
	case document["swagger"] != nil:
		return nil, nil, fmt.Errorf("this is Swagger %.10v; OpenAPI 3.0, 3.1 or 3.2 is needed", document["swagger"])
	case document["openapi"] == nil:
		return nil, nil, errors.New("it is not an OpenAPI document: it has no openapi: 3.…")
	case !strings.HasPrefix(version, "3.0.") && !strings.HasPrefix(version, "3.1.") && !strings.HasPrefix(version, "3.2."):
		return nil, nil, fmt.Errorf("this is OpenAPI %.10s; OpenAPI 3.0, 3.1 or 3.2 is needed", version)
	}
	if operations, _ := count(document); operations == 0 {
		return nil, nil, errors.New("it has no operations")
	}
	reduced, err := reduce(document, "document", nil)
	if err != nil {
		return nil, nil, err
	}
	tree := reduced.(object)
	tree["openapi"] = "3.1.0"
	if err := check(tree); err != nil {
		return nil, nil, err
	}
	lines, err := repair(tree)
	if err != nil {
		return nil, nil, err
	}
	if err := check(tree); err != nil {
		return nil, nil, err
	}
	if err := validate(tree); err != nil {
		return nil, nil, err
	}
	// As it will be read back, which must be possible.
	if tree, err = decode(render(tree)); err != nil {
		return nil, nil, fmt.Errorf("it is too large to be stored: %w", err)
	}
	return tree, lines, nil
}
