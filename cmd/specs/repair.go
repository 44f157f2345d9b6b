package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// repairs are what was changed in a document, a line each.
type repairs struct {
	root  object
	lines []string
}

func (r *repairs) note(at *place, was, is string) {
	r.lines = append(r.lines, fmt.Sprintf("%s: %s -> %s", at, shown(was, 200), shown(is, 200)))
}

// repair mends in a reduced document what is known to be broken, so that it is
// valid and the generator takes it. It tells of each repair.
func repair(root object) ([]string, error) {
	r := &repairs{root: root}
	r.ownParameters()
	if err := r.inline(); err != nil {
		return nil, err
	}
	if err := r.routes(); err != nil {
		return nil, err
	}
	walk(root, "document", nil, func(members object, form string, at *place) {
		switch form {
		case "parameter":
			if name, _ := members["name"].(string); isID(name) {
				r.id(members["schema"], at.in("schema"))
			}
		case "schema":
			r.values(members, at)
			r.types(members, at)
			properties, _ := members["properties"].(object)
			for _, name := range sorted(properties) {
				if isID(name) {
					r.id(properties[name], at.in("properties").in(name))
				}
			}
		}
	})
	return r.lines, nil
}

// ownParameters gives each operation the parameters of its path, and each
// parameter once.
func (r *repairs) ownParameters() {
	walk(r.root, "document", nil, func(item object, form string, at *place) {
		if form != "path" {
			return
		}
		shared, _ := item["parameters"].([]any)
		delete(item, "parameters")
		for _, method := range methodOrder {
			operation, ok := item[method].(object)
			if !ok {
				continue
			}
			own, _ := operation["parameters"].([]any)
			seen := map[string]bool{}
			var all []any
			for i, parameter := range slices.Concat(own, shared) {
				key := r.key(parameter)
				switch {
				case !seen[key]:
					all = append(all, parameter)
				case i < len(own): // not one that the operation has in place of its path's
					r.note(at.in(method).in("parameters").in(fmt.Sprint(i)), key+" once more", "left out")
				}
				seen[key] = true
			}
			if len(all) > 0 {
				operation["parameters"] = all
			}
		}
	})
}

// inline makes of a path that is a reference what it refers to.
func (r *repairs) inline() error {
	paths, _ := r.root["paths"].(object)
	for template, item := range paths {
		paths[template] = resolve(r.root, item)
	}
	if components, ok := r.root["components"].(object); ok {
		delete(components, "pathItems")
	}
	// Before it is written out: a thousand paths may refer to one with a thousand
	// operations.
	if err := affordable(r.root); err != nil {
		return err
	}
	r.root["paths"] = copied(paths)
	return nil
}

// key is what there can be only one of in an operation's parameters.
func (r *repairs) key(parameter any) string {
	p := resolve(r.root, parameter)
	return fmt.Sprint(p["in"], " ", p["name"])
}

var idName = regexp.MustCompile(`^ids?$|_ids?$|Ids?$`)

func isID(name string) bool { return idName.MatchString(name) }

// id makes an integer of an id that is a number, as ids have no fraction and the
// generator gives a number 32 bits.
func (r *repairs) id(value any, at *place) {
	schema, _ := value.(object)
	types := typesOf(schema)
	if i := slices.Index(types, any("number")); i >= 0 && schema["format"] == nil {
		types[i] = "integer"
		setTypes(schema, types)
		schema["format"] = "int64"
		r.note(at, "an id of type number", "integer int64")
	}
	if items, ok := schema["items"]; ok {
		r.id(items, at.in("items"))
	}
	for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
		arms, _ := schema[keyword].([]any)
		for i, arm := range arms {
			r.id(arm, at.in(keyword).in(fmt.Sprint(i)))
		}
	}
}

// typesOf are the types of a schema as a list of its own.
func typesOf(schema object) []any {
	switch t := schema["type"].(type) {
	case string:
		return []any{t}
	case []any:
		return slices.Clone(t)
	}
	return nil
}

// values mends an enum: null is no value but a type, and words are no integers.
func (r *repairs) values(schema object, at *place) {
	values, ok := schema["enum"].([]any)
	if !ok {
		return
	}
	if i := slices.Index(values, nil); i >= 0 {
		values = slices.DeleteFunc(slices.Clone(values), func(value any) bool { return value == nil })
		r.note(at.in("enum"), "null among the values", "a nullable type")
		if len(values) == 0 {
			delete(schema, "enum")
			schema["type"] = "null"
			return
		}
		schema["enum"] = values
		inner := maps.Clone(schema)
		clear(schema)
		maps.Copy(schema, nullable(inner))
	}
	words := 0
	for _, value := range values {
		if fits(value, "string") {
			words++
		}
	}
	types := typesOf(schema)
	i := slices.IndexFunc(types, func(t any) bool { return t == "integer" || t == "number" })
	if i < 0 || words == 0 || slices.Contains(types, any("string")) {
		return
	}
	name := fmt.Sprint(types[i])
	if words < len(values) {
		setTypes(schema, append(types, "string")) // types makes two of it
		r.note(at.in("type"), name+" with words among the values", name+" or string")
		return
	}
	types[i] = "string"
	setTypes(schema, types)
	delete(schema, "format")
	r.note(at.in("type"), name+" with words for values", "string")
}

// of tells which keywords are about one type that has values.
var of = map[string][]string{
	"boolean": {},
	"object":  {"properties", "required", "additionalProperties", "minProperties", "maxProperties"},
	"array":   {"items", "minItems", "maxItems", "uniqueItems"},
	"string":  {"minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType"},
	"integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
	"number":  {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}

// types makes a choice of a schema with several types, which the generator does
// not take: an arm for each.
func (r *repairs) types(schema object, at *place) {
	types := typesOf(schema)
	count := len(types)
	if slices.Contains(types, any("null")) {
		count--
	}
	if count < 2 {
		return
	}
	var arms []any
	var names []string
	for _, t := range types {
		name := fmt.Sprint(t)
		names = append(names, name)
		arm := object{"type": t}
		keywords := of[name]
		for _, keyword := range keywords {
			if value, ok := schema[keyword]; ok {
				arm[keyword] = value
			}
		}
		if format, ok := schema["format"].(string); ok && formatOf(format, name) {
			arm["format"] = format
		}
		if values, ok := schema["enum"].([]any); ok && keywords != nil {
			values = slices.DeleteFunc(slices.Clone(values), func(value any) bool { return !fits(value, name) })
			if len(values) == 0 {
				continue // no value is of this type
			}
			arm["enum"] = values
		}
		if value, ok := schema["const"]; ok && fits(value, name) {
			arm["const"] = value
		}
		arms = append(arms, arm)
	}
	for _, keywords := range of {
		for _, keyword := range keywords {
			delete(schema, keyword)
		}
	}
	for _, keyword := range []string{"type", "format", "enum", "const"} {
		delete(schema, keyword)
	}
	if schema["anyOf"] == nil {
		schema["anyOf"] = arms
	} else { // a choice beside a choice
		parts, _ := schema["allOf"].([]any)
		schema["allOf"] = append(parts, object{"anyOf": arms})
	}
	r.note(at.in("type"), strings.Join(names, ", "), "anyOf of them")
}

// formatOf tells whether a format is one of a type's.
func formatOf(format, name string) bool {
	switch format {
	case "int32", "int64":
		return name == "integer"
	case "float", "double":
		return name == "number"
	default:
		return name == "string"
	}
}

// fits tells whether a value is of a type.
func fits(value any, name string) bool {
	switch value.(type) {
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case int:
		return name == "integer" || name == "number"
	case float64:
		return name == "number"
	case []any:
		return name == "array"
	case object:
		return name == "object"
	default:
		return name == "null"
	}
}
