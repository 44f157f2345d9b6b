package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// client is what a vendor's document and the code made of it tell of operations.
type client struct {
	operations map[string]use // by id; without tests
	methods    []typedMethod
}

// typedMethod is a method of API that sends an operation, which may have several:
// …All and …WithFiles send it themselves, not by the plain method. So what a
// method sends is told by the id in its body, not by its name.
type typedMethod struct {
	name, id string
	file     string // without its folder
	from, to int    // lines
}

// client reads specs/VENDOR/openapi.yaml and gen/VENDOR.
func (v vendor) client() (client, error) {
	c := client{operations: map[string]use{}}
	file := filepath.Join("specs", v.name, "openapi.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		return c, fmt.Errorf("run this at the root of the module: %w", err)
	}
	var document struct {
		Paths map[string]map[string]yaml.Node
	}
	if err := yaml.Unmarshal(text, &document); err != nil {
		return c, fmt.Errorf("%s: %w", file, err)
	}
	for template, item := range document.Paths {
		for verb, node := range item {
			var operation struct {
				ID string `yaml:"operationId"`
			}
			if node.Decode(&operation) == nil && operation.ID != "" {
				c.operations[operation.ID] = use{operation: strings.ToUpper(verb) + " " + template, id: operation.ID}
			}
		}
	}
	files, positions, err := parseFolder(filepath.Join("gen", v.name), false)
	if err != nil {
		return c, err
	}
	for _, file := range files {
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && receiver(function) == "API" {
				c.add(function, positions)
			}
		}
	}
	for _, id := range sorted(c.operations) {
		if c.operations[id].method == "" {
			return c, fmt.Errorf("gen/%s: no method of API is named after operation %s of the document: run make generate", v.name, id)
		}
	}
	return c, nil
}

// add adds a method of API, if it sends an operation.
func (c *client) add(function *ast.FuncDecl, positions *token.FileSet) {
	ast.Inspect(function, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok {
			return true
		}
		id, _ := strconv.Unquote(literal.Value)
		u, ok := c.operations[id]
		if !ok {
			return true
		}
		name, from, to := function.Name.Name, positions.Position(function.Pos()), positions.Position(function.End())
		c.methods = append(c.methods, typedMethod{name, id, filepath.Base(from.Filename), from.Line, to.Line})
		if strings.EqualFold(name, id) {
			u.method = name
			c.operations[id] = u
		}
		return true
	})
}

// called are the operations that the code of a vendor's adapter calls, in order.
// Any selection of a typed method's name counts, so that no detour hides a call.
func (c client) called(v vendor) ([]use, error) {
	files, positions, err := parseFolder(filepath.Join("adapters", v.name), false)
	if err != nil {
		return nil, err
	}
	ids := map[string]string{}
	for _, m := range c.methods {
		ids[m.name] = m.id
	}
	found := map[string]use{}
	for _, file := range files {
		packages := importNames(file)
		ast.Inspect(file, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if of, ok := selector.X.(*ast.Ident); ok && packages[of.Name] {
				return true // chatwoot.UpdateContact is a type, whatever API has of that name
			}
			if selector.Sel.Name == "Client" {
				err = fmt.Errorf("%s: the raw client has no methods that are measured: call a typed method of API", positions.Position(selector.Pos()))
			}
			if id, ok := ids[selector.Sel.Name]; ok {
				found[id] = c.operations[id]
			}
			return true
		})
	}
	byOperation := func(a, b use) int { return strings.Compare(a.operation, b.operation) }
	return slices.SortedFunc(maps.Values(found), byOperation), err
}

// parseFolder parses the Go files of a folder: its tests, or all but them.
func parseFolder(dir string, tests bool) ([]*ast.File, *token.FileSet, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, nil, err
	}
	positions := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		file, err := parser.ParseFile(positions, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file)
	}
	if len(files) == 0 {
		return nil, nil, fmt.Errorf("%s: it has no Go files of the kind that is looked for; run this at the root of the module", dir)
	}
	return files, positions, nil
}

// receiver is the type that a function is a method of, without its star.
func receiver(function *ast.FuncDecl) string {
	if function.Recv == nil || len(function.Recv.List) != 1 {
		return ""
	}
	of := function.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	name, _ := of.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name
}

// importNames are the names by which a file knows its packages.
func importNames(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, one := range file.Imports {
		name, _ := strconv.Unquote(one.Path.Value)
		name = path.Base(name)
		if one.Name != nil {
			name = one.Name.Name
		}
		names[name] = true
	}
	return names
}
