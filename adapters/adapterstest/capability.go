package adapterstest

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// kinds are values of every kind, good for any vendor that holds the kind.
var kinds = map[adapters.ValueKind]adapters.Value{
	adapters.ValueString: adapters.String("text"),
	adapters.ValueNumber: adapters.Int(7),
	adapters.ValueBool:   adapters.Bool(true),
	adapters.ValueTime:   adapters.Time(time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)),
	adapters.ValueLink:   adapters.Link("https://example.com/orders/7"),
	adapters.ValueList:   adapters.List("one", "two"),
	adapters.ValueJSON:   adapters.JSON(json.RawMessage(`{"a":[1]}`)),
}

// capabilityCases are about what an adapter says of itself.
var capabilityCases = []Case{
	{17, "set", "holds what it says", false, func(t TB, b *bench) {
		capabilities := b.capabilities(t)
		for _, kind := range capabilities.Values {
			sample, ok := b.Samples[kind]
			if !ok {
				t.Errorf("the world has no sample of a %s, which the adapter says it holds", kind)
				continue
			}
			for which, value := range sample.Values {
				b.update(t, adapters.Attributes{sample.Name: value})
				b.holds(t, sample, which)
			}
		}
	}},
	{17, "set", "refuses what it does not say", false, func(t TB, b *bench) {
		capabilities := b.capabilities(t)
		name := b.text().Name
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			if capabilities.Holds(kind) {
				continue
			}
			_, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{name: kinds[kind]})
			fails(t, err, adapters.ErrUnsupported, adapters.EffectNone)
		}
		b.nothingWritten(t)
	}},
	{17, "set", "has no other kinds of record", false, func(t TB, b *bench) {
		if _, ok := b.Adapter.Capabilities("company"); ok {
			t.Fatalf("Capabilities knows a kind that is not in the contract")
		}
		ref := adapters.Ref{Kind: "company", ID: b.Ref.ID}
		_, err := b.Adapter.UpdateAttributes(b.ctx, ref, set(b.text()))
		fails(t, err, adapters.ErrUnsupported, adapters.EffectNone)
		_, err = b.Adapter.Attributes(b.ctx, ref)
		fails(t, err, adapters.ErrUnsupported, adapters.EffectNone)
		_, err = b.Adapter.Definitions(b.ctx, ref.Kind)
		fails(t, err, adapters.ErrUnsupported, adapters.EffectNone)
	}},
	{17, "set", "says how it merges", false, func(t TB, b *bench) {
		if merge := b.capabilities(t).Merge; merge != adapters.MergeNative && merge != adapters.MergeEmulated {
			t.Errorf("Merge is %q", merge)
		}
	}},
	{17, "definitions", "lists definitions of the kind", false, func(t TB, b *bench) {
		definitions, err := b.Adapter.Definitions(b.ctx, b.Ref.Kind)
		if err != nil {
			t.Fatalf("Definitions: %v", err)
		}
		for _, definition := range definitions {
			if definition.Key == "" || definition.Kind != b.Ref.Kind {
				t.Errorf("a definition has key %q and kind %q", definition.Key, definition.Kind)
			}
		}
	}},
	{17, "definitions", "gives definitions of one type", false, func(t TB, b *bench) {
		definitions, err := b.Adapter.Definitions(b.ctx, b.Ref.Kind)
		if err != nil {
			t.Fatalf("Definitions: %v", err)
		}
		types := []adapters.Type{
			adapters.TypeUnknown, adapters.TypeText, adapters.TypeNumber, adapters.TypeBool, adapters.TypeDate,
			adapters.TypeTime, adapters.TypeLink, adapters.TypeChoice, adapters.TypePath,
		}
		for _, d := range definitions {
			choices := d.Type == adapters.TypeChoice || d.Type == adapters.TypePath
			if !slices.Contains(types, d.Type) || len(d.Choices) > 0 && !choices || b.wire.used() && !json.Valid(d.Raw) {
				t.Errorf("%s is of type %q, has %d choices, and the vendor's object is %d bytes of JSON", d.Key, d.Type, len(d.Choices), len(d.Raw))
			}
		}
	}},
}
