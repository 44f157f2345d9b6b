package specs_test

import (
	"maps"
	"regexp"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// shape says what values to make of a schema.
type shape struct {
	optional bool // properties that may be missing are there
	unknown  bool // objects have a field and enums a value that no document knows
	depth    int  // how deep optional properties go: schemas may hold themselves
}

// candidates are texts of which one fits each pattern in the documents.
var candidates = []string{"order-7", "5f0000000000000000000007", "+15550100", "order_id", "#00ff00", "7", "customer"}

// value makes a value that fits the schema.
func (s shape) value(ref *openapi3.SchemaRef) any {
	if ref == nil || ref.Value == nil {
		return "anything"
	}
	schema := ref.Value
	switch {
	case len(schema.OneOf) > 0:
		return s.arm(schema, schema.OneOf)
	case len(schema.AnyOf) > 0 && schema.Type == nil:
		return s.arm(schema, schema.AnyOf)
	case len(schema.AllOf) == 1 && len(schema.Properties) == 0:
		return s.value(schema.AllOf[0])
	case len(schema.Enum) > 0:
		if s.unknown && schema.Type.Is("string") {
			return "a_value_of_tomorrow"
		}
		return schema.Enum[0]
	case schema.Type == nil && len(schema.Properties) == 0 && len(schema.AllOf) == 0:
		return "anything"
	case schema.Type.Is("array"):
		list := []any{}
		for range max(int(schema.MinItems), min(s.depth, 1)) {
			list = append(list, s.inner().value(schema.Items))
		}
		return list
	case schema.Type.Is("integer"):
		if schema.Max != nil {
			return *schema.Max
		}
		if schema.Format == "int32" {
			return 7
		}
		return 9007199254740993
	case schema.Type.Is("number"):
		if schema.Max != nil {
			return *schema.Max
		}
		return 1.5
	case schema.Type.Is("boolean"):
		return true
	case schema.Type.Is("string"):
		return text(schema)
	}
	object := map[string]any{}
	s.properties(schema, object)
	if schema.Not != nil { // of two that exclude each other, leave out the one
		for _, name := range schema.Not.Value.Required {
			delete(object, name)
		}
	}
	closed := schema.AdditionalProperties.Has != nil && !*schema.AdditionalProperties.Has
	if len(schema.Properties)+len(schema.AllOf) == 0 && schema.AdditionalProperties.Schema == nil && !closed {
		object["any"] = "thing" // a free object; an empty one would come out as left out
	}
	if values := schema.AdditionalProperties.Schema; values != nil && s.depth > 0 {
		object["2f5515b6-7e98-4f4d-9010-bfd2a27d4f35"] = s.inner().value(values)
	}
	if s.unknown && len(schema.Properties) > 0 {
		object["field_of_tomorrow"] = map[string]any{"a": []any{1, nil}}
	}
	return object
}

func (s shape) inner() shape { s.depth--; return s }

// properties adds those of a schema and of the parts of its allOf.
func (s shape) properties(schema *openapi3.Schema, into map[string]any) {
	for _, part := range schema.AllOf {
		s.properties(part.Value, into)
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		required := slices.Contains(schema.Required, name)
		if required || s.optional && s.depth > 1 && into[name] == nil { // one deeper, so that no list comes out empty
			into[name] = s.inner().value(schema.Properties[name])
		}
	}
}

// arm is a value of the first arm of a union, with its tag.
func (s shape) arm(schema *openapi3.Schema, arms openapi3.SchemaRefs) any {
	value := s.value(arms[0])
	object, ok := value.(map[string]any)
	if schema.Discriminator == nil || !ok {
		return value
	}
	s.properties(schema, object)
	for tag, mapped := range schema.Discriminator.Mapping {
		if mapped.Ref == arms[0].Ref {
			object[schema.Discriminator.PropertyName] = tag
		}
	}
	return object
}

func text(schema *openapi3.Schema) string {
	if schema.Pattern != "" {
		pattern := regexp.MustCompile(schema.Pattern)
		return candidates[max(0, slices.IndexFunc(candidates, pattern.MatchString))]
	}
	switch schema.Format {
	case "date-time":
		return "2026-01-31T09:30:00Z"
	case "date":
		return "2026-01-31"
	case "uuid":
		return "2f5515b6-7e98-4f4d-9010-bfd2a27d4f35"
	case "uri":
		return "https://example.com/a?b=c"
	case "email":
		return "robin@example.com"
	}
	const long = "text <é> & more, as long as it must be: ............................................"
	if schema.MaxLength != nil && *schema.MaxLength < 12 {
		return long[:*schema.MaxLength]
	}
	return "text <é> & m"
}
