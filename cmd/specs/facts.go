package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// facts are what a document says, flat: by "METHOD /path", then by part of the
// operation ("query page", "path 1", "body application/json", "200
// application/json"), then by the place in that part (".payload[].id").
type facts map[string]map[string]map[string]fact

// fact is what is said of one place.
type fact struct {
	types    []string // sorted; none: anything
	format   string
	nullable bool
	required bool
	values   []string // sorted; none: any
}

// read makes facts of an OpenAPI document, 3.0 or 3.1. It follows references
// within the document only.
func read(root object, path func(string) string) (facts, error) {
	paths, ok := root["paths"].(object)
	if !ok {
		return nil, errors.New("not an OpenAPI document: it has no paths")
	}
	d := &document{root: root, budget: maxFacts}
	all := facts{}
	for _, template := range sorted(paths) {
		item := resolve(d.root, paths[template])
		for _, method := range []string{"get", "put", "post", "patch", "delete"} {
			operation, ok := item[method].(object)
			if !ok {
				continue
			}
			name := strings.ToUpper(method) + " " + route(path(template))
			all[name] = d.operation(template, item, operation)
			if d.budget < 0 {
				return nil, fmt.Errorf("%s %s: %w", strings.ToUpper(method), template, errEndless)
			}
		}
	}
	return all, nil
}

// route is a path without what two documents may spell differently: the names of
// parameters and a slash at the end.
func route(path string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(path, "{")
		b.WriteString(before)
		if !ok {
			return strings.TrimSuffix(b.String(), "/")
		}
		_, path, _ = strings.Cut(rest, "}")
		b.WriteString("{}")
	}
}

// maxFacts bounds the places of a document in bytes, written out: schemas that
// refer to each other have more of them than any machine can hold. The largest published
// document takes 3 million.
const maxFacts = 64_000_000

var errEndless = fmt.Errorf("its schemas fan out without end: all of them, written out wherever they are used, take more than %d MB", maxFacts/1_000_000)

// document is a document that is being read.
type document struct {
	root   object
	budget int // bytes left; below 0 nothing is read on
	depth  int
}

// enter takes the cost of a place from the budget, which is more the deeper it
// is. What it returns leaves the place.
func (d *document) enter(path int) (leave func()) {
	d.depth++
	d.budget -= 100 + path + 8*d.depth
	return func() { d.depth-- }
}

func (d *document) operation(template string, item, operation object) map[string]map[string]fact {
	parts := map[string]map[string]fact{}
	for _, list := range []any{item["parameters"], operation["parameters"]} {
		entries, _ := list.([]any)
		for _, entry := range entries {
			parameter := resolve(d.root, entry)
			in, _ := parameter["in"].(string)
			name, _ := parameter["name"].(string)
			if in == "path" {
				name = position(template, name)
			}
			place := map[string]fact{}
			d.schema(parameter["schema"], "", nil, place)
			whole := place[""]
			whole.required = parameter["required"] == true && in != "path"
			place[""] = whole
			parts[in+" "+name] = place
		}
	}
	if body := resolve(d.root, operation["requestBody"]); body != nil {
		d.content("body", body, parts)
	}
	responses, _ := operation["responses"].(object)
	for status, response := range responses {
		d.content(status, resolve(d.root, response), parts)
	}
	return parts
}

// position names a parameter of the path by its place, from 1.
func position(template, name string) string {
	before, _, _ := strings.Cut(template, "{"+name+"}")
	return fmt.Sprint(strings.Count(before, "{") + 1)
}

func (d *document) content(name string, holder object, parts map[string]map[string]fact) {
	content, _ := holder["content"].(object)
	if len(content) == 0 {
		parts[name] = map[string]fact{"": {}}
	}
	for media, value := range content {
		place := map[string]fact{}
		d.schema(resolve(d.root, value)["schema"], "", nil, place)
		parts[name+" "+media] = place
	}
}

// schema adds what a schema says of a place and of those inside it. The arms of
// a union, and the parts of an allOf, are one: what any of them has.
func (d *document) schema(value any, path string, seen []string, into map[string]fact) {
	defer d.enter(len(path))()
	if d.budget < 0 {
		return
	}
	if members, ok := value.(object); ok {
		if reference, ok := members["$ref"].(string); ok {
			if slices.Contains(seen, reference) {
				into[path] = union(into[path], fact{types: []string{"recursive"}})
				return
			}
			seen = append(slices.Clip(seen), reference)
		}
	}
	schema := resolve(d.root, value)
	required, _ := schema["required"].([]any)
	f := union(into[path], own(schema))
	into[path] = f
	d.budget -= (100+len(path))*len(required) + 16*(len(f.types)+len(f.values))
	for _, value := range f.values {
		d.budget -= len(value)
	}
	for _, keyword := range []string{"allOf", "oneOf", "anyOf"} {
		arms, _ := schema[keyword].([]any)
		for _, arm := range arms {
			d.schema(arm, path, seen, into)
		}
	}
	properties, _ := schema["properties"].(object)
	for name, property := range properties {
		d.schema(property, path+"."+segment(name), seen, into)
	}
	for _, name := range required {
		inner := path + "." + segment(fmt.Sprint(name))
		if f, ok := into[inner]; ok {
			f.required = true
			into[inner] = f
		}
	}
	if schema["items"] != nil {
		d.schema(schema["items"], path+"[]", seen, into)
	}
	if values, ok := schema["additionalProperties"].(object); ok && len(values) > 0 {
		d.schema(values, path+".*", seen, into)
	}
}

// segment is a name as a part of a place: a dot in it must not look like the end
// of one.
func segment(name string) string { return strings.ReplaceAll(name, ".", "%2E") }

// own is what a schema says of its own place.
func own(schema object) fact {
	var f fact
	switch t := schema["type"].(type) {
	case string:
		f.types = []string{t}
	case []any:
		for _, one := range t {
			f.types = append(f.types, fmt.Sprint(one))
		}
	}
	if i := slices.Index(f.types, "null"); i >= 0 {
		f.types, f.nullable = slices.Delete(f.types, i, i+1), true
	}
	f.nullable = f.nullable || schema["nullable"] == true
	f.format, _ = schema["format"].(string)
	values, _ := schema["enum"].([]any)
	if constant, ok := schema["const"]; ok {
		values = append(values, constant)
	}
	for _, value := range values {
		if value == nil {
			f.nullable = true
			continue
		}
		f.values = append(f.values, fmt.Sprint(value))
	}
	slices.Sort(f.types)
	slices.Sort(f.values)
	return f
}

func union(a, b fact) fact {
	together := func(x, y []string) []string {
		all := slices.Concat(x, y)
		slices.Sort(all)
		return slices.Compact(all)
	}
	if a.format == "" {
		a.format = b.format
	}
	return fact{together(a.types, b.types), a.format, a.nullable || b.nullable, a.required || b.required, together(a.values, b.values)}
}

// sorted are the keys of a map in order.
func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
