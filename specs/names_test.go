package specs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"testing"
)

// TestNames: the names of a client read as if a Go programmer had chosen them.
func TestNames(t *testing.T) {
	files, err := filepath.Glob("../gen/*/*.gen.go")
	if err != nil || len(files) != len(clients) {
		t.Fatalf("%q, %v; want one file for each client", files, err)
	}
	for _, file := range files {
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		ast.Inspect(syntax, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.FuncDecl:
				count += checkName(t, file, node.Name)
			case *ast.TypeSpec:
				count += checkName(t, file, node.Name)
			case *ast.Field:
				for _, name := range node.Names {
					count += checkName(t, file, name)
				}
			case *ast.ValueSpec:
				for _, name := range node.Names {
					count += checkName(t, file, name)
				}
			}
			return true
		})
		if count < 500 {
			t.Errorf("%s: %d exported names, want a whole client's", file, count)
		}
	}
}

// numbered are names whose number is the vendor's own.
var numbered = regexp.MustCompile(`^(Address[23]|V2)$`)

var bad = regexp.MustCompile(`_|[0-9]$`)

func checkName(t *testing.T, file string, name *ast.Ident) int {
	t.Helper()
	if !name.IsExported() {
		return 0
	}
	if bad.MatchString(name.Name) && !numbered.MatchString(name.Name) {
		t.Errorf("%s: %s", file, name.Name)
	}
	return 1
}
