package adapters_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

// TestCodes: at most 40, each one word of its own with an explanation beside it.
func TestCodes(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, value := range spec.Values {
			code, err := strconv.Unquote(value.(*ast.BasicLit).Value)
			if err != nil || !word.MatchString(code) || slices.Contains(codes, code) || spec.Comment == nil {
				t.Errorf("%v: %q is no word, comes twice or is not explained", spec.Names, code)
			}
			codes = append(codes, code)
		}
		return false
	})
	if len(codes) == 0 || len(codes) > 40 {
		t.Errorf("%d codes, want at most 40", len(codes))
	}
}

// TestAdapterNeverGrows: who has written an adapter need not write more for it. A
// further ability is an interface of its own, of one method.
func TestAdapterNeverGrows(t *testing.T) {
	for _, test := range []struct {
		of   reflect.Type
		want []string
	}{
		{reflect.TypeFor[adapters.Adapter](), []string{"Attributes", "Capabilities", "Definitions", "UpdateAttributes", "Vendor"}},
		{reflect.TypeFor[adapters.Finder](), []string{"Find"}},
		{reflect.TypeFor[adapters.Locker](), []string{"Lock"}},
	} {
		var methods []string
		for i := range test.of.NumMethod() {
			methods = append(methods, test.of.Method(i).Name)
		}
		if !slices.Equal(methods, test.want) {
			t.Errorf("%v has %q, want %q", test.of, methods, test.want)
		}
	}
}

// TestZeroEffect: who forgets the effect has not said that nothing was written.
func TestZeroEffect(t *testing.T) {
	if zero := new(adapters.Error).Effect; zero != adapters.EffectUnknown || zero.String() != "unknown" {
		t.Errorf("the zero Effect is %v", zero)
	}
}
