package main

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"
)

// parsed is a document with all that the rules look at, each thing once, where it
// is defined: what a reference leads to is not found again at the reference.
type parsed struct {
	root       *yaml.Node
	doc        *openapi3.T
	operations []operation
	parameters []parameter
	schemas    []schema
	requests   map[*openapi3.Schema]bool // what JSON bodies are made of
	answers    map[*openapi3.Schema]bool // what answers are made of
}

type operation struct {
	at     pointer
	method string
	path   string
	item   *openapi3.PathItem
	*openapi3.Operation
}

type parameter struct {
	at pointer
	*openapi3.Parameter
}

// schema is a schema with the role that it has where it stands.
type schema struct {
	at        pointer
	component bool // it stands right under components/schemas, and has a name
	arm       bool // it is a part of an allOf
	not       bool // it says what a value must not be
	opaque    bool // it stands in one with x-go-type, which is not compiled
	*openapi3.Schema
}

// gather collects what the rules look at.
func gather(root *yaml.Node, doc *openapi3.T) *parsed {
	p := &parsed{root: root, doc: doc, requests: map[*openapi3.Schema]bool{}, answers: map[*openapi3.Schema]bool{}}
	if doc.Components == nil {
		doc.Components = &openapi3.Components{}
	}
	c, at := doc.Components, pointer("/components")
	for _, name := range sorted(c.Schemas) {
		p.schema(at.to("schemas", name), c.Schemas[name], schema{component: true})
	}
	for _, name := range sorted(c.Parameters) {
		p.parameter(at.to("parameters", name), c.Parameters[name])
	}
	for _, name := range sorted(c.Headers) {
		p.header(at.to("headers", name), c.Headers[name])
	}
	for _, name := range sorted(c.RequestBodies) {
		p.body(at.to("requestBodies", name), c.RequestBodies[name])
	}
	for _, name := range sorted(c.Responses) {
		p.response(at.to("responses", name), c.Responses[name])
	}
	paths := doc.Paths.Map()
	for _, path := range sorted(paths) {
		at, item := pointer("").to("paths", path), paths[path]
		for i, ref := range item.Parameters {
			p.parameter(at.to("parameters").entry(i), ref)
		}
		methods := item.Operations()
		for _, method := range sorted(methods) {
			p.operation(operation{at.to(strings.ToLower(method)), method, path, item, methods[method]})
		}
	}
	return p
}

func (p *parsed) operation(o operation) {
	p.operations = append(p.operations, o)
	for i, ref := range o.Parameters {
		p.parameter(o.at.to("parameters").entry(i), ref)
	}
	if o.RequestBody != nil {
		p.body(o.at.to("requestBody"), o.RequestBody)
		if media := o.RequestBody.Value.Content["application/json"]; media != nil {
			reach(media.Schema, p.requests)
		}
	}
	responses := o.Responses.Map()
	for _, status := range sorted(responses) {
		p.response(o.at.to("responses", status), responses[status])
		for _, media := range responses[status].Value.Content {
			reach(media.Schema, p.answers)
		}
	}
}

func (p *parsed) parameter(at pointer, ref *openapi3.ParameterRef) {
	if ref.Ref != "" {
		return
	}
	p.parameters = append(p.parameters, parameter{at, ref.Value})
	p.schema(at.to("schema"), ref.Value.Schema, schema{})
	p.content(at, ref.Value.Content)
}

func (p *parsed) header(at pointer, ref *openapi3.HeaderRef) {
	if ref.Ref == "" {
		p.schema(at.to("schema"), ref.Value.Schema, schema{})
		p.content(at, ref.Value.Content)
	}
}

func (p *parsed) body(at pointer, ref *openapi3.RequestBodyRef) {
	if ref.Ref == "" {
		p.content(at, ref.Value.Content)
	}
}

func (p *parsed) response(at pointer, ref *openapi3.ResponseRef) {
	if ref.Ref != "" {
		return
	}
	for _, name := range sorted(ref.Value.Headers) {
		p.header(at.to("headers", name), ref.Value.Headers[name])
	}
	p.content(at, ref.Value.Content)
}

func (p *parsed) content(at pointer, content openapi3.Content) {
	for _, media := range sorted(content) {
		p.schema(at.to("content", media, "schema"), content[media].Schema, schema{})
	}
}

// schema adds a schema and those in it.
func (p *parsed) schema(at pointer, ref *openapi3.SchemaRef, s schema) {
	if ref == nil || ref.Ref != "" {
		return
	}
	s.at, s.Schema = at, ref.Value
	p.schemas = append(p.schemas, s)
	inner := schema{not: s.not, opaque: s.opaque || s.Extensions["x-go-type"] != nil}
	for _, name := range sorted(s.Properties) {
		p.schema(at.to("properties", name), s.Properties[name], inner)
	}
	p.schema(at.to("items"), s.Items, inner)
	p.schema(at.to("additionalProperties"), s.AdditionalProperties.Schema, inner)
	for keyword, list := range map[string]openapi3.SchemaRefs{"oneOf": s.OneOf, "anyOf": s.AnyOf} {
		for i, one := range list {
			p.schema(at.to(keyword).entry(i), one, inner)
		}
	}
	inner.arm = true
	for i, one := range s.AllOf {
		p.schema(at.to("allOf").entry(i), one, inner)
	}
	inner.arm, inner.not = false, true
	p.schema(at.to("not"), s.Not, inner)
}

// reach adds a schema and all that values of it are made of.
func reach(ref *openapi3.SchemaRef, into map[*openapi3.Schema]bool) {
	if ref == nil || into[ref.Value] {
		return
	}
	s := ref.Value
	into[s] = true
	for _, property := range s.Properties {
		reach(property, into)
	}
	for _, list := range []openapi3.SchemaRefs{s.AllOf, s.OneOf, s.AnyOf, {s.Items, s.AdditionalProperties.Schema}} {
		for _, one := range list {
			reach(one, into)
		}
	}
}

// behind is what a property is of, behind an allOf of one by which a document
// says more of a reference: that it may be null, or what it is for.
func behind(ref *openapi3.SchemaRef) *openapi3.Schema {
	s := ref.Value
	for range 20 { // no document nests deeper; one that holds itself is not valid
		if len(s.AllOf) != 1 || len(s.Properties) > 0 {
			break
		}
		s = s.AllOf[0].Value
	}
	return s
}

// extension is an extension of a property, which the generator takes from what it
// refers to where it has none of its own.
func extension(ref *openapi3.SchemaRef, key string) any {
	if value, ok := ref.Extensions[key]; ok {
		return value
	}
	return ref.Value.Extensions[key]
}

// goType is the x-go-type of a property, its own or that of what it refers to.
func goType(ref *openapi3.SchemaRef) string {
	for _, extensions := range []map[string]any{ref.Extensions, ref.Value.Extensions, behind(ref).Extensions} {
		if name, ok := extensions["x-go-type"].(string); ok {
			return name
		}
	}
	return ""
}

// mayBeNull tells whether a property may be null.
func mayBeNull(ref *openapi3.SchemaRef) bool { return ref.Value.Nullable || behind(ref).Nullable }

// isList tells whether a property is a list, or a map that has no component of
// its own: both may be empty.
func isList(ref *openapi3.SchemaRef) bool {
	s := ref.Value
	plainMap := ref.Ref == "" && s.AdditionalProperties.Schema != nil && len(s.Properties) == 0
	return plainMap || behind(ref).Type.Is("array")
}
