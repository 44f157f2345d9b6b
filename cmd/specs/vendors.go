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
	if ours, err = v.ours(); err != nil {
		return nil, nil, err
	}
	published, _, err := open(v.file("published.yaml"))
	if err != nil {
		return nil, nil, err
	}
	if theirs, err = read(published, v.published); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", v.file("published.yaml"), err)
	}
	return ours, theirs, nil
}

// ours are the facts of our document.
func (v vendor) ours() (facts, error) {
	text, err := os.ReadFile(v.file("openapi.yaml"))
	if err != nil {
		return nil, fmt.Errorf("run this at the root of the module: %w", err)
	}
	document, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.file("openapi.yaml"), err)
	}
	ours, err := read(document, func(path string) string { return path })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.file("openapi.yaml"), err)
	}
	return ours, nil
}

// file is a file of the vendor's in specs/.
func (v vendor) file(name string) string { return filepath.Join("specs", v.name, name) }
