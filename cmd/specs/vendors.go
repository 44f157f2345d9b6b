package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/deskattr/deskattr/gen/chatwoot"
	"github.com/deskattr/deskattr/gen/dixa"
	"github.com/deskattr/deskattr/gen/kustomer"
)

// vendor is one document and its client.
type vendor struct {
	name      string
	published func(path string) string // a path of the published document as ours writes it
	api       reflect.Type
	ids       []string // of the operations in the client
}

var vendors = []vendor{
	{"chatwoot", func(path string) string { return path }, reflect.TypeFor[*chatwoot.API](), ids(chatwoot.Operations)},
	{"kustomer", func(path string) string { return "/v1" + path }, reflect.TypeFor[*kustomer.API](), ids(kustomer.Operations)},
	{"dixa", func(path string) string { return strings.TrimPrefix(path, "/beta") }, reflect.TypeFor[*dixa.API](), ids(dixa.Operations)},
}

func find(name string) (vendor, error) {
	for _, v := range vendors {
		if v.name == name {
			return v, nil
		}
	}
	return vendor{}, fmt.Errorf("there is no vendor %q; VENDOR is chatwoot, kustomer or dixa", name)
}

// ids are the ids in a client's table of operations; each client has a type of
// its own for the rows.
func ids[T any](operations []T) []string {
	var ids []string
	for _, operation := range operations {
		ids = append(ids, reflect.ValueOf(operation).FieldByName("ID").String())
	}
	return ids
}

// files are the vendor's facts: ours and the published ones.
func (v vendor) files() (ours, theirs facts, err error) {
	document, err := os.ReadFile(filepath.Join("specs", v.name, "openapi.yaml"))
	if err != nil {
		return nil, nil, fmt.Errorf("run this at the root of the module: %w", err)
	}
	table, err := os.ReadFile(filepath.Join("specs", v.name, "published.tsv"))
	if err != nil {
		return nil, nil, err
	}
	if ours, err = read(document, func(path string) string { return path }); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", v.name, err)
	}
	if theirs, err = parse(table); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", v.name, err)
	}
	return ours, theirs, nil
}
