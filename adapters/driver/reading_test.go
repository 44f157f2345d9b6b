package driver_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
)

// TestAliasesOfLabels: what an alias means only the definitions tell is read under
// it all the same. They are read where the record may hold it, and kept.
func TestAliasesOfLabels(t *testing.T) {
	type names = map[string]string
	for name, test := range map[string]struct {
		aliases     names
		stored      string
		definitions []adapters.Definition // nil: they cannot be read
		want        string
		loads       int // of two readings
	}{
		"a label":                  {names{"tier": "the plan"}, `{"k1":"a","k2":"b"}`, []adapters.Definition{{Key: "k1", Label: "the plan"}}, `{"k2":"b","tier":"a"}`, 1},
		"not on this record":       {names{"tier": "the plan"}, `{"k2":"b"}`, []adapters.Definition{{Key: "k1", Label: "the plan"}}, `{"k2":"b"}`, 1},
		"an empty record":          {names{"tier": "the plan"}, `{}`, []adapters.Definition{{Key: "k1", Label: "the plan"}}, `{}`, 0},
		"all have aliases of keys": {names{"tier": "the plan", "x": "k2"}, `{"k2":"b"}`, []adapters.Definition{{Key: "k1", Label: "the plan"}}, `{"x":"b"}`, 0},
		"no such label":            {names{"tier": "the plan"}, `{"k1":"a"}`, []adapters.Definition{{Key: "k1", Label: "the tier"}}, `{"k1":"a"}`, 1},
		"definitions unreadable":   {names{"tier": "the plan"}, `{"k1":"a"}`, nil, `{"k1":"a"}`, 2},
		"two aliases of one":       {names{"tier": "the plan", "level": "k1"}, `{"k1":"a"}`, []adapters.Definition{{Key: "k1", Label: "the plan"}}, `{"level":"a"}`, 0},
		"two labels of one": {names{"tier": "the plan", "level": "the level"}, `{"k1":"a"}`,
			[]adapters.Definition{{Key: "k1", Label: "the plan"}, {Key: "k1", Label: "the level"}}, `{"level":"a"}`, 1},
		"no label": {names{"tier": "k1"}, `{"k1":"a"}`, nil, `{"tier":"a"}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, test.stored)
			d.definitions = test.definitions
			a := d.open(t, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: test.aliases}})
			for range 2 {
				read, err := a.Attributes(t.Context(), record)
				if got, _ := json.Marshal(read); err != nil || string(got) != test.want {
					t.Errorf("%v, %s; want %s", err, got, test.want)
				}
			}
			if loads := strings.Count(d.sent(), "DEFINITIONS"); loads != test.loads {
				t.Errorf("sent %s, want the definitions %d times", d.sent(), test.loads)
			}
		})
	}
}

// TestReadableNames: one that would mean another attribute when it is written back
// is not used.
func TestReadableNames(t *testing.T) {
	type names = map[string]string
	for name, test := range map[string]struct {
		readable, aliases names
		want              string
	}{
		"its own":                {names{"key-1": "plan"}, nil, `{"key-2":"b","plan":"a"}`},
		"shared":                 {names{"key-1": "plan", "key-2": "plan"}, nil, `{"key-1":"a","key-2":"b"}`},
		"shared, one has alias":  {names{"key-1": "plan", "key-2": "plan"}, names{"tier": "key-1"}, `{"key-2":"b","tier":"a"}`},
		"another's key":          {names{"key-1": "key-2", "key-2": "plan"}, nil, `{"key-1":"a","plan":"b"}`},
		"the key of none here":   {names{"key-1": "key-9"}, nil, `{"key-1":"a","key-2":"b"}`},
		"an alias of another":    {names{"key-1": "plan"}, names{"plan": "key-9"}, `{"key-1":"a","key-2":"b"}`},
		"an alias of one here":   {names{"key-1": "plan"}, names{"plan": "key-2"}, `{"key-1":"a","plan":"b"}`},
		"an alias of itself":     {names{"key-1": "plan"}, names{"plan": "plan"}, `{"key-2":"b","plan":"a"}`},
		"an alias by that name":  {names{"key-1": "plan"}, names{"tier": "plan"}, `{"key-2":"b","tier":"a"}`},
		"and one by the key too": {names{"key-1": "plan"}, names{"level": "key-1", "tier": "plan"}, `{"key-2":"b","level":"a"}`},
	} {
		t.Run(name, func(t *testing.T) {
			d := &readable{toy: &toy{values: object(t, `{"key-1":"a","key-2":"b"}`)}, told: true}
			for key, name := range test.readable {
				d.definitions = append(d.definitions, adapters.Definition{Key: key, Name: name})
			}
			a, err := driver.New(d, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: test.aliases}})
			if err != nil {
				t.Fatal(err)
			}
			read, err := a.Attributes(t.Context(), contact)
			if got, _ := json.Marshal(read); err != nil || string(got) != test.want {
				t.Errorf("%v, %s; want %s", err, got, test.want)
			}
		})
	}
}

// TestAliasHidesAKey: a name means one attribute. The other is left out, because
// under its key it would be written back to the wrong one, and has an alias at
// hand.
func TestAliasHidesAKey(t *testing.T) {
	for name, test := range map[string]struct {
		aliases  map[string]string
		stored   string
		want     string
		complete bool
	}{
		"both are there":      {map[string]string{"a": "b"}, `{"a":"1","b":"2"}`, `{"a":"2","n":1}`, false},
		"only the hidden one": {map[string]string{"a": "b"}, `{"a":"1"}`, `{"n":1}`, false},
		"and that is null":    {map[string]string{"a": "b"}, `{"a":null,"b":"2"}`, `{"a":"2","n":1}`, true},
		"with an alias":       {map[string]string{"a": "b", "old": "a"}, `{"a":"1","b":"2"}`, `{"a":"2","n":1,"old":"1"}`, true},
		"changed places":      {map[string]string{"a": "b", "b": "a"}, `{"a":"1","b":"2"}`, `{"a":"2","b":"1","n":1}`, true},
		"itself":              {map[string]string{"a": "a"}, `{"a":"1"}`, `{"a":"1","n":1}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, test.stored)
			a := d.open(t, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: test.aliases}})
			result, err := a.UpdateAttributes(t.Context(), record, adapters.Attributes{"n": adapters.Int(1)})
			if got, _ := json.Marshal(result.Attributes); err != nil || string(got) != test.want || result.Complete != test.complete {
				t.Errorf("%v, %s, complete %v; want %s, %v", err, got, result.Complete, test.want, test.complete)
			}
		})
	}
}

// failing is a toy whose reads fail with an error of the driver's own.
type failing struct {
	*toy
	err error
}

func (d *failing) Read(context.Context, adapters.Ref) (driver.Record, error) {
	return driver.Record{}, d.err
}

// TestReadsWriteNothing: whatever a driver says of a read, its effect is none. An
// error that it gives again and again is not changed.
func TestReadsWriteNothing(t *testing.T) {
	details := []*adapters.Error{{Name: "a", Class: adapters.ErrConflict}, {Name: "b", Class: adapters.ErrConflict}}
	own := &adapters.Error{Name: "a", Class: adapters.ErrConflict, Code: adapters.CodeRecordMerged, Details: details}
	d := &failing{&toy{}, own}
	a, err := driver.New(d, driver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Attributes(t.Context(), contact)
	refused(t, err, adapters.ErrConflict, adapters.CodeRecordMerged, adapters.EffectNone)
	_, err = a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"key-1": adapters.String("x")}, adapters.IfEqual(adapters.Attributes{"key-1": adapters.Clear()}))
	refused(t, err, adapters.ErrConflict, adapters.CodeRecordMerged, adapters.EffectNone)
	d.loading = func(context.Context) error { return own }
	_, err = a.Definitions(t.Context(), adapters.Contact)
	refused(t, err, adapters.ErrConflict, adapters.CodeRecordMerged, adapters.EffectNone)
	if details[0].Vendor != "" || own.Details[0] != details[0] || own.Vendor != "" {
		t.Error("the driver's own error was changed")
	}
	_, err = a.Definitions(t.Context(), "ticket")
	refused(t, err, adapters.ErrUnsupported, adapters.CodeUnsupportedKind, adapters.EffectNone)
	_, err = a.Attributes(t.Context(), adapters.ConversationRef("1"))
	if !errors.Is(err, adapters.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}

// TestPlain: a text that would not come back as it is stays JSON, which is refused
// when it is set, and so not changed.
func TestPlain(t *testing.T) {
	for raw, want := range map[string]adapters.ValueKind{
		`"\ud83d\ude00"`: adapters.ValueString, `"\ud83d"`: adapters.ValueJSON, `["a","\ude00"]`: adapters.ValueJSON, `["a"]`: adapters.ValueList,
		"\"\xff\"": adapters.ValueJSON, `"\u0000"`: adapters.ValueJSON, `1`: adapters.ValueNumber, `[1]`: adapters.ValueJSON,
		`"a\u0062"`: adapters.ValueString, "\"a\nb\"": adapters.ValueJSON, `"a"b"`: adapters.ValueJSON, `"`: adapters.ValueJSON, // the last three are no JSON
	} {
		if v, ok := driver.Plain(json.RawMessage(raw)); !ok || v.Kind() != want {
			t.Errorf("%s is a %s, want a %s", raw, v.Kind(), want)
		}
	}
}

// TestNamesake: an answer still tells the name of an attribute that is not in use
// any more. Where another one has that name by now, it means the other.
func TestNamesake(t *testing.T) {
	retired := adapters.Definition{Key: "key-1", Name: "plan", Archived: true}
	namesake := adapters.Definition{Key: "key-9", Name: "plan"}
	aliased := map[string]string{"tier": "plan"}
	for name, test := range map[string]struct {
		definitions []adapters.Definition
		unreadable  bool
		aliases     map[string]string
		want        string
		set         string // the same after "plan" was set: that of the namesake
	}{
		"of one in use":          {definitions: []adapters.Definition{retired, namesake}, want: `{"key-1":"a","key-2":"b"}`, set: `{"key-1":"a","key-2":"b","key-9":"c"}`},
		"that has an alias":      {definitions: []adapters.Definition{retired, namesake}, aliases: aliased, want: `{"key-1":"a","key-2":"b"}`, set: `{"key-1":"a","key-2":"b","tier":"c"}`},
		"of none":                {definitions: []adapters.Definition{retired}, want: `{"key-2":"b","plan":"a"}`},
		"nobody can say of whom": {definitions: []adapters.Definition{retired, namesake}, unreadable: true, want: `{"key-2":"b","plan":"a"}`},
	} {
		t.Run(name, func(t *testing.T) {
			d := &readable{toy: &toy{values: object(t, `{"key-1":"a","key-2":"b"}`), definitions: test.definitions}, told: true}
			if test.unreadable {
				d.loading = func(context.Context) error { return errors.New("down") }
			}
			a, err := driver.New(d, driver.Options{Aliases: map[adapters.Kind]map[string]string{adapters.Contact: test.aliases}})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				read, err := a.Attributes(t.Context(), contact)
				if got, _ := json.Marshal(read); err != nil || string(got) != test.want || d.loads != 1 {
					t.Errorf("%v, %s after %d loads; want %s after one", err, got, d.loads, test.want)
				}
			}
			if test.set == "" {
				return
			}
			result, err := a.UpdateAttributes(t.Context(), contact, adapters.Attributes{"plan": adapters.String("c")})
			if got, _ := json.Marshal(result.Attributes); err != nil || string(got) != test.set {
				t.Errorf("%v, %s; want %s", err, got, test.set)
			}
		})
	}
}
