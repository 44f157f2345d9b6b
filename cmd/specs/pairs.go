package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// pair is one thing as it was and as it is: an operation, or a schema that
// operations reach. What is a pair of its own is only a reference in the others.
// So a change is found in one pair, however many operations it touches.
type pair struct {
	id            string
	name          string // "GET /things/{id}", "Contact"; of a schema without a name, the place it was met first
	unnamed       bool
	method, path  string // of an operation
	before, after object
	uses          map[*pair]direction
	direction     direction // how operations reach it
	operations    []string  // that are it or reach it
}

// direction tells whether a schema is sent, received, or both.
type direction int

const (
	request direction = 1 << iota
	answer
)

// changed tells whether anything differs that is not in a pair of its own.
func (p *pair) changed() bool { return canonical(p.before) != canonical(p.after) }

// reach notes an operation at all the pairs it reaches.
func (p *pair) reach(operation string, by direction) {
	known := slices.Contains(p.operations, operation)
	if known && p.direction&by == by {
		return
	}
	if !known {
		p.operations = append(p.operations, operation)
	}
	p.direction |= by
	for used, d := range p.uses {
		if d&by != 0 {
			used.reach(operation, d&by)
		}
	}
}

// tree is a reduced document.
type tree object

// splitter takes two documents apart.
type splitter struct {
	before, after tree
	schemas       map[string]*pair // by what was compared
	pairs         []*pair
	labels        map[string]string // what stands behind a reference, by its id
	ids           map[string]string // of the schemas that only one document uses, by name
	found         []change          // while taking apart
}

// split makes pairs of all that two reduced documents have.
func split(before, after object) *splitter {
	s := &splitter{before: tree(before), after: tree(after), schemas: map[string]*pair{}, labels: map[string]string{}, ids: map[string]string{}}
	was, is := operationsOf(before), operationsOf(after)
	moved(was, is)
	for _, key := range keys(was, is) {
		old, gone := was[key]
		now, there := is[key]
		if !gone || !there {
			p := s.pair(cmp.Or(now.name(), old.name()), "")
			p.operations = []string{p.name}
			s.note(p, existence(there))
			continue
		}
		p := s.pair(now.name(), "")
		p.method, p.path = now.method, now.path
		if old.route() != now.route() {
			s.note(p, change{What: "moved here from " + old.name(), Rule: "operation-moved", Breaking: true})
		}
		a, b := s.before.whole(old), s.after.whole(now)
		for key, parameter := range a["parameters"].(object) {
			if same, ok := b["parameters"].(object)[key].(object); ok {
				parameter.(object)["name"] = same["name"] // in the path it is not sent
			}
		}
		s.renamedParameters(p, a, b)
		s.changedStatus(p, a, b)
		p.before, p.after = s.shell(p, a, b, request, p.name)
		p.reach(p.name, request|answer)
	}
	return s
}

// prefix begins the id of a pair: nothing a vendor would write.
const prefix = "specs-pair-"

func (s *splitter) pair(name, key string) *pair {
	p := &pair{id: s.id(name), name: strings.TrimSpace(name), uses: map[*pair]direction{}}
	s.pairs = append(s.pairs, p)
	if key != "" {
		s.schemas[key] = p
	}
	return p
}

func (s *splitter) id(label string) string {
	id := fmt.Sprintf("%s%d-", prefix, len(s.labels))
	s.labels[id] = label
	return id
}

func (s *splitter) note(p *pair, c change) {
	c.pair = p
	s.found = append(s.found, c)
}

func existence(there bool) change {
	if there {
		return change{What: "added", Rule: "operation-added"}
	}
	return change{What: "removed", Rule: "operation-removed", Breaking: true}
}

// located is an operation and where it is in its document.
type located struct {
	method, path string
	object       object
}

func (l located) name() string {
	if l.path == "" {
		return ""
	}
	return strings.ToUpper(l.method) + " " + l.path
}

func (l located) route() string { return strings.ToUpper(l.method) + " " + route(l.path) }

// operationsOf are a document's operations by their routes.
func operationsOf(root object) map[string]located {
	all := map[string]located{}
	paths, _ := root["paths"].(object)
	for path, item := range paths {
		item, _ := item.(object)
		for _, method := range methodOrder {
			if operation, ok := item[method].(object); ok {
				l := located{method, path, operation}
				all[l.route()] = l
			}
		}
	}
	return all
}

// moved brings an operation that is gone, and one that is new under the same
// name, together.
func moved(was, is map[string]located) {
	for from, old := range maps.Clone(was) {
		id := old.object["operationId"]
		if _, stays := is[from]; stays || id == nil {
			continue
		}
		for to, now := range is {
			if _, taken := was[to]; !taken && now.object["operationId"] == id {
				was[to] = old
				delete(was, from)
			}
		}
	}
}

// whole is an operation without references but to schemas, and with its
// parameters by "query page". Those of the path go by their place.
func (t tree) whole(l located) object {
	operation := maps.Clone(l.object)
	parameters := object{}
	list, _ := operation["parameters"].([]any)
	for _, entry := range list {
		parameter := maps.Clone(resolve(object(t), entry))
		in, name := fmt.Sprint(parameter["in"]), fmt.Sprint(parameter["name"])
		if in == "path" {
			name = position(l.path, name)
		}
		parameters[in+" "+name] = parameter
	}
	operation["parameters"] = parameters
	if body := resolve(object(t), operation["requestBody"]); body != nil {
		operation["requestBody"] = body
	}
	responses, _ := operation["responses"].(object)
	operation["responses"] = t.each(responses, func(response object) {
		if headers, ok := response["headers"].(object); ok {
			response["headers"] = t.each(headers, func(object) {})
		}
	})
	delete(operation, "tags") // where the vendor's reference shows it: nothing that is sent
	return operation
}

// each is a map of what stands behind the references in another.
func (t tree) each(values object, change func(object)) object {
	all := object{}
	for key, value := range values {
		inner := maps.Clone(resolve(object(t), value))
		if inner == nil {
			inner = object{}
		}
		change(inner)
		all[key] = inner
	}
	return all
}

// keys are the keys of two maps in order.
func keys[V any](a, b map[string]V) []string {
	all := slices.Concat(sorted(a), sorted(b))
	slices.Sort(all)
	return slices.Compact(all)
}
