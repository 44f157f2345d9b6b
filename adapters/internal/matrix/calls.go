package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/deskattr/deskattr/adapters"
)

// call is one call of an adapter.
type call struct {
	name    string
	op      string               // as errors have it
	changes map[string]Attribute // by name; nil: it reads
	clears  map[string]bool      // which of them it clears
	options []adapters.UpdateOption
	verify  bool
	ifEqual *Attribute // it expects Old
	strict  bool
	read    func(context.Context, adapters.Adapter) (any, error)
}

// calls are those of a world; in short those with the most requests.
func (w World) calls(short bool) []call {
	set := func(name string, attributes ...Attribute) call {
		c := call{name: name, op: "set", changes: map[string]Attribute{}, clears: map[string]bool{}}
		for _, a := range attributes {
			c.changes[a.Name] = a
			c.clears[a.Name] = a.Name == w.Cleared.Name
		}
		return c
	}
	verified := func(c call) call {
		c.name, c.verify, c.options = c.name+", verified", true, append(c.options, adapters.Verify())
		return c
	}
	one, several := set("set one", w.Replaced), set("set two and clear one", w.Replaced, w.Added, w.Cleared)
	equal := set("set one if equal", w.Replaced)
	equal.ifEqual, equal.options = &w.Replaced, []adapters.UpdateOption{adapters.IfEqual(adapters.Attributes{w.Replaced.Name: w.Replaced.Old})}
	strict := set("set one, strict", w.Replaced)
	strict.strict = true
	all := []call{
		one, several, set("clear one", w.Cleared), verified(several), equal, strict,
		{name: "attributes", op: "get", read: func(ctx context.Context, a adapters.Adapter) (any, error) {
			return a.Attributes(ctx, w.Ref)
		}},
		{name: "definitions", op: "fields", read: func(ctx context.Context, a adapters.Adapter) (any, error) {
			return a.Definitions(ctx, w.Ref.Kind)
		}},
	}
	if w.Lookup != nil {
		all = append(all, call{name: "find", op: "find", read: func(ctx context.Context, a adapters.Adapter) (any, error) {
			return a.(adapters.Finder).Find(ctx, w.Ref.Kind, *w.Lookup)
		}})
	}
	return slices.DeleteFunc(all, func(c call) bool {
		long := c.read != nil || c.name == "set two and clear one, verified" || c.ifEqual != nil
		return short && !long || w.Calls != nil && !slices.Contains(w.Calls, c.name)
	})
}

// make makes the call. What a read gives comes as JSON.
func (c call) make(ctx context.Context, w World, a adapters.Adapter) (read string, result adapters.Result, err error) {
	if c.read != nil {
		given, err := c.read(ctx, a)
		if err != nil {
			return "", result, err
		}
		text, err := json.Marshal(given)
		return string(text), result, err
	}
	changes := adapters.Attributes{}
	for name, attribute := range c.changes {
		changes[name] = attribute.New
		if c.clears[name] {
			changes[name] = adapters.Clear()
		}
	}
	result, err = a.UpdateAttributes(ctx, w.Ref, changes, c.options...)
	return "", result, err
}

// wanted is the record after the call.
func (c call) wanted(before map[string]json.RawMessage) map[string]json.RawMessage {
	after := maps.Clone(before)
	for name, attribute := range c.changes {
		if c.clears[name] {
			delete(after, attribute.Key)
		} else {
			after[attribute.Key] = attribute.Stored
		}
	}
	return after
}

// unlike says what is wrong with a Result of a call that succeeded.
func (c call) unlike(result adapters.Result, stored map[string]json.RawMessage) string {
	for name, attribute := range c.changes {
		value, there := result.Attributes[name]
		if !there { // without an alias it is read under the vendor's key
			value, there = result.Attributes[attribute.Key]
		}
		switch {
		case c.clears[name] && there:
			return fmt.Sprintf("the Result has %s, which was cleared", name)
		case !c.clears[name] && (!there || !value.Equal(attribute.New)):
			return fmt.Sprintf("the Result has not %s as it was set", name)
		}
	}
	if c.verify && !result.Complete {
		return "the Result is not complete, although the record was read"
	}
	if result.Complete && len(result.Attributes) > len(stored) {
		return fmt.Sprintf("the Result has %d attributes, the record %d", len(result.Attributes), len(stored))
	}
	return ""
}

// same compares records by meaning; a null is as good as nothing.
func same(a, b map[string]json.RawMessage) bool {
	for key := range union(a, b) {
		if !equal(a[key], b[key]) {
			return false
		}
	}
	return true
}

func union(a, b map[string]json.RawMessage) map[string]json.RawMessage {
	all := maps.Clone(b)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	maps.Copy(all, a)
	return all
}

func equal(a, b json.RawMessage) bool {
	if absent(a) || absent(b) {
		return absent(a) && absent(b)
	}
	return adapters.JSON(a).Equal(adapters.JSON(b))
}

func absent(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
