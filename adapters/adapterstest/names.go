package adapterstest

import (
	"maps"
	"slices"

	"github.com/deskattr/deskattr/adapters"
)

// nameCases are about what attributes are called.
var nameCases = []Case{
	{1, "names", "an alias is written and read", false, func(t TB, b *bench) {
		s := b.text()
		desk := b.again(t, Settings{Aliases: map[string]string{"my_own_name": s.Key}})
		if _, err := desk.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{"my_own_name": s.Values[0]}); err != nil {
			t.Fatalf("UpdateAttributes: %v", err)
		}
		b.holds(t, s, 0)
		read, err := desk.Attributes(b.ctx, b.Ref)
		if err != nil || !read["my_own_name"].Equal(s.Values[0]) {
			t.Errorf("under the alias it reads %v (%v)", read["my_own_name"], err)
		}
		if _, ok := read[s.readName()]; ok && s.readName() != "my_own_name" {
			t.Errorf("it is read under %s too", s.readName())
		}
	}},
	{1, "names", "keeps the names of the call where asked", false, func(t TB, b *bench) {
		s := b.text()
		desk := b.again(t, Settings{Aliases: map[string]string{"my_own_name": s.Key}})
		var was adapters.Attributes
		look := adapters.Before(func(is adapters.Attributes) bool { was = is; return true })
		for i, value := range s.Values[:2] {
			result, err := desk.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{s.Key: value}, adapters.KeepNames(), look)
			if err != nil {
				t.Fatalf("UpdateAttributes: %v", err)
			}
			if _, aliased := result.Attributes["my_own_name"]; aliased || !result.Attributes[s.Key].Equal(value) {
				t.Errorf("the Result has %v under %s", result.Attributes[s.Key], s.Key)
			}
			if i == 1 && !was[s.Key].Equal(s.Values[0]) {
				t.Errorf("Before was shown %v under %s", was[s.Key], s.Key)
			}
		}
	}},
	{4, "names", "an alias and its attribute are one", false, func(t TB, b *bench) {
		s := b.text()
		desk := b.again(t, Settings{Aliases: map[string]string{"my_own_name": s.Key}})
		_, err := desk.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{"my_own_name": s.Values[0], s.Key: s.Values[1]})
		fails(t, err, adapters.ErrInvalid, adapters.EffectNone)
		if failure := failureOf(t, err); failure.Code != adapters.CodeDoubledAttribute {
			t.Errorf("%v: code %s", err, failure.Code)
		}
		b.nothingWritten(t)
	}},
	{5, "names", "what is read, written back, changes nothing", false, func(t TB, b *bench) {
		for _, kind := range slices.Sorted(maps.Keys(b.Samples)) {
			b.update(t, set(b.Samples[kind]))
		}
		before := b.Stored()
		read, err := b.Adapter.Attributes(b.ctx, b.Ref)
		if err != nil {
			t.Fatalf("Attributes: %v", err)
		}
		for name, value := range read {
			if _, err := b.Adapter.UpdateAttributes(b.ctx, b.Ref, adapters.Attributes{name: value}); err != nil {
				refuses(t, err, name) // rather than changed: a number that a float64 does not hold
			}
		}
		b.kept(t, before)
		if got, want := numbers(b.Stored()[b.Kept]), numbers(before[b.Kept]); !slices.Equal(got, want) {
			t.Errorf("%s had the numbers %v and has %v", b.Kept, want, got)
		}
	}},
}

// findCases are about looking records up.
var findCases = []Case{
	{17, "find", "finds by what it says", false, func(t TB, b *bench) {
		for _, field := range b.capabilities(t).Lookups {
			value, ok := b.Lookups[field]
			if !ok {
				t.Errorf("the world has no lookup by %s, which the adapter says it can do", field)
				continue
			}
			refs, err := b.finder(t).Find(b.ctx, b.Ref.Kind, adapters.Lookup{By: field, Value: value})
			if err != nil || len(refs) != 1 || refs[0] != b.Ref {
				t.Errorf("by %s: %v (%v), want %v", field, refs, err, b.Ref)
			}
			_, err = b.finder(t).Find(b.ctx, b.Ref.Kind, adapters.Lookup{By: field, Value: "9" + value})
			fails(t, err, adapters.ErrNotFound, adapters.EffectNone)
		}
	}},
	{17, "find", "refuses to find by anything else", false, func(t TB, b *bench) {
		finder, ok := b.Adapter.(adapters.Finder)
		if !ok {
			return // an ability of its own
		}
		for _, field := range []adapters.LookupField{adapters.ByEmail, adapters.ByPhone, adapters.ByExternalID, "shoe size", ""} {
			if slices.Contains(b.capabilities(t).Lookups, field) {
				continue
			}
			_, err := finder.Find(b.ctx, b.Ref.Kind, adapters.Lookup{By: field, Value: "x"})
			fails(t, err, adapters.ErrUnsupported, adapters.EffectNone)
		}
	}},
}

func (b *bench) finder(t TB) adapters.Finder {
	t.Helper()
	finder, ok := b.Adapter.(adapters.Finder)
	if !ok {
		t.Fatalf("Capabilities list lookups, and the adapter is no Finder")
	}
	return finder
}
