package main

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

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
			// Where a brace is not closed, a name is missing.
			if j := slices.Index(otherNames, fmt.Sprint(p["name"])); p["in"] == "path" && j >= 0 && j < len(names) && names[j] != otherNames[j] {
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
