package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Rules about the types that schemas are compiled to.

func namedSchemas(p *parsed, report report) {
	for _, s := range p.schemas {
		if s.component || s.opaque || s.Extensions["x-go-type"] != nil || s.Extensions["x-go-type-name"] != nil {
			continue
		}
		what := ""
		switch {
		case len(s.Enum) > 0:
			what = "enum"
		case s.arm || s.not: // a part of what has a name
		case len(s.Properties) > 0:
			what = "object"
		case len(s.OneOf)+len(s.AnyOf) > 0:
			what = "union"
		}
		if what != "" {
			report(s.at, "is an "+what+" without a name", "move it to components/schemas under the name of its Go type, and refer to it")
		}
	}
}

var (
	constant = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	letter   = regexp.MustCompile(`^[A-Za-z]`)
	noWord   = regexp.MustCompile(`[^A-Za-z0-9]`)
)

func enumNames(p *parsed, report report) {
	for _, s := range p.schemas {
		at, names := s.at.to("enum"), s.Enum
		given, explicit := s.Extensions["x-enum-varnames"].([]any)
		if explicit {
			at, names = s.at.to("x-enum-varnames"), given
			if len(given) != len(s.Enum) {
				report(at, fmt.Sprintf("has %d names for %d values", len(given), len(s.Enum)), "name each value, in their order")
				continue
			}
		}
		known := map[string]bool{}
		for i, value := range names {
			word, isText := value.(string)
			name := strings.ToLower(noWord.ReplaceAllString(word, ""))
			switch {
			case value == nil:
				report(at.entry(i), "is null", "take it away, and say nullable: true where the enum is used")
			case explicit && !constant.MatchString(word):
				report(at.entry(i), fmt.Sprintf("%v is no name of a constant", value), "write it in letters and digits, a capital first")
			case !isText && s.Type.Is("string"), slices.Contains(names[:i], value): // the linter tells
			case !isText || !letter.MatchString(word):
				report(at.entry(i), fmt.Sprintf("%v makes no name of a constant", value), "name all values with x-enum-varnames")
			case known[name]:
				report(at.entry(i), fmt.Sprintf("%q makes the same name as another", word), "name all values with x-enum-varnames")
			}
			known[name] = true
		}
	}
}

var (
	id     = regexp.MustCompile(`^(ids?|csid)$|_ids?$|[a-z]Ids?$`)
	plural = regexp.MustCompile(`^ids$|_ids$|[a-z]Ids$`)
)

func idTypes(p *parsed, report report) {
	look := func(at pointer, name string, ref *openapi3.SchemaRef) {
		if ref == nil || !id.MatchString(name) {
			return
		}
		s := behind(ref)
		if s.Type.Is("array") {
			s = behind(s.Items)
		}
		if s.Type.Is("number") || s.Type.Is("integer") && s.Format != "int64" {
			report(at, strings.TrimSpace(fmt.Sprintf("is an id of type %s %s", s.Type.Slice()[0], s.Format)), "make it type: integer, format: int64")
		}
	}
	for _, o := range p.parameters {
		look(o.at.to("schema"), o.Name, o.Schema)
	}
	for _, s := range p.schemas {
		for _, name := range sorted(s.Properties) {
			look(s.at.to("properties", name), name, s.Properties[name])
		}
	}
}

func pluralIDs(p *parsed, report report) {
	look := func(at pointer, name string, goName any) {
		if given, _ := goName.(string); plural.MatchString(name) && !strings.HasSuffix(given, "IDs") {
			report(at, fmt.Sprintf("%s has no x-go-name that ends with IDs", name), "write as in x-go-name: AgentIDs")
		}
	}
	for _, o := range p.parameters {
		if o.In != "path" { // those are arguments, with names of their own
			look(o.at, o.Name, o.Extensions["x-go-name"])
		}
	}
	for _, s := range p.schemas {
		for _, name := range sorted(s.Properties) {
			look(s.at.to("properties", name), name, extension(s.Properties[name], "x-go-name"))
		}
	}
}

func numberFormats(p *parsed, report report) {
	known := map[string][]string{"integer": {"", "int32", "int64"}, "number": {"", "double"}}
	for _, s := range p.schemas {
		for _, name := range s.Type.Slice() {
			if formats := known[name]; formats != nil && !slices.Contains(formats, s.Format) {
				report(s.at.to("format"), fmt.Sprintf("%s is no format of type %s", s.Format, name), "use "+strings.Join(formats[1:], " or ")+", or leave it out: then it is the widest, int64 or json.Number")
			}
		}
	}
}

var (
	raw   = []string{"json.RawMessage", "map[string]json.RawMessage"}
	ofAny = regexp.MustCompile(`^Field\[(.+)\]$`)
)

func goTypes(p *parsed, report report) {
	for _, s := range p.schemas {
		name, ok := s.Extensions["x-go-type"].(string)
		if !ok {
			continue
		}
		at := s.at.to("x-go-type")
		switch match := ofAny.FindStringSubmatch(name); {
		case slices.Contains(raw, name):
			if s.Extensions["x-go-type-skip-optional-pointer"] != true {
				report(at, name+" would be behind a pointer where it is optional", "add x-go-type-skip-optional-pointer: true")
			}
		case match != nil:
			basic := []string{"string", "int64", "bool", "json.Number", "time.Time"}
			if !slices.Contains(basic, match[1]) && p.doc.Components.Schemas[match[1]] == nil {
				report(at, match[1]+" is no type of the client", "use "+strings.Join(basic, ", ")+" or a component")
			}
		case name != "Timestamp" && name != "any":
			report(at, name+" is not what the template or the rules know", "use "+strings.Join(raw, " or ")+" for JSON, Timestamp for a time, Field[…] for three states")
		}
	}
}

func freeJSON(p *parsed, report report) {
	for _, s := range p.schemas {
		if s.opaque || s.not || s.Extensions["x-go-type"] != nil {
			continue
		}
		composed := len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) > 0
		bare := (s.Type == nil || s.Type.Is("object")) && len(s.Properties) == 0 && s.AdditionalProperties.Schema == nil && !composed && !s.arm
		open := s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has
		closed := s.AdditionalProperties.Has != nil && !open
		if bare && !closed || open {
			report(s.at, "holds any JSON", "say what it holds, or refer to a component with x-go-type: json.RawMessage (any value) or map[string]json.RawMessage (an object)")
		}
	}
}

func unionTags(p *parsed, report report) {
	for _, s := range p.schemas {
		if s.opaque || s.Extensions["x-go-type"] != nil || len(s.OneOf) == 0 {
			continue
		}
		if s.Discriminator == nil {
			report(s.at.to("oneOf"), "has no discriminator", "add one with a mapping for each arm, or use anyOf where only the shape tells the arms apart")
			continue
		}
		leads := map[string]bool{}
		arms := map[string]*openapi3.SchemaRef{}
		for _, arm := range s.OneOf {
			arms[arm.Ref] = arm
		}
		mapping := s.at.to("discriminator", "mapping")
		for _, tag := range sorted(s.Discriminator.Mapping) {
			ref := s.Discriminator.Mapping[tag].Ref
			leads[ref] = true
			arm := arms[ref]
			if arm == nil {
				report(mapping.to(tag), fmt.Sprintf("%q leads to no arm of the union", ref), "correct it, or add the arm to oneOf")
			} else if property := field(arm, s.Discriminator.PropertyName); property != nil {
				if values := behind(property).Enum; len(values) > 0 && !slices.Contains(values, any(tag)) {
					report(mapping.to(tag), fmt.Sprintf("the arm's %s has no value %q", s.Discriminator.PropertyName, tag), "add the value to the enum, or correct the tag")
				}
			}
		}
		for i, arm := range s.OneOf {
			if !leads[arm.Ref] {
				report(s.at.to("oneOf").entry(i), "no tag of the discriminator leads to it", "add its tag to the mapping")
			}
		}
	}
}

func requiredFields(p *parsed, report report) {
	for _, s := range p.schemas {
		if s.arm || s.not { // what is meant may stand in another part
			continue
		}
		for i, name := range s.Required {
			if !hasField(s.Schema, name, 20) {
				report(s.at.to("required").entry(i), fmt.Sprintf("there is no field %q", name), "correct the name, or add the field")
			}
		}
	}
}

func hasField(s *openapi3.Schema, name string, depth int) bool {
	return s.Properties[name] != nil || depth > 0 && slices.ContainsFunc(slices.Concat(s.AllOf, s.OneOf, s.AnyOf), func(part *openapi3.SchemaRef) bool {
		return hasField(part.Value, name, depth-1)
	})
}

func answerTimes(p *parsed, report report) {
	for _, s := range p.schemas {
		if p.answers[s.Schema] && (s.Format == "date-time" || s.Format == "date") && s.Extensions["x-go-type"] != "Timestamp" {
			report(s.at, "is a time of answers in one form only", "refer to the document's component with x-go-type: Timestamp")
		}
	}
}

func openAnswers(p *parsed, report report) {
	for _, s := range p.schemas {
		if has := s.AdditionalProperties.Has; p.answers[s.Schema] && has != nil && !*has {
			report(s.at.to("additionalProperties"), "closes an answer", "leave it out; requests may be closed, in schemas of their own")
		}
	}
}
