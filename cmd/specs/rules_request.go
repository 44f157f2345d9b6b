package main

import (
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Rules about what is sent for a field that is not set.

// optional visits the optional fields of the objects that stand in the document.
func optional(p *parsed, visit func(owner schema, at pointer, ref *openapi3.SchemaRef)) {
	for _, s := range p.schemas {
		required := map[string]bool{}
		for _, name := range s.Required {
			required[name] = true
		}
		for _, name := range sorted(s.Properties) {
			if !required[name] {
				visit(s, s.at.to("properties", name), s.Properties[name])
			}
		}
	}
}

func unsetFields(p *parsed, report report) {
	optional(p, func(owner schema, at pointer, ref *openapi3.SchemaRef) {
		threeStates := strings.HasPrefix(goType(ref), "Field[")
		if !p.requests[owner.Schema] || threeStates || isList(ref) || extension(ref, "x-omitzero") == true {
			return
		}
		if extension(ref, "x-omitempty") == false {
			report(at, "is sent when it is not set", "add x-omitzero: true")
		} else if mayBeNull(ref) && extension(ref, "x-omitempty") != true {
			report(at, "may be null, and nothing says that it is left out when it is not set", "add x-omitempty: true, or make it three-state with x-go-type: Field[…] where null clears it")
		}
	})
}

func threeState(p *parsed, report report) {
	for _, s := range p.schemas {
		if name, _ := s.Extensions["x-go-type"].(string); !strings.HasPrefix(name, "Field[") {
			continue
		}
		var missing []string
		for _, setting := range []struct {
			is   bool
			text string
		}{
			{s.Nullable, "nullable: true"},
			{s.Extensions["x-go-type-skip-optional-pointer"] == true, "x-go-type-skip-optional-pointer: true"},
			{s.Extensions["x-omitzero"] == true, "x-omitzero: true"},
			{s.Extensions["x-omitempty"] == false, "x-omitempty: false"},
		} {
			if !setting.is {
				missing = append(missing, setting.text)
			}
		}
		if len(missing) > 0 {
			report(s.at, "a Field lacks "+strings.Join(missing, ", "), "add it")
		}
		if p.answers[s.Schema] {
			report(s.at, "an answer has a Field", "use a pointer in answers: there is no third state in what was sent")
		}
	}
	for _, s := range p.schemas {
		for i, name := range s.Required {
			if ref := s.Properties[name]; ref != nil && strings.HasPrefix(goType(ref), "Field[") {
				report(s.at.to("required").entry(i), fmt.Sprintf("the Field %q is required", name), "take it off the list: a Field may always be left out")
			}
		}
	}
}

func emptyLists(p *parsed, report report) {
	optional(p, func(_ schema, at pointer, ref *openapi3.SchemaRef) {
		if !isList(ref) {
			return
		}
		if extension(ref, "x-omitempty") != false || extension(ref, "x-omitzero") != true {
			report(at, "is left out when it is empty, or sent as null when it is not set", "add x-omitempty: false and x-omitzero: true")
		}
	})
}
