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
	return a.driver.Decode(kind, key, slices.Clone(raw))
}

// result gives what was read under the caller's names. An attribute that none of
// them can mean is left out, and the Result then not complete.
func (a *Adapter) result(ctx context.Context, kind adapters.Kind, record Record) adapters.Result {
	result := adapters.Result{Attributes: adapters.Attributes{}, Complete: record.Complete}
	names := a.callerNames(ctx, kind, record)
	for key := range record.Values {
		value, there := a.decode(kind, key, record.Values)
		name, named := names[key]
		switch {
		case there && named:
			result.Attributes[name] = value
		case there:
			result.Complete = false
		}
	}
	return result
}

// callerNames are the names under which the attributes of a record are read, by
// their keys: the alias, else the vendor's readable name, else the key. Each
// must mean the same attribute when it is written back. So a readable name that
// two share goes to neither, one that looks like a key or is an alias of another
// attribute is not used, and a key that is such an alias is no name at all.
func (a *Adapter) callerNames(ctx context.Context, kind adapters.Kind, record Record) map[string]string {
	shared := map[string]int{}
	for key := range record.Values {
		shared[cmp.Or(record.Names[key], key)]++
	}
	aliases, taken := a.aliases(ctx, kind, record), a.options.Aliases[kind]
	names := make(map[string]string, len(record.Values))
	for key := range record.Values {
		name := cmp.Or(record.Names[key], key)
		if meant, err := a.driver.Key(kind, name, adapters.Clear(), nil); shared[name] > 1 || err == nil && meant != key || taken[name] != "" {
			name = key
		}
		switch {
		case aliases[key] != "":
			names[key] = aliases[key]
		case taken[name] == "":
			names[key] = name
		}
	}
	return names
}

// aliases are the caller's aliases by key. One of a label, or of a name without
// the vendor's ending, has its key from the definitions alone. They are loaded
// where the record has attributes that it may mean; those keep their keys if they
// cannot be read.
func (a *Adapter) aliases(ctx context.Context, kind adapters.Kind, record Record) map[string]string {
	pending := maps.Clone(a.pending[kind])
	if len(pending) == 0 {
		return a.names[kind]
	}
	names := maps.Clone(a.names[kind])
	told := map[string][]string{} // the keys of a readable name
	unnamed := 0
	for key := range record.Values {
		told[record.Names[key]] = append(told[record.Names[key]], key)
		if names[key] == "" {
			unnamed++
		}
	}
	for target, keys := range told {
		if alias := pending[target]; alias != "" && len(keys) == 1 && names[keys[0]] == "" {
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
