package main

import (
	"bytes"
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestUses: what is stored of the adapters' calls still holds, as far as their
// code tells; whether the tests reach what they are said to reach tells
// `specs tests --check`.
func TestUses(t *testing.T) {
	for _, v := range vendors {
		t.Run(v.name, func(t *testing.T) {
			mend := "; mend with: go run ./cmd/specs tests " + v.name
			stored, err := uses(v)
			if err != nil {
				t.Fatal(err)
			}
			c, err := v.client()
			if err != nil {
				t.Fatal(err)
			}
			called, err := c.called(v)
			if err != nil {
				t.Fatal(err)
			}
			names := testNames(t, filepath.Join("adapters", v.name))
			var bare []use
			for _, u := range stored {
				if len(u.tests) == 0 {
					t.Errorf("the adapter calls %s (%s) and no test reaches it: add one to adapters/%s%s", u.method, u.operation, v.name, mend)
				}
				for _, test := range u.tests {
					if !slices.Contains(names, test) {
						t.Errorf("adapters/%s has no test %s, which is said to reach %s%s", v.name, test, u.method, mend)
					}
				}
				u.tests = nil
				bare = append(bare, u)
			}
			for _, line := range differUses(bare, called) {
				t.Errorf("%s: %s%s", usesFile(v), line, mend)
			}
			if text, _ := os.ReadFile(usesFile(v)); !bytes.Equal(text, formatUses(stored)) {
				t.Errorf("%s is not as the tool writes it%s", usesFile(v), mend)
			}
		})
	}
}

// testNames are the test functions of a folder.
func testNames(t *testing.T, dir string) []string {
	t.Helper()
	files, _, err := parseFolder(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		for _, declaration := range file.Decls {
			if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && strings.HasPrefix(function.Name.Name, "Test") {
				names = append(names, function.Name.Name)
			}
		}
	}
	return names
}

// TestUsesFile: what was written is read, and what nobody wrote is refused with
// the way out.
func TestUsesFile(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll("specs/toy", 0o750); err != nil {
		t.Fatal(err)
	}
	toy := vendor{name: "toy"}
	if _, err := uses(toy); err == nil || !strings.Contains(err.Error(), "go run ./cmd/specs tests toy") {
		t.Errorf("without a table: %v", err)
	}
	want := []use{{"GET /a/{id}", "getA", "GetA", []string{"TestA", "TestB"}}, {"PUT /a", "putA", "PutA", nil}}
	good := string(formatUses(want))
	for _, test := range []struct{ name, text, says string }{
		{"good", good, ""},
		{"empty", "", "line 1 is not the header"},
		{"other header", "operation\ttests\n", "line 1 is not the header"},
		{"few cells", good + "GET /b\tgetB\n", "specs/toy/adapter.tsv: line 4 has 2 cells, want 4; write the table anew with: go run ./cmd/specs tests toy"},
		{"many cells", strings.Replace(good, "TestA ", "TestA\t", 1), "line 2 has 5 cells"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := os.WriteFile(usesFile(toy), []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := uses(toy)
			if test.says == "" {
				if err != nil || len(differUses(got, want)) > 0 || len(got) != 2 {
					t.Errorf("%v, %v", got, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, want %q", err, test.says)
			}
		})
	}
}
