package driver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// change turns the caller's attributes into what is sent, or refuses them all,
// naming each that is bad. Those that IfEqual expects are not sent, but compared
// with what has been read as if they were.
func (a *Adapter) change(ctx context.Context, resolver *resolver, attributes adapters.Attributes, expected bool) (Change, error) {
	if len(attributes) == 0 {
		return Change{}, nil
	}
	change := Change{Set: make(map[string]json.RawMessage, len(attributes)), names: byName(attributes)}
	capabilities, _ := a.driver.Capabilities(resolver.kind)
	var bad []*adapters.Error
	for i, n := range change.names {
		name, value := n.name, attributes[n.name]
		key, raw, err := a.encode(ctx, resolver, capabilities, name, value, expected)
		if err == nil {
			if change.has(key) {
				err = Refuse(adapters.ErrInvalid, adapters.CodeDoubledAttribute, "%q means the same attribute (%s)", change.name(key), key)
			}
			change.names[i].key = key
		}
		if resolver.failed != nil {
			return Change{}, resolver.failed
		}
		if err != nil {
			var refusal *adapters.Error
			if !errors.As(err, &refusal) {
				return Change{}, err
			}
			named := *refusal
			named.Name = name
			if expected {
				named.Err = fmt.Errorf("in IfEqual: %w", cmp.Or(named.Err, named.Class))
			}
			bad = append(bad, &named)
			continue
		}
		if value.Kind() == adapters.ValueClear {
			change.Clear = append(change.Clear, key)
		} else {
			change.Set[key] = raw
		}
	}
	return change, adapters.Join(bad)
}

// byName are the names of attributes in order, so that errors always come in it.
func byName(attributes adapters.Attributes) []named {
	names := make([]named, 0, len(attributes))
	for name := range attributes {
		names = append(names, named{name: name})
	}
	slices.SortFunc(names, func(x, y named) int { return cmp.Compare(x.name, y.name) })
	return names
}

// encode checks one attribute and turns it into the vendor's key and JSON.
func (a *Adapter) encode(ctx context.Context, resolver *resolver, capabilities adapters.Capabilities, name string, value adapters.Value, expected bool) (string, json.RawMessage, error) {
	if err := checkName(name); err != nil {
		return "", nil, err
	}
	if err := checkValue(value); err != nil {
		return "", nil, err
	}
	clears := value.Kind() == adapters.ValueClear
	if !clears && !capabilities.Holds(value.Kind()) {
		return "", nil, Refuse(adapters.ErrUnsupported, adapters.CodeUnsupportedValue, "%s cannot hold a %s", a.driver.Vendor(), value.Kind())
	}
	if value.Kind() == adapters.ValueString && value.Text() == "" && !capabilities.EmptyText {
		return "", nil, Refuse(adapters.ErrUnsupported, adapters.CodeEmptyText, "%s cannot hold an empty text; clear the attribute instead", a.driver.Vendor())
	}
	key, definition, err := resolver.key(ctx, name, value)
	if err == nil && resolver.strict {
		var fitting adapters.Value
		// What cannot be written may still be compared, except with a mask: stars are
		// equal to stars, and prove nothing.
		if fitting, err = fit(definition, value); err == nil {
			value = fitting
		} else if expected && !(definition.Masked && isMask(value)) {
			err = nil
		}
	}
	if err != nil || clears {
		return key, nil, err
	}
	raw, err := a.driver.Encode(resolver.kind, key, value)
	return key, raw, err
}

// resolver turns names into keys. It loads the definitions when the first name
// needs them, strict at once, and refreshes them at most once in a call.
type resolver struct {
	adapter     *Adapter
	kind        adapters.Kind
	strict      bool // a key needs a definition
	definitions []adapters.Definition
	fresh       bool  // the definitions were loaded by this call
	failed      error // why they could not be
}

// key is the vendor's key of a name, with its definition where strict.
func (r *resolver) key(ctx context.Context, name string, value adapters.Value) (string, adapters.Definition, error) {
	target := cmp.Or(r.adapter.options.Aliases[r.kind][name], name)
	for {
		if r.strict && r.definitions == nil {
			if err := r.load(ctx); err != nil {
				return "", adapters.Definition{}, err
			}
		}
		key, err := r.adapter.driver.Key(r.kind, target, value, r.definitions)
		unknown := errors.Is(err, ErrUnknownName)
		if err != nil && !unknown {
			return "", adapters.Definition{}, err
		}
		if !unknown && !r.strict {
			return key, adapters.Definition{}, nil
		}
		if i := slices.IndexFunc(r.definitions, func(d adapters.Definition) bool { return d.Key == key }); !unknown && i >= 0 {
			return key, r.definitions[i], nil
		}
		if r.fresh {
			switch {
			case key != "" && !r.strict:
				return key, adapters.Definition{}, nil
			case !unknown || key != "":
				known := names(r.definitions)
				if err = Unknown(target, known); key != "" && len(nearest(target, known)) == 0 {
					err = Unknown(key, known) // a key looks most like a key
				}
			}
			if target != name {
				err = fmt.Errorf("it is an alias of %q: %w", target, err)
			}
			return "", adapters.Definition{}, Refuse(adapters.ErrInvalid, adapters.CodeUnknownAttribute, "%w", err)
		}
		if err := r.load(ctx); err != nil {
			return "", adapters.Definition{}, err
		}
	}
}

// names are those that people would use.
func names(definitions []adapters.Definition) []string {
	var all []string
	for _, d := range definitions {
		if !d.Archived {
			all = append(all, d.Key)
			if d.Name != "" {
				all = append(all, d.Name)
			}
		}
	}
	return all
}

// load takes the definitions that are known; those not being enough, new ones.
func (r *resolver) load(ctx context.Context) (err error) {
	if r.definitions == nil {
		r.definitions, r.fresh, err = r.adapter.catalog.known(ctx, r.kind)
	} else {
		r.definitions, err = r.adapter.catalog.newest(ctx, r.kind)
		r.fresh = true
	}
	if err != nil {
		failure, _ := transport.Failure(ctx, err, r.adapter.driver.Explain)
		failure.Effect = adapters.EffectNone
		purpose := "which tell the vendor's keys"
		if r.strict {
			purpose = "against which Strict holds the attributes"
		}
		failure.Err = fmt.Errorf("reading the definitions, %s: %w", purpose, cmp.Or(failure.Err, failure.Class))
		r.failed = failure
	}
	return r.failed
}

// Unknown returns the error of a name that no definition has: it wraps
// ErrUnknownName and lists the names that are nearest.
func Unknown(name string, known []string) error {
	if near := nearest(name, known); len(near) > 0 {
		return fmt.Errorf("%w: no definition has this name; did you mean %s?", ErrUnknownName, strings.Join(near, " or "))
	}
	return errUndefined
}

// errUndefined is made once: it is the answer to every name before the
// definitions are there.
var errUndefined = fmt.Errorf("%w: no definition has this name", ErrUnknownName)

// nearest are the (at most three) names that look most like this one.
func nearest(name string, known []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var candidates []candidate
	for _, other := range known {
		if len(name)+len(other) > 200 {
			continue // no slip of a finger, and slow to compare
		}
		d := distance(strings.ToLower(name), strings.ToLower(other))
		if d <= 1+len(name)/3 {
			candidates = append(candidates, candidate{fmt.Sprintf("%q", other), d})
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return a.distance - b.distance })
	var names []string
	for _, c := range candidates[:min(3, len(candidates))] {
		names = append(names, c.name)
	}
	return names
}

// distance is the number of letters to add, drop or change (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
