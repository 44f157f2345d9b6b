package main

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Rules about extensions and about what the comments of the client are made of.

// extensions are those that the generator and our template read, with the YAML
// type of each.
var extensions = map[string]string{
	"x-deprecated-reason":             "!!str",
	"x-enum-varnames":                 "!!seq",
	"x-go-name":                       "!!str",
	"x-go-type":                       "!!str",
	"x-go-type-name":                  "!!str",
	"x-go-type-skip-optional-pointer": "!!bool",
	"x-omitempty":                     "!!bool",
	"x-omitzero":                      "!!bool",
	"x-pages":                         "!!map",
}

// named are the maps whose keys are the vendor's names.
var named = regexp.MustCompile(`/(properties|headers|mapping)$`)

func knownExtensions(p *parsed, report report) {
	nodes(p.root, "", func(node *yaml.Node, at pointer) {
		if node.Kind != yaml.MappingNode || named.MatchString(string(at)) {
			return
		}
		for i := 0; i < len(node.Content); i += 2 {
			key, value := node.Content[i].Value, node.Content[i+1]
			if !strings.HasPrefix(key, "x-") {
				continue
			}
			switch tag, ok := extensions[key]; {
			case key == "x-go-type-import":
				report(at.to(key), "imports a package", "x-go-type names what the client has already: json and time of the standard library, and the types of the template")
			case !ok:
				report(at.to(key), "is not known to the generator or the template", "correct it, or use one of "+strings.Join(sorted(extensions), ", "))
			case value.ShortTag() != tag:
				report(at.to(key), fmt.Sprintf("is %s", value.ShortTag()), "write a value of type "+tag)
			}
		}
	})
}

func referenceSiblings(p *parsed, report report) {
	nodes(p.root, "", func(node *yaml.Node, at pointer) {
		if node.Kind != yaml.MappingNode || named.MatchString(string(at)) {
			return
		}
		reference := false
		for i := 0; i < len(node.Content); i += 2 {
			reference = reference || node.Content[i].Value == "$ref"
		}
		for i := 0; reference && i < len(node.Content); i += 2 {
			if key := node.Content[i].Value; key != "$ref" && !strings.HasPrefix(key, "x-") {
				report(at.to(key), "stands beside a $ref", "write allOf: [{$ref: …}] in place of the reference")
			}
		}
	})
}

func described(p *parsed, report report) {
	for _, o := range p.operations {
		if o.Summary == "" {
			report(o.at, "has no summary", "say in one line what it does, as in: reads a conversation.")
		}
		if o.Description == "" {
			report(o.at, "has no description", "say who may call it, what it leaves alone, or what is odd about it")
		}
	}
	for _, o := range p.parameters {
		if o.Description == "" {
			report(o.at, "has no description", "say what it does, as in: keeps conversations with this tag.")
		}
	}
	for _, s := range p.schemas {
		if s.component && s.Description == "" {
			report(s.at, "has no description", "say what it is, as in: is a page of conversations.")
		}
	}
}

var (
	begins = regexp.MustCompile(`^[a-z]`)
	ends   = regexp.MustCompile(`([.:]|https://\S+)\s*$`)
)

func wording(p *parsed, report report) {
	look := func(at pointer, text string) {
		switch {
		case text == "": // see described
		case !begins.MatchString(text):
			report(at, fmt.Sprintf("begins with %q", strings.Fields(text + " -")[0]), "go on after the name, in lower case: is a conversation. reads a conversation.")
		case !ends.MatchString(text):
			report(at, "does not end with a full stop", "write whole sentences")
		}
	}
	for _, o := range p.operations {
		look(o.at.to("summary"), o.Summary)
	}
	for _, o := range p.parameters {
		look(o.at.to("description"), o.Description)
	}
	for _, s := range p.schemas {
		look(s.at.to("description"), s.Description)
	}
}

func deprecatedReason(p *parsed, report report) {
	look := func(at pointer, deprecated bool, extensions map[string]any) {
		if reason, _ := extensions["x-deprecated-reason"].(string); deprecated && reason == "" {
			report(at, "is deprecated without x-deprecated-reason", "say what takes its place, or that nothing does")
		}
	}
	for _, o := range p.operations {
		look(o.at, o.Deprecated, o.Extensions)
	}
	for _, o := range p.parameters {
		look(o.at, o.Deprecated, o.Extensions)
	}
	for _, s := range p.schemas {
		look(s.at, s.Deprecated, s.Extensions)
	}
}
