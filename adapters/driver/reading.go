package driver

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/transport"
)

// read reads a record. A failure of it wrote nothing, whatever the driver says.
func (a *Adapter) read(ctx context.Context, ref adapters.Ref) (Record, *adapters.Error) {
	record, err := a.driver.Read(ctx, ref)
	if err != nil {
		failure, _ := transport.Failure(ctx, err, a.driver.Explain)
		failure.Effect = adapters.EffectNone
		return Record{}, failure
	}
	return record, nil
}

// decode gives one value of a map of the vendor's, and false where it is absent.
func (a *Adapter) decode(kind adapters.Kind, key string, values map[string]json.RawMessage) (adapters.Value, bool) {
	raw, ok := values[key]
	if !ok {
		return adapters.Value{}, false
	}
	return a.driver.Decode(kind, key, raw)
}

// result gives what was read under the caller's names. An attribute that none of
// them can mean is left out, and the Result then not complete. Kept are the names
// of the call that come before all others.
func (a *Adapter) result(ctx context.Context, kind adapters.Kind, record Record, kept []named) adapters.Result {
	result := adapters.Result{Attributes: make(adapters.Attributes, len(record.Values)), Complete: record.Complete}
	names := a.callerNames(ctx, kind, record)
	names.kept = kept
	for key, raw := range record.Values {
		value, there := a.driver.Decode(kind, key, raw)
		name, named := names.of(key)
		switch {
		case there && named:
			result.Attributes[name] = value
		case there:
			result.Complete = false
		}
	}
	return result
}

// callerNames tells the names under which the attributes of a record are read:
// the alias, else the vendor's readable name, else the key. Each must mean the
// same attribute when it is written back. So a readable name that two share goes
// to neither, one that looks like a key, is an alias of another attribute or, as the
// definitions have it, the name of another is not used, and a key that is such an
// alias is no name at all.
type callerNames struct {
	driver  Driver
	kind    adapters.Kind
	told    map[string]string     // readable names by key, where the answer tells them
	shared  map[string]int        // how many attributes have a name; nil where names are keys
	aliases map[string]string     // by key
	taken   map[string]string     // what each alias stands for
	kept    []named               // names of the call that stay
	defined []adapters.Definition // of which a readable name may mean another one; nil where names are keys
}

// kept are the names of a call that its Result has too: what it changes, else what
// it expects.
func kept(settings adapters.UpdateSettings, change, expected Change) []named {
	if !settings.KeepNames {
		return nil
	}
	return slices.Concat(change.names, expected.names)
}

func (a *Adapter) callerNames(ctx context.Context, kind adapters.Kind, record Record) callerNames {
	names := callerNames{
		driver: a.driver, kind: kind, told: record.Names,
		aliases: a.aliases(ctx, kind, record), taken: a.options.Aliases[kind],
	}
	if len(record.Names) > 0 {
		names.shared = make(map[string]int, len(record.Values))
		for key := range record.Values {
			names.shared[cmp.Or(record.Names[key], key)]++
		}
		names.defined = a.catalog.held(kind)
	}
	return names
}

// of is the name of a key, false where there is none.
func (n callerNames) of(key string) (string, bool) {
	if i := slices.IndexFunc(n.kept, func(k named) bool { return k.key == key }); i >= 0 {
		return n.kept[i].name, true
	}
	name, ok := n.read(key)
	if ok && n.used(name) {
		name, ok = key, !n.used(key)
	}
	return name, ok
}

// used tells whether the call has a name for another attribute.
func (n callerNames) used(name string) bool {
	return slices.ContainsFunc(n.kept, func(k named) bool { return k.name == name })
}

// read is the name that reads give a key.
func (n callerNames) read(key string) (string, bool) {
	if alias := n.aliases[key]; alias != "" {
		return alias, true
	}
	name := cmp.Or(n.told[key], key)
	if n.shared[name] > 1 || n.taken[name] != "" {
		name = key
	} else if !mayMean(n.driver, n.kind, name, key, n.defined) {
		name = key
	}
	return name, n.taken[name] == ""
}

// mayMean tells whether a name written back is refused at worst, and never sets
// another attribute than this one.
func mayMean(d Driver, kind adapters.Kind, name, key string, definitions []adapters.Definition) bool {
	meant, err := d.Key(kind, name, adapters.Clear(), definitions)
	return err != nil || meant == key
}

// aliases are the caller's aliases by key. One of a label, or of a name without
// the vendor's ending, has its key from the definitions alone. They are loaded
// where the record has attributes that it may mean; those keep their keys if they
// cannot be read.
func (a *Adapter) aliases(ctx context.Context, kind adapters.Kind, record Record) map[string]string {
	if len(a.pending[kind]) == 0 {
		return a.names[kind]
	}
	pending, names := maps.Clone(a.pending[kind]), maps.Clone(a.names[kind])
	told := map[string][]string{} // the keys of a readable name
	unnamed := 0
	for key := range record.Values {
		told[record.Names[key]] = append(told[record.Names[key]], key)
		if names[key] == "" {
			unnamed++
		}
	}
	held := a.catalog.held(kind)
	for target, keys := range told {
		if alias := pending[target]; alias != "" && len(keys) == 1 && names[keys[0]] == "" && mayMean(a.driver, kind, target, keys[0], held) {
			names[keys[0]] = alias
			delete(pending, target)
			unnamed--
		}
	}
	if len(pending) == 0 || unnamed == 0 {
		return names
	}
	definitions, _, _ := a.catalog.known(ctx, kind)
	for _, target := range slices.Sorted(maps.Keys(pending)) {
		if key, err := a.driver.Key(kind, target, adapters.Clear(), definitions); err == nil && names[key] == "" {
			names[key] = pending[target]
		}
	}
	return names
}

// name is what the caller calls a key, for a message.
func (a *Adapter) name(kind adapters.Kind, record Record, key string) string {
	readable := cmp.Or(record.Names[key], key)
	// An alias may name the attribute by its key or by its readable name.
	return cmp.Or(a.names[kind][key], a.pending[kind][readable], readable)
}
