// Command specs is the tool for the documents in specs/: for maintainers and CI.
//
//	go run ./cmd/specs coverage
//	go run ./cmd/specs differences chatwoot
//	go run ./cmd/specs reduce chatwoot published.json
//
// It is run at the root of the module.
package main

import (
	"fmt"
	"io"
	"os"
)

const help = `specs looks after the documents in specs/. Run it at the root of the module.

  coverage                what of each vendor's published interface our documents and clients have
  differences VENDOR      where our document differs from the published interface, a line each,
                          with the entry of specs/VENDOR/corrections.yaml that says why
  reduce VENDOR FILE      take the vendor's published OpenAPI document from a file and store its facts
                          (names, types, structure; no prose) as specs/VENDOR/published.tsv
  size                    how long a program with one of our clients takes to build and how large it gets,
                          beside the generator's stock template

VENDOR is chatwoot, kustomer or dixa.

A document changed? Edit specs/VENDOR/openapi.yaml, then: make generate, specs differences VENDOR, make test.
`

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "specs:", err)
		os.Exit(2)
	}
}

func run(args []string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "coverage":
		return coverage(out)
	case len(args) == 1 && args[0] == "size":
		return size(out)
	case len(args) == 2 && args[0] == "differences":
		return differences(args[1], out)
	case len(args) == 3 && args[0] == "reduce":
		return reduce(args[1], args[2], out)
	}
	_, err := io.WriteString(out, help)
	return err
}
