package main

import (
	"fmt"
	"maps"
	"strings"
)

// What was renamed is found before the documents are compared: else it would be
// two changes, one thing gone and another one there, and what is inside of it
// would not be compared at all.

// renamedProperties notes a property that is gone where one of the same schema
// is new, and returns the properties as they were under their new names.
func (s *splitter) renamedProperties(p *pair, was, is object) object {
	renamed := maps.Clone(was)
	for old, name := range s.renamed(was, is) {
		renamed[name] = was[old]
		delete(renamed, old)
		s.note(p, change{What: fmt.Sprintf("the property `%s` became `%s`", old, name), Rule: "property-renamed", Breaking: true})
	}
	return renamed
}

// renamedParameters does the same for the parameters of an operation.
func (s *splitter) renamedParameters(p *pair, was, is object) {
	a, _ := was["parameters"].(object)
	b, _ := is["parameters"].(object)
	nameless := func(parameters object) object {
		all := object{}
		for key, parameter := range parameters {
			copied := maps.Clone(parameter.(object))
			delete(copied, "name")
			all[key] = copied
		}
		return all
	}
	for old, key := range s.renamed(nameless(a), nameless(b)) {
		parameter, now := a[old].(object), b[key].(object)
		s.note(p, change{What: fmt.Sprintf("the %s parameter `%s` became `%s`", now["in"], parameter["name"], now["name"]), Rule: "parameter-renamed", Breaking: true})
		parameter["name"] = now["name"]
		a[key] = parameter
		delete(a, old)
	}
}

// changedStatus notes one status of success in place of another one.
func (s *splitter) changedStatus(p *pair, was, is object) {
	a, _ := was["responses"].(object)
	b, _ := is["responses"].(object)
	success := func(from, other object) (only []string) {
		for status := range from {
			if _, both := other[status]; !both && strings.HasPrefix(status, "2") {
				only = append(only, status)
			}
		}
		return only
	}
	gone, added := success(a, b), success(b, a)
	if len(gone) != 1 || len(added) != 1 {
		return
	}
	a[added[0]] = a[gone[0]]
	delete(a, gone[0])
	s.note(p, change{What: fmt.Sprintf("the status `%s` became `%s`", gone[0], added[0]), Rule: "status-changed", Breaking: true})
}

// renamed tells under which name what is gone is there again: the only one that
// is new and alike, for the only one that is gone and alike.
func (s *splitter) renamed(was, is object) map[string]string {
	gone, added := map[string][]string{}, map[string][]string{}
	for name, value := range was {
		if _, both := is[name]; !both {
			like := canonical(s.alone(value))
			gone[like] = append(gone[like], name)
		}
	}
	for name, value := range is {
		if _, both := was[name]; !both {
			like := canonical(s.alone(value))
			added[like] = append(added[like], name)
		}
	}
	names := map[string]string{}
	for like, old := range gone {
		if now := added[like]; len(old) == 1 && len(now) == 1 {
			names[old[0]] = now[0]
		}
	}
	return names
}
