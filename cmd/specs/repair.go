package main

import (
	"fmt"
	"maps"
	"reflect"
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
	r.lines = append(r.lines, fmt.Sprintf("%s: %s -> %s", at, was, is))
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
	r.root["paths"] = same(paths)
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
	types := typesOf(schema)
	words := len(values) > 0
	for _, value := range values {
		_, word := value.(string)
		words = words && word
	}
	for i, t := range types {
		if words && (t == "integer" || t == "number") {
			types[i] = "string"
			setTypes(schema, types)
			delete(schema, "format")
			r.note(at.in("type"), fmt.Sprint(t, " with words for values"), "string")
			return
		}
	}
}

// of tells which keywords are about one type.
var of = map[string][]string{
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
	if count < 2 || schema["anyOf"] != nil {
		return
	}
	var arms []any
	var names []string
	for _, t := range types {
		name := fmt.Sprint(t)
		names = append(names, name)
		arm := object{"type": t}
		for _, keyword := range of[name] {
			if value, ok := schema[keyword]; ok {
				arm[keyword] = value
			}
		}
		if format, ok := schema["format"].(string); ok && formatOf(format, name) {
			arm["format"] = format
		}
		if values, ok := schema["enum"].([]any); ok {
			if fitting := slices.DeleteFunc(slices.Clone(values), func(value any) bool { return !fits(value, name) }); len(fitting) > 0 {
				arm["enum"] = fitting
			}
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
	schema["anyOf"] = arms
	r.note(at.in("type"), strings.Join(names, ", "), "anyOf, one for each")
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

// maxTwins bounds how many paths are made one: each is held against the last.
const maxTwins = 20

// routes makes one of paths that differ in names of parameters alone, or in a
// slash at the end: they are one route, and OpenAPI allows it once.
func (r *repairs) routes() error {
	paths, _ := r.root["paths"].(object)
	byRoute := map[string][]string{}
	for _, template := range sorted(paths) {
		byRoute[route(template)] = append(byRoute[route(template)], template)
	}
	for _, key := range sorted(byRoute) {
		templates := byRoute[key]
		if len(templates) > maxTwins {
			return fmt.Errorf("/paths: more than %d paths are one route, such as %s and %s", maxTwins, shown(templates[0], 100), shown(templates[1], 100))
		}
		slices.SortStableFunc(templates, func(a, b string) int {
			return strings.Compare(a[len(strings.TrimSuffix(a, "/")):], b[len(strings.TrimSuffix(b, "/")):])
		})
		first := templates[0]
		for _, other := range templates[1:] {
			r.note((*place)(nil).in("paths").in(other), "a path of its own", "one with "+first)
			r.join(paths[first].(object), first, paths[other].(object), other)
			delete(paths, other)
		}
	}
	return nil
}

// join adds the operations of a path to those of another with the same route.
func (r *repairs) join(item object, template string, other object, otherTemplate string) {
	names, otherNames := parameterNames(template), parameterNames(otherTemplate)
	for _, method := range methodOrder {
		theirs, ok := other[method].(object)
		if !ok {
			continue
		}
		list, _ := theirs["parameters"].([]any)
		for i, parameter := range list {
			p := resolve(r.root, parameter)
			if j := slices.Index(otherNames, fmt.Sprint(p["name"])); p["in"] == "path" && j >= 0 && names[j] != otherNames[j] {
				p = maps.Clone(p)
				p["name"] = names[j]
				list[i] = p
			}
		}
		if ours, ok := item[method].(object); ok {
			r.unite(ours, theirs)
		} else {
			item[method] = theirs
		}
	}
}

var parameterName = regexp.MustCompile(`\{([^}]*)\}`)

func parameterNames(template string) []string {
	var names []string
	for _, match := range parameterName.FindAllStringSubmatch(template, -1) {
		names = append(names, match[1])
	}
	return names
}

// unite makes of an operation what it and another are together: what only one
// has may be left out, and where they differ it is either.
func (r *repairs) unite(ours, theirs object) {
	optional := func(value any) any {
		members := maps.Clone(resolve(r.root, value))
		if members["in"] != "path" {
			delete(members, "required")
		}
		return members
	}
	list, _ := ours["parameters"].([]any)
	others, _ := theirs["parameters"].([]any)
	more := map[string]any{}
	for _, parameter := range others {
		more[r.key(parameter)] = parameter
	}
	var all []any
	for _, parameter := range list {
		if other, ok := more[r.key(parameter)]; ok {
			all = append(all, r.either(parameter, other))
		} else {
			all = append(all, optional(parameter))
		}
		delete(more, r.key(parameter))
	}
	for _, parameter := range others {
		if _, ok := more[r.key(parameter)]; ok {
			all = append(all, optional(parameter))
		}
	}
	if len(all) > 0 {
		ours["parameters"] = all
	}
	a, b := ours["requestBody"], theirs["requestBody"]
	switch {
	case a != nil && b != nil:
		ours["requestBody"] = r.either(a, b)
	case a != nil:
		ours["requestBody"] = optional(a)
	case b != nil:
		ours["requestBody"] = optional(b)
	}
	r.eitherOf(ours, theirs, "responses")
}

// either is what fits one of two parameters, bodies, answers, headers or media.
func (r *repairs) either(a, b any) any {
	x, y := resolve(r.root, a), resolve(r.root, b)
	if reflect.DeepEqual(x, y) {
		return a
	}
	x = maps.Clone(x)
	if y["required"] != true {
		delete(x, "required")
	}
	if x["schema"] == nil || y["schema"] == nil {
		delete(x, "schema") // anything
	} else if !reflect.DeepEqual(x["schema"], y["schema"]) {
		x["schema"] = object{"anyOf": []any{x["schema"], y["schema"]}}
	}
	r.eitherOf(x, y, "content")
	r.eitherOf(x, y, "headers")
	return x
}

// eitherOf does so for two maps of names.
func (r *repairs) eitherOf(x, y object, key string) {
	ours, _ := x[key].(object)
	theirs, ok := y[key].(object)
	if !ok {
		return
	}
	together := maps.Clone(theirs)
	for name, value := range ours {
		if other, ok := theirs[name]; ok {
			value = r.either(value, other)
		}
		together[name] = value
	}
	x[key] = together
}
