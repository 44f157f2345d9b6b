package main

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// pointer is a JSON pointer (RFC 6901) into a file: "" is the whole,
// "/paths/~1agents/get" an operation.
type pointer string

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// to is the pointer to what lies deeper.
func (p pointer) to(names ...string) pointer {
	for _, name := range names {
		p += pointer("/" + pointerEscapes.Replace(name))
	}
	return p
}

// entry is the pointer to an entry of the list at p.
func (p pointer) entry(index int) pointer { return p.to(strconv.Itoa(index)) }

// last is the last name of a pointer, as it is pointerEscapes.
func (p pointer) last() string { return string(p[strings.LastIndex(string(p), "/")+1:]) }

// target is the pointer of a reference within the document.
func target(reference string) pointer { return pointer(strings.TrimPrefix(reference, "#")) }

// nodes visits the nodes of a file in its order, and of a map the keys too: a key
// has the pointer of its value. It does not follow aliases, so each node is
// visited once.
func nodes(node *yaml.Node, at pointer, visit func(node *yaml.Node, at pointer)) {
	if node.Kind == yaml.DocumentNode {
		nodes(node.Content[0], at, visit)
		return
	}
	visit(node, at)
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i < len(node.Content); i += 2 {
			inner := at.to(node.Content[i].Value)
			visit(node.Content[i], inner)
			nodes(node.Content[i+1], inner, visit)
		}
	case yaml.SequenceNode:
		for i, entry := range node.Content {
			nodes(entry, at.entry(i), visit)
		}
	}
}

// locate is the pointer of the node of this kind at a line and column, which is
// all that the linter and the parsers tell. Where there is none (column 0: any),
// it is that of the last node before.
func locate(root *yaml.Node, line, column int, kind yaml.Kind) pointer {
	var exact, before pointer
	found := false
	nodes(root, "", func(node *yaml.Node, at pointer) {
		switch {
		case found:
		case node.Line == line && (column == 0 || node.Column == column && node.Kind == kind):
			exact, found = at, true
		case node.Line < line || node.Line == line && node.Column <= column:
			before = at
		}
	})
	if found {
		return exact
	}
	return before
}

// value is the node at a pointer, nil if there is none.
func value(root *yaml.Node, at pointer) *yaml.Node {
	var found *yaml.Node
	nodes(root, "", func(node *yaml.Node, here pointer) {
		if here == at {
			found = node // of a key and its value the value comes second
		}
	})
	return found
}
