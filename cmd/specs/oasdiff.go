package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	judged "github.com/oasdiff/oasdiff/checker/rules"
	"github.com/oasdiff/oasdiff/diff"
	source "github.com/oasdiff/oasdiff/load"
)

// check lets oasdiff look at the pairs that differ. They are the operations of
// two small documents; a schema is sent and received by one of its own.
func (s *splitter) check() ([]change, error) {
	before, err := s.document(s.before, func(p *pair) object { return p.before })
	if err != nil {
		return nil, err
	}
	after, err := s.document(s.after, func(p *pair) object { return p.after })
	if err != nil {
		return nil, err
	}
	differences, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), &source.SpecInfo{Spec: before}, &source.SpecInfo{Spec: after})
	if err != nil {
		return nil, fmt.Errorf("comparing: %w", err)
	}
	rule := map[string]judged.Rule{}
	for _, r := range checker.GetAllRules().Metadata() {
		rule[r.Id] = r
	}
	at := map[string]*pair{}
	for _, p := range s.pairs {
		at["/"+p.id] = p
		if p.path != "" {
			at[strings.ToUpper(p.method)+" "+p.path] = p
		}
	}
	var all []noticed
	text := checker.NewDefaultLocalizer()
	for _, c := range checker.CheckBackwardCompatibilityUntilLevel(checker.NewConfig(checker.GetAllChecks()), differences, sources, checker.INFO) {
		r := rule[c.GetId()]
		if r.Area == checker.AreaInfo {
			continue
		}
		p := cmp.Or(at[c.GetPath()], at[c.GetOperation()+" "+c.GetPath()])
		found := noticed{change{What: s.named(c.GetUncolorizedText(text)), Rule: c.GetId(), Breaking: breaks(r), pair: p}, r, subject(c.GetArgs())}
		if p != nil && p.path == "" {
			found.What = ofSchema(found.What)
			if i := slices.IndexFunc(all, found.again); i >= 0 {
				all[i].Breaking = all[i].Breaking || found.Breaking
				continue
			}
		}
		all = append(all, found)
	}
	changes := make([]change, len(all))
	for i, found := range all {
		changes[i] = found.change
	}
	return changes, nil
}

// noticed is a change as a check found it.
type noticed struct {
	change
	rule    judged.Rule
	subject []string // the names and values it speaks of
}

// again tells whether two findings are one change of a schema, once where it is
// sent and once where it is received, or once as a type and once as null.
func (f noticed) again(other noticed) bool {
	if f.pair != other.pair {
		return false
	}
	if !within(f.subject, other.subject) && !within(other.subject, f.subject) {
		return false
	}
	kinds := []judged.Kind{f.rule.Kind, other.rule.Kind}
	switch {
	case slices.Contains(kinds, checker.KindType) && strings.Contains(f.Rule+other.Rule, "nullable"):
		return true
	case kinds[0] != kinds[1]:
		return false
	case kinds[0] == checker.KindConstraints || kinds[0] == checker.KindValues:
		return strings.TrimPrefix(f.Rule, "request-") == strings.TrimPrefix(other.Rule, "response-") ||
			strings.TrimPrefix(f.Rule, "response-") == strings.TrimPrefix(other.Rule, "request-")
	}
	return true
}

// within tells whether all words of one list, if it has any, are in another.
func within(words, others []string) bool {
	others = slices.Clone(others)
	for _, word := range words {
		i := slices.Index(others, word)
		if i < 0 {
			return false
		}
		others = slices.Delete(others, i, i+1)
	}
	return len(words) > 0 || len(others) == 0
}

// subject is what a check speaks of, without the words of how a schema is played.
func subject(args []any) []string {
	var all []string
	for _, arg := range args {
		if word := fmt.Sprint(arg); word != "200" && word != "application/json" {
			all = append(all, word)
		}
	}
	return all
}

// document holds one side of the pairs that differ.
func (s *splitter) document(whole tree, side func(*pair) object) (*openapi3.T, error) {
	paths, schemas := object{}, object{}
	for id := range s.labels {
		schemas[id] = object{"type": "object", "format": id} // the format tells one from another
	}
	for _, p := range s.pairs {
		switch {
		case p.before == nil || !p.changed():
		case p.path == "":
			paths["/"+p.id] = object{"post": p.played(side(p))}
		default:
			item, _ := paths[p.path].(object)
			if item == nil {
				item = object{}
				paths[p.path] = item
			}
			operation := maps.Clone(side(p))
			operation["parameters"] = slices.Collect(maps.Values(operation["parameters"].(object)))
			item[p.method] = operation
		}
	}
	components := object{"schemas": schemas}
	if schemes, ok := at(object(whole), "#/components/securitySchemes"); ok {
		components["securitySchemes"] = schemes
	}
	root := object{"openapi": "3.1.0", "info": object{"title": "-", "version": "-"}, "paths": paths, "components": components}
	if security := whole["security"]; security != nil {
		root["security"] = security
	}
	text, err := json.Marshal(root)
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(text)
}

// played is an operation that sends or receives a schema, as others do.
func (p *pair) played(schema object) object {
	content := object{"application/json": object{"schema": schema}}
	operation := object{"responses": object{}}
	if p.direction&request != 0 {
		operation["requestBody"] = object{"content": content}
	}
	if p.direction&answer != 0 {
		operation["responses"] = object{"200": object{"description": "", "content": content}}
	}
	return operation
}
