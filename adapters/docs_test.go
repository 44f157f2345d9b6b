package adapters_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestVendorDocs holds number 18 of the contract: the same headings everywhere.
func TestVendorDocs(t *testing.T) {
	want := []string{"Records", "Names", "Values", "Clearing", "Merge", "Errors", "Limits", "Escape hatch", "Document"}
	for _, vendor := range []string{"chatwoot", "kustomer", "dixa", "memory"} {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(vendor, vendor+".go"), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		var headings []string
		for line := range strings.Lines(file.Doc.Text()) {
			if heading, ok := strings.CutPrefix(line, "# "); ok {
				headings = append(headings, strings.TrimSpace(heading))
			}
		}
		if !slices.Equal(headings, want) {
			t.Errorf("package %s documents %q, want %q", vendor, headings, want)
		}
	}
}
