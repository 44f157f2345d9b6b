package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

const validCure = "mend it as OpenAPI 3.0.3 has it, then check again: what is not valid is not looked at further"

// values are the places where null is a value like others.
var values = regexp.MustCompile(`/(enum/\d+|default|example|examples/.*)$`)

// empty reports what has no value: nothing in OpenAPI may be null but values.
func empty(root *yaml.Node, report report) {
	nodes(root, "", func(node *yaml.Node, at pointer) {
		if node.ShortTag() == "!!null" && !values.MatchString(string(at)) {
			report(at, "has no value", "write one, or take it away")
		}
	})
}

// localReferences: see rules.
func localReferences(root *yaml.Node, report report) {
	known := map[pointer]bool{}
	nodes(root, "", func(_ *yaml.Node, at pointer) { known[at] = true })
	nodes(root, "", func(node *yaml.Node, at pointer) {
		if node.Kind != yaml.ScalarNode || at.last() != "$ref" {
			return
		}
		switch reference := node.Value; {
		case reference == "$ref": // the key itself
		case !strings.HasPrefix(reference, "#/"):
			report(at, fmt.Sprintf("%q leads out of the document", reference), "bring what it leads to into components, and refer to it with #/components/…")
		case !known[target(reference)]:
			report(at, fmt.Sprintf("%q leads nowhere", reference), "name a component that exists, or add it")
		}
	})
}

// valid loads the document and holds it against OpenAPI. It reports only if
// alone: what the linter found as well, it told more plainly.
func valid(ctx context.Context, text []byte, root *yaml.Node, alone bool, report report) (doc *openapi3.T, ok bool) {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	loaded := err == nil
	if loaded {
		err = doc.Validate(ctx, openapi3.EnableMultiError())
	}
	switch {
	case err == nil:
		return doc, true
	case !alone:
		return nil, false
	}
	var known []string // messages, which come again with each operation that is concerned
	if loaded {
		known = wrongSchemas(ctx, gather(root, doc), report)
	}
	var all openapi3.MultiError
	if !errors.As(err, &all) {
		all = openapi3.MultiError{err}
	}
	for _, one := range all {
		at, problem := scope(one, root)
		again := func(message string) bool { return strings.HasSuffix(problem, message) }
		if !slices.ContainsFunc(known, again) {
			report(at, firstLine(problem), validCure)
		}
		if strings.HasPrefix(string(at), "/components/") { // these come first
			known = append(known, problem)
		}
	}
	return nil, false
}

// wrongSchemas reports the schemas that are wrong by themselves, where they
// stand: the validation tells of them only which operations they spoil.
func wrongSchemas(ctx context.Context, p *parsed, report report) (messages []string) {
	for _, s := range p.schemas {
		own := *s.Schema
		own.Properties, own.AllOf, own.OneOf, own.AnyOf, own.Not, own.Discriminator = nil, nil, nil, nil, nil, nil
		own.AdditionalProperties.Schema = nil
		if own.Items != nil {
			own.Items = openapi3.NewSchemaRef("", openapi3.NewSchema())
		}
		if err := own.Validate(ctx); err != nil {
			messages = append(messages, err.Error())
			report(s.at, firstLine(err.Error()), validCure)
		}
	}
	return messages
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// scope is where an error of the validation is, as far as it tells, and what is
// wrong there.
func scope(err error, root *yaml.Node) (at pointer, problem string) {
	inner := err
	var section *openapi3.SectionValidationError
	if errors.As(inner, &section) {
		at, inner = at.to(section.Section), section.Cause
	}
	var component *openapi3.ComponentValidationError
	if errors.As(inner, &component) {
		list := map[string]string{"request body": "requestBodies", "security scheme": "securitySchemes"}[component.Section]
		at, inner = at.to(cmp.Or(list, component.Section+"s"), component.Name), component.Cause
	}
	var path *openapi3.PathValidationError
	if errors.As(inner, &path) {
		at, inner = at.to(path.Path), path.Cause
	}
	var operation *openapi3.OperationValidationError
	if errors.As(inner, &operation) {
		at, inner = at.to(strings.ToLower(operation.Method)), operation.Cause
	}
	if match := yamlLine.FindStringSubmatch(err.Error()); match != nil {
		number, _ := strconv.Atoi(match[1])
		at = locate(root, number, 0, 0)
	}
	return at, inner.Error()
}

func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	return text
}
