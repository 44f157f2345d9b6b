package main

import (
	"slices"
	"testing"

	base "github.com/speakeasy-api/openapi/linter"
	"github.com/speakeasy-api/openapi/openapi/linter"
	"go.yaml.in/yaml/v3"
)

// TestLintRules: the table has each rule that the linter recommends, with a cure
// or with a reason to be off.
func TestLintRules(t *testing.T) {
	l, err := linter.NewLinter(base.NewConfig())
	if err != nil {
		t.Fatal(err)
	}
	want, _ := l.Registry().GetRuleset("recommended")
	var got []string
	for _, r := range lintRules {
		got = append(got, r.id)
		if (r.cure == "") == (r.off == "") {
			t.Errorf("%s: cure %q, off %q; want one of them", r.id, r.cure, r.off)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) || len(want) == 0 {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}

func TestLocate(t *testing.T) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(`a:
  b/c: &x
    d: [1, {e~f: 2}]
  g:
    - h: 3
    - *x

  i: |-
    text
    of lines
`), &root); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name         string
		line, column int
		kind         yaml.Kind
		want         pointer
	}{
		{"the whole", 1, 1, yaml.MappingNode, ""},
		{"a key", 1, 1, yaml.ScalarNode, "/a"},
		{"a map at its first key", 2, 3, yaml.MappingNode, "/a"},
		{"that key", 2, 3, yaml.ScalarNode, "/a/b~1c"},
		{"a value", 3, 9, yaml.ScalarNode, "/a/b~1c/d/0"},
		{"a list", 3, 8, yaml.SequenceNode, "/a/b~1c/d"},
		{"a key in a list", 3, 13, yaml.ScalarNode, "/a/b~1c/d/1/e~0f"},
		{"an entry of a list", 5, 7, yaml.MappingNode, "/a/g/0"},
		{"an alias", 6, 7, yaml.AliasNode, "/a/g/1"},
		{"a line", 5, 0, 0, "/a/g"},
		{"a line with nothing on it", 7, 0, 0, "/a/g/1"},
		{"within a text", 9, 5, yaml.ScalarNode, "/a/i"},
		{"behind the end", 99, 1, yaml.ScalarNode, "/a/i"},
	} {
		if got := locate(&root, test.line, test.column, test.kind); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
