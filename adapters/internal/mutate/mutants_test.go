package main

import (
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// changes are the mutants of a function body, as they are shown.
func changes(t *testing.T, declaration string, functions ...string) []string {
	t.Helper()
	source := "package p\n\n" + declaration + "\n"
	found, err := mutants("p.go", []byte(source), functions)
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, m := range found {
		if _, err := parser.ParseFile(token.NewFileSet(), "p.go", m.apply(), 0); err != nil {
			t.Errorf("%s: it does not parse: %v\n%s", m, err, m.apply())
		}
		if want := strings.Count(source, "\n"); strings.Count(string(m.apply()), "\n") != want {
			t.Errorf("%s: lines have other numbers", m)
		}
		shown = append(shown, m.change)
	}
	return shown
}

func TestMutants(t *testing.T) {
	for _, test := range []struct {
		name, code string
		want       []string
	}{
		{"a comparison", "func f(a, b int) { if a < b {} }", []string{"a < b => a <= b", "a < b => a >= b"}},
		{"a comparison with a number", "func f(a int) { for a >= 5 {} }", []string{
			"a >= 5 => a > 5", "a >= 5 => a < 5", "func f(a int) { for a >= {5 => 4} {} }", // 6 is the same as >
		}},
		{"logic", "func f(a, b bool) { if a && !b {} }", []string{"a => !(a)", "a && !b => a || !b", "!b => !(!b)"}},
		{"a condition that is one call", "func f() { if f() {} }", []string{"f() => !(f())"}},
		{"a choice of conditions", "func f(a bool) { switch { case a: } }", []string{"a => !(a)"}},
		{"a choice of values", "func f(a int) { switch a { case b, c: } }", []string{"case b => nothing", "case c => nothing"}},
		{"arithmetic", "func f() { a = b*c - d }", []string{"a = b*c - d => nothing", "b*c => b/c", "b*c - d => b*c + d"}},
		{"statements", "func f() {\n\tg()\n\tdefer g()\n\ta := g()\n\ta++\n\ta += b\n\treturn\n}", []string{
			"g() => nothing", "defer g() => nothing", "a++ => nothing", "a++ => a--", "a += b => nothing", "a += b => a -= b", "return => nothing",
		}},
		{"the same twice", "func f() { g(); g() }", []string{"g() => nothing", "g() => nothing (2)"}},
		{"results", "func f() (int, error) { return g, err }", []string{
			"return g, err => nothing", "return g, err => return *new(int), err", "return g, err => return g, *new(error)",
		}},
		{"results that are zero", "func f() (T, error) { return T{}, nil }", []string{"return T{}, nil => nothing"}},
		{"results of one call", "func f() (a, b int) { return g() }", []string{"return g() => nothing", "return g() => return *new(int), *new(int)"}},
		{"a truth", "func f() bool { return g() }", []string{"return g() => nothing", "return g() => return !(g())"}},
		{"the results of a function inside", "func f() error { g(func() bool { return x }); return nil }", []string{
			"g(func() bool { return x }) => nothing", "return x => nothing", "return x => return !(x)", "return nil => nothing",
		}},
		{"the larger", "func f() { a := min(b, c) }", []string{"min(b, c) => max"}},
		{"a constant", "const a = 8 * b", []string{"8 * b => 8 / b", "const a = {8 => 9} * b", "const a = {8 => 7} * b"}},
		{"no mutants in types", "type T struct{ a [4]int }", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := changes(t, test.code)
			slices.Sort(got)
			want := slices.Sorted(slices.Values(test.want))
			if !slices.Equal(got, want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

func TestOneFunctionOnly(t *testing.T) {
	code := "func f() { a() }\n\nfunc g() { b() }"
	if got := changes(t, code, "g"); !slices.Equal(got, []string{"b() => nothing"}) {
		t.Errorf("%q", got)
	}
	if _, err := mutants("p.go", []byte("package p\n"), []string{"gone"}); err == nil || !strings.Contains(err.Error(), "gone") {
		t.Errorf("a function that is not there: %v", err)
	}
	if _, err := mutants("p.go", []byte("package"), nil); err == nil {
		t.Error("what is no Go passes")
	}
}

func TestReasons(t *testing.T) {
	m := mutant{file: "a/b.go", function: "f", change: "x => y"}
	list, err := parseReasons("# words\n\na/b.go\tf\tx => y\tthe same\na/b.go\tg\tx => y\tgone since\n")
	if err != nil || !list.of(m) || list.of(mutant{file: "a/c.go", function: "f", change: "x => y"}) {
		t.Errorf("%v, %v", list, err)
	}
	if stale := list.stale(); !slices.Equal(stale, []string{"a/b.go\tg\tx => y"}) {
		t.Errorf("stale: %q", stale)
	}
	for _, bad := range []string{"a/b.go\tf\tx => y", "a/b.go\tf\tx => y\t", "a/b.go f x"} {
		if _, err := parseReasons(bad); err == nil || !strings.Contains(err.Error(), "equivalent.txt:1") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestTargets: the files are there, and the list of equivalents is not stale.
func TestTargets(t *testing.T) {
	root, err := moduleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := collect(root, targets)
	if err != nil {
		t.Fatal(err)
	}
	listed, err := parseReasons(equivalentText)
	if err != nil {
		t.Fatal(err)
	}
	if _, skipped := without(jobs, listed); len(skipped) == 0 {
		t.Error("nothing is skipped")
	}
	for _, line := range listed.stale() {
		t.Errorf("no mutant is: %s", line)
	}
	if _, err := collect(root, []target{{files: []string{"adapters/none.go"}}}); err == nil {
		t.Error("a file that is not there passes")
	}
}
