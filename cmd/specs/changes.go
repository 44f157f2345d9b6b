package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// change is one change of a published interface.
type change struct {
	Where      string   `json:"where"` // a schema or an operation
	What       string   `json:"what"`
	Rule       string   `json:"rule"`       // the check that found it
	Breaking   bool     `json:"breaking"`   // for callers of the generated client
	Operations []string `json:"operations"` // that it touches
	Calls      []call   `json:"calls,omitempty"`

	pair   *pair
	places int // where it was found
}

// changesBetween lists what changed from one reduced document to another, each
// change once.
func changesBetween(before, after object) ([]change, error) {
	s := split(before, after)
	checked, err := s.check()
	if err != nil {
		return nil, err
	}
	all := slices.Concat(s.found, checked)
	all = append(all, s.unnamed(all)...)
	for i, c := range all {
		if c.pair == nil {
			all[i].Where, all[i].Operations = "the whole API", s.everything()
			continue
		}
		all[i].Where, all[i].Operations = c.pair.name, slices.Sorted(slices.Values(c.pair.operations))
	}
	order := func(a, b change) int { return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.What, b.What)) }
	slices.SortFunc(all, order)
	all = together(all)
	slices.SortFunc(all, order)
	return all, nil
}

// unnamed is what differs although no check says anything of it, so that nothing
// is kept from the reader.
func (s *splitter) unnamed(found []change) []change {
	var all []change
	for _, p := range s.pairs {
		if p.before == nil || !p.changed() || slices.ContainsFunc(found, func(c change) bool { return c.pair == p }) {
			continue
		}
		var parts []string
		for _, key := range keys(p.before, p.after) {
			if canonical(p.before[key]) != canonical(p.after[key]) {
				parts = append(parts, key)
			}
		}
		all = append(all, change{What: "differs in " + strings.Join(parts, ", ") + ", in a way that no check has a name for", Rule: "other", pair: p})
	}
	was, is := canonical(s.before["servers"]), canonical(s.after["servers"])
	if was != is {
		all = append(all, change{What: "the servers were " + was + " and are " + is, Rule: "servers-changed"})
	}
	return all
}

// together makes one of the changes that are the same at several operations, or in
// several schemas without a name that are one in all but a few fields: where a
// vendor has no names, it writes a schema out wherever it is used.
func together(all []change) []change {
	var merged []change
	for _, c := range all {
		i := slices.IndexFunc(merged, func(other change) bool {
			return c.What == other.What && c.pair != nil && other.pair != nil && c.Rule != "other" && c.pair.like(other.pair)
		})
		if i < 0 {
			c.places = 1
			merged = append(merged, c)
			continue
		}
		m := &merged[i]
		m.places++
		m.Operations = append(m.Operations, c.Operations...)
		slices.Sort(m.Operations)
		m.Operations = slices.Compact(m.Operations)
		m.Where = fmt.Sprintf("%s and %d like it", m.pair.name, m.places-1)
		if m.pair.path != "" {
			m.Where = fmt.Sprintf("%d operations", m.places)
		}
	}
	return merged
}

// like tells whether two pairs are operations, or schemas without a name that
// have at least half of their fields in common.
func (p *pair) like(other *pair) bool {
	if p.path != "" || other.path != "" {
		return p.path != "" && other.path != ""
	}
	if !p.unnamed || !other.unnamed {
		return false
	}
	a, _ := p.before["properties"].(object)
	b, _ := other.before["properties"].(object)
	shared := 0
	for name := range a {
		if _, ok := b[name]; ok {
			shared++
		}
	}
	return 2*shared >= max(len(a), len(b))
}

// everything are all operations that both documents have.
func (s *splitter) everything() []string {
	var all []string
	for _, p := range s.pairs {
		if p.path != "" {
			all = append(all, p.name)
		}
	}
	return all
}
