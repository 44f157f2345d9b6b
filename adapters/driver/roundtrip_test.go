package driver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/memory"
)

// What is read, written back under the names it was read with, changes nothing:
// all of it or a part, with aliases and readable names, whatever else has them.

// stored are values as a server may have them, some of them odd.
var stored = rapid.SampledFrom([]string{
	`"a"`, `""`, `"\u00e9\ud83d\ude00"`, `"\ud800"`, `["\udc00x"]`, `"a\nb"`, `"2026-01-31T09:30:00.123456Z"`, `"null"`, "\"\xff\"",
	`0`, `-0`, `1.10`, `1e2`, `9007199254740993`, `12345678901234567890.123456789`, `1e99999999999`, `true`, `false`, `null`,
	`[]`, `["a","b"]`, `["a",null]`, `[1]`, `[[]]`, `{}`, `{"b":1,"a":{"c":[1.0]}}`, ` "a" `, `{"a":1,"a":2}`,
})

// names are few, so that they meet.
func name(prefix string) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string { return fmt.Sprint(prefix, rapid.IntRange(1, 5).Draw(t, "number")) })
}

// aliases give some names to some targets, no two to one.
func aliases(t *rapid.T, names, targets *rapid.Generator[string]) map[string]string {
	aliases := map[string]string{}
	for target, name := range rapid.MapOfN(targets, names, 0, 3).Draw(t, "aliases") {
		aliases[name] = target
	}
	return aliases
}

// writeBack reads a record, writes some or all of it back and tells what it sent.
// An attribute that cannot be set is refused, and then nothing is written.
func writeBack(t *rapid.T, a adapters.Adapter, ref adapters.Ref, excused ...adapters.Code) adapters.Attributes {
	read, err := a.Attributes(context.Background(), ref)
	if err != nil {
		t.Fatal(err)
	}
	changes := maps.Clone(read)
	maps.DeleteFunc(changes, func(name string, _ adapters.Value) bool { return rapid.IntRange(0, 9).Draw(t, "left out "+name) == 0 })
	result, err := a.UpdateAttributes(context.Background(), ref, changes, adapters.IfEqual(changes))
	var failure *adapters.Error
	if err != nil && (!errors.As(err, &failure) || failure.Effect != adapters.EffectNone || !slices.Contains(excused, failure.Code)) {
		t.Fatalf("writing back what was read: %v", err)
	}
	if err == nil && len(changes) > 0 {
		for name, value := range changes {
			if !result.Attributes[name].Equal(value) {
				t.Errorf("%q is %v in the result, and was read as %v", name, result.Attributes[name], value)
			}
		}
	}
	again, err := a.Attributes(context.Background(), ref)
	if err != nil || !maps.EqualFunc(read, again, adapters.Value.Equal) {
		t.Errorf("%v: read %v, and again %v", err, read, again)
	}
	return changes
}

// unchanged compares what is stored, by its meaning.
func unchanged(t *rapid.T, before, after map[string]json.RawMessage) {
	if !maps.EqualFunc(before, after, func(a, b json.RawMessage) bool {
		return string(a) == string(b) || adapters.JSON(a).Equal(adapters.JSON(b))
	}) {
		t.Errorf("stored were %s, and are %s", before, after)
	}
}

func TestRoundTripInMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := map[string]json.RawMessage{}
		for key, value := range rapid.MapOfN(name("n"), stored, 0, 5).Draw(t, "stored") {
			values[key] = json.RawMessage(value)
		}
		given := aliases(t, name("n"), name("n"))
		desk, err := memory.Open(driver.Options{
			Aliases: map[adapters.Kind]map[string]string{adapters.Contact: given},
			Strict:  rapid.Bool().Draw(t, "strict"), Verify: rapid.Bool().Draw(t, "verify"),
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			definitions, _ := desk.Definitions(context.Background(), adapters.Contact)
			desk.Define(adapters.Contact, append(definitions, adapters.Definition{Key: fmt.Sprint("n", i+1)})...)
		}
		desk.Put(contact, values)
		changes := writeBack(t, desk, contact, adapters.CodeBadValue) // half a letter, a key twice
		unchanged(t, values, desk.Stored(contact))
		for name := range changes {
			key := name
			if given[name] != "" {
				key = given[name]
			}
			if _, there := values[key]; !there {
				t.Errorf("%q was read and means %q, which is not there", name, key)
			}
		}
	})
}

// readable is a vendor whose answers carry readable names, as Dixa's do. Keys begin
// with "key-"; any other name is looked up in the definitions that are in use.
type readable struct {
	*toy
	told bool // whether the answers carry the names
}

func (d *readable) Key(_ adapters.Kind, name string, _ adapters.Value, definitions []adapters.Definition) (string, error) {
	if strings.HasPrefix(name, "key-") {
		return name, nil
	}
	var keys []string
	for _, definition := range definitions {
		if definition.Name == name && !definition.Archived {
			keys = append(keys, definition.Key)
		}
	}
	switch len(keys) {
	case 0:
		return "", driver.ErrUnknownName
	case 1:
		return keys[0], nil
	}
	return "", driver.Refuse(adapters.ErrInvalid, adapters.CodeAmbiguousAttribute, "several have this name")
}

func (d *readable) Read(context.Context, adapters.Ref) (driver.Record, error) {
	record := driver.Record{Values: maps.Clone(d.values), Names: map[string]string{}, Complete: true}
	for _, definition := range d.definitions {
		if d.told {
			record.Names[definition.Key] = definition.Name
		}
	}
	return record, nil
}

func (d *readable) Write(ctx context.Context, ref adapters.Ref, change driver.Change) (driver.Record, error) {
	maps.Copy(d.values, change.Set)
	for _, key := range change.Clear {
		delete(d.values, key)
	}
	return d.Read(ctx, ref)
}

func TestRoundTripOfReadableNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &readable{toy: &toy{values: map[string]json.RawMessage{}}, told: rapid.Bool().Draw(t, "told")}
		// Readable names may be shared, be another's key or be missing.
		names := rapid.OneOf(name("n"), name("key-"), rapid.Just(""))
		for key, name := range rapid.MapOfN(name("key-"), names, 5, 5).Draw(t, "definitions") {
			archived := rapid.IntRange(0, 3).Draw(t, "archived "+key) == 0
			d.definitions = append(d.definitions, adapters.Definition{Key: key, Name: name, Archived: archived})
		}
		for key, value := range rapid.MapOfN(name("key-"), rapid.SampledFrom([]string{`"a"`, `"b"`, `null`}), 0, 5).Draw(t, "stored") {
			d.values[key] = json.RawMessage(value)
		}
		given := aliases(t, rapid.OneOf(name("n"), name("key-"), name("alias-")), rapid.OneOf(name("n"), name("key-")))
		a, err := driver.New(d, driver.Options{
			Aliases: map[adapters.Kind]map[string]string{adapters.Contact: given}, Strict: rapid.Bool().Draw(t, "strict"),
		})
		if err != nil {
			t.Fatal(err)
		}
		before := maps.Clone(d.values)
		// A name may be shared with one that this record does not hold, or be that of
		// one that is not in use any more.
		writeBack(t, a, contact, adapters.CodeAmbiguousAttribute, adapters.CodeUnknownAttribute, adapters.CodeArchived)
		unchanged(t, before, d.values)
		// What an alias means is read under that alias, or another that means it too.
		read, _ := a.Attributes(context.Background(), contact)
		meant := map[string][]string{}
		for alias, target := range given {
			key, err := d.Key(adapters.Contact, target, adapters.Clear(), d.definitions)
			if err == nil {
				meant[key] = append(meant[key], alias)
				continue
			}
			// What it means is not known, unless this record tells.
			named := slices.DeleteFunc(slices.Clone(d.definitions), func(one adapters.Definition) bool { return one.Name != target || before[one.Key] == nil })
			if _, ok := read[alias]; ok && len(named) != 1 {
				t.Errorf("the alias %q of %q means any of %v; read are %v", alias, target, named, read)
			}
		}
		nameable := 0
		for key, raw := range before {
			if _, there := driver.Plain(raw); there && given[key] == "" {
				nameable++ // under its key at least
			}
		}
		if len(read) < nameable {
			t.Errorf("read are %v, want at least %d", read, nameable)
		}
		for key, aliases := range meant {
			_, there := driver.Plain(before[key])
			under := 0
			for _, alias := range aliases {
				if _, ok := read[alias]; ok {
					under++
				}
			}
			if there && under != 1 || !there && under != 0 {
				t.Errorf("%q is there: %v; of its aliases %q, %d are in %v", key, there, aliases, under, read)
			}
		}
	})
}
