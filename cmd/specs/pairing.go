package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// shell pairs what is around the schemas of an operation.
func (s *splitter) shell(o *pair, a, b object, d direction, place string) (object, object) {
	was, is := object{}, object{}
	for _, key := range keys(a, b) {
		x, before := a[key]
		y, after := b[key]
		xs, deeper := x.(object)
		ys, both := y.(object)
		switch {
		case !after:
			was[key] = s.alone(x)
		case !before:
			is[key] = s.alone(y)
		case key == "schema":
			was[key], is[key] = s.schema(o, x, y, d, place+" ")
		case deeper && both:
			inner, at := d, place+" "+key
			switch key {
			case "responses":
				inner, at = answer, place
			case "requestBody":
				at = place + " body"
			case "parameters", "content", "headers":
				at = place
			}
			was[key], is[key] = s.shell(o, xs, ys, inner, at)
		default:
			was[key], is[key] = x, y
		}
	}
	unmarked(was)
	unmarked(is)
	return was, is
}

// schema pairs two schemas: a reference to the same name, or to one that was
// renamed, or two objects without a name, are a pair of their own.
func (s *splitter) schema(user *pair, a, b any, d direction, place string) (any, any) {
	bareA, nullA, unionA := withoutNull(a)
	bareB, nullB, unionB := withoutNull(b)
	if unionA || unionB {
		was, is := s.schema(user, bareA, bareB, d, place)
		return withNull(was, nullA), withNull(is, nullB)
	}
	nameA, x := s.before.named(a)
	nameB, y := s.after.named(b)
	var key string
	name := nameB
	switch {
	case x == nil || y == nil:
		return s.alone(a), s.alone(b)
	case isUnion(x) != isUnion(y):
		return s.summary(a, x), s.summary(b, y)
	case nameA != "" && nameB != "":
		if nameA != nameB && s.before.has(nameB) && s.after.has(nameA) {
			return s.alone(a), s.alone(b) // another one of two that exist
		}
		key = nameA + " " + nameB
	case isObject(x) && isObject(y):
		key, name = canonical(x)+canonical(y), place
	case isObject(x) != isObject(y) && fmt.Sprint(x["type"]) != fmt.Sprint(y["type"]):
		return s.outside(x), s.outside(y)
	default:
		return s.inside(user, x, y, d, place)
	}
	p, known := s.schemas[key]
	if !known {
		p = s.pair(name, key)
		p.unnamed = nameA == "" || nameB == ""
		was, is := s.inside(p, x, y, request|answer, name)
		p.before, p.after = was.(object), is.(object)
	}
	user.uses[p] |= d
	return reference(p.id), reference(p.id)
}

// outside is a schema without what is inside of it: that an object is now a text
// says all.
func (s *splitter) outside(schema object) any {
	if !isObject(schema) {
		return s.alone(schema)
	}
	return object{"type": "object"}
}

// summary stands for a schema that became a union, or no longer is one.
func (s *splitter) summary(value any, schema object) any {
	holder, _ := value.(object)
	if holder["$ref"] != nil {
		return s.alone(value)
	}
	if !isUnion(schema) {
		return reference(s.label(fmt.Sprint(cmp.Or[any](schema["type"], "any"))))
	}
	var arms []string
	for _, keyword := range []string{"oneOf", "anyOf"} {
		list, _ := schema[keyword].([]any)
		for _, arm := range list {
			inner, _ := arm.(object)
			name, _ := inner["$ref"].(string)
			arms = append(arms, strings.TrimPrefix(cmp.Or(name, fmt.Sprint(inner["type"])), "#/components/schemas/"))
		}
	}
	return reference(s.label("one of " + strings.Join(arms, ", ")))
}

// withoutNull is a schema without a union around it that adds nothing but null,
// or nothing at all, and which of them that was.
func withoutNull(value any) (bare any, null, union bool) {
	schema, _ := value.(object)
	for _, keyword := range []string{"anyOf", "oneOf"} {
		arms, _ := schema[keyword].([]any)
		if len(schema) != 1 || len(arms) == 0 || len(arms) > 2 {
			continue
		}
		null := slices.IndexFunc(arms, func(arm any) bool { a, _ := arm.(object); return a["type"] == "null" })
		switch {
		case len(arms) == 1:
			return arms[0], false, true
		case null >= 0:
			return arms[1-null], true, true
		}
	}
	return value, false, false
}

func withNull(value any, null bool) any {
	if !null {
		return value
	}
	return object{"anyOf": []any{value, object{"type": "null"}}}
}

// inside pairs what two schemas are made of.
func (s *splitter) inside(user *pair, a, b object, d direction, place string) (any, any) {
	was, is := object{}, object{}
	for _, key := range keys(a, b) {
		x, before := a[key]
		y, after := b[key]
		switch {
		case !after:
			was[key] = s.alone(x)
		case !before:
			is[key] = s.alone(y)
		default:
			was[key], is[key] = s.keyword(user, key, x, y, d, place)
		}
	}
	unmarked(was)
	unmarked(is)
	return was, is
}

func (s *splitter) keyword(user *pair, key string, x, y any, d direction, place string) (any, any) {
	switch key {
	case "properties":
		xs, _ := x.(object)
		ys, _ := y.(object)
		xs = s.renamedProperties(user, xs, ys)
		was, is := object{}, object{}
		for _, name := range keys(xs, ys) {
			switch {
			case xs[name] == nil:
				is[name] = s.alone(ys[name])
			case ys[name] == nil:
				was[name] = s.alone(xs[name])
			default:
				was[name], is[name] = s.schema(user, xs[name], ys[name], d, place+"."+segment(name))
			}
		}
		return was, is
	case "items":
		return s.schema(user, x, y, d, place+"[]")
	case "additionalProperties", "not":
		_, schema := x.(object)
		if _, both := y.(object); schema && both {
			return s.schema(user, x, y, d, place+".*")
		}
	case "allOf", "oneOf", "anyOf":
		xs, _ := x.([]any)
		ys, _ := y.([]any)
		return s.arms(user, xs, ys, d, place)
	}
	return s.alone(x), s.alone(y)
}

// arms pairs the arms of a union, or the parts of a whole: those of one name, and
// where as many are left on both sides, those without by their order.
func (s *splitter) arms(user *pair, xs, ys []any, d direction, place string) (any, any) {
	was, is := make([]any, len(xs)), make([]any, len(ys))
	var freeX, freeY []int
	for i, x := range xs {
		name, _ := s.before.named(x)
		j := slices.IndexFunc(ys, func(y any) bool { other, _ := s.after.named(y); return name != "" && name == other })
		if j >= 0 && is[j] == nil {
			was[i], is[j] = s.schema(user, x, ys[j], d, place)
		} else {
			freeX = append(freeX, i)
		}
	}
	for j := range ys {
		if is[j] == nil {
			freeY = append(freeY, j)
		}
	}
	for n, i := range freeX {
		if len(freeX) == len(freeY) {
			was[i], is[freeY[n]] = s.schema(user, xs[i], ys[freeY[n]], d, fmt.Sprintf("%s(%d)", place, n+1))
		} else {
			was[i] = s.alone(xs[i])
		}
	}
	for _, j := range freeY {
		if is[j] == nil {
			is[j] = s.alone(ys[j])
		}
	}
	return was, is
}

// alone is what only one document has, with references instead of what they refer to.
func (s *splitter) alone(value any) any {
	switch value := value.(type) {
	case object:
		if target, ok := value["$ref"].(string); ok {
			return reference(s.label(strings.TrimPrefix(target, "#/components/schemas/")))
		}
		copied := object{}
		for key, inner := range value {
			copied[key] = s.alone(inner)
		}
		unmarked(copied)
		return copied
	case []any:
		copied := make([]any, len(value))
		for i, inner := range value {
			copied[i] = s.alone(inner)
		}
		return copied
	}
	return value
}

// label is the id of a schema that has no pair, the same in both documents.
func (s *splitter) label(name string) string {
	if s.ids[name] == "" {
		s.ids[name] = s.id(name)
	}
	return s.ids[name]
}

func reference(id string) object { return object{"$ref": "#/components/schemas/" + id} }

// named is the name a schema is referred to by, and what is behind it.
func (t tree) named(value any) (string, object) {
	holder, _ := value.(object)
	target, _ := holder["$ref"].(string)
	return strings.TrimPrefix(target, "#/components/schemas/"), resolve(object(t), value)
}

func (t tree) has(name string) bool {
	_, ok := at(object(t), "#/components/schemas/"+name)
	return ok
}

func isObject(schema object) bool {
	for _, keyword := range []string{"properties", "allOf", "oneOf", "anyOf"} {
		if schema[keyword] != nil {
			return true
		}
	}
	return false
}

func isUnion(schema object) bool {
	return schema["properties"] == nil && (schema["oneOf"] != nil || schema["anyOf"] != nil)
}

// unmarked takes away what says nothing: the order of lists, and marks that are not set.
func unmarked(schema object) {
	for key, value := range schema {
		if value == false && key != "additionalProperties" && key != "default" && key != "const" {
			delete(schema, key)
		}
	}
	for _, keyword := range []string{"required", "enum", "type"} {
		if list, ok := schema[keyword].([]any); ok {
			slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
	}
}

// canonical is a value as text, the same for equal values.
func canonical(value any) string {
	text, _ := json.Marshal(value) // a decoded document can always be encoded
	return string(text)
}
