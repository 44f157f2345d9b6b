package adapters_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

// TestAccessors: each gives what the value holds, and of any other kind nothing.
func TestAccessors(t *testing.T) {
	day := time.Date(2026, 1, 31, 9, 30, 0, 0, time.FixedZone("", 3600))
	for _, test := range []struct {
		value  adapters.Value
		kind   adapters.ValueKind
		text   string
		number json.Number
		truth  bool
		time   time.Time
		items  int
		shown  string
	}{
		{adapters.String("a"), adapters.ValueString, "a", "", false, time.Time{}, 0, "a"},
		{adapters.Link("https://a.example"), adapters.ValueLink, "https://a.example", "", false, time.Time{}, 0, "https://a.example"},
		{adapters.Number("0.10"), adapters.ValueNumber, "", "0.10", false, time.Time{}, 0, "0.10"},
		{adapters.Bool(true), adapters.ValueBool, "", "", true, time.Time{}, 0, "true"},
		{adapters.Time(day), adapters.ValueTime, "", "", false, day, 0, "2026-01-31T08:30:00.000Z"},
		{adapters.List("a", "<b>"), adapters.ValueList, "", "", false, time.Time{}, 2, `["a","<b>"]`},
		{raw(`{"a": 1}`), adapters.ValueJSON, "", "", false, time.Time{}, 0, `{"a": 1}`},
		{adapters.Clear(), adapters.ValueClear, "", "", false, time.Time{}, 0, "(clear)"},
		{adapters.Value{}, adapters.ValueInvalid, "", "", false, time.Time{}, 0, "(invalid)"},
	} {
		t.Run(test.shown, func(t *testing.T) {
			v := test.value
			if v.Kind() != test.kind || v.Text() != test.text || v.Number() != test.number || v.Bool() != test.truth || !v.Time().Equal(test.time) || len(v.List()) != test.items {
				t.Errorf("%v, %q, %q, %v, %v, %q", v.Kind(), v.Text(), v.Number(), v.Bool(), v.Time(), v.List())
			}
			if v.String() != test.shown {
				t.Errorf("shown as %s", v)
			}
		})
	}
}

// TestEqualInside: what differs deep within JSON differs, and what is no single
// JSON value is compared as text.
func TestEqualInside(t *testing.T) {
	for _, test := range []struct {
		name, a, b string
		want       bool
	}{
		{"a value inside", `{"a":{"b":1}}`, `{"a":{"b":2}}`, false},
		{"a key inside", `{"a":{"b":1}}`, `{"a":{"c":1}}`, false},
		{"an object and a list", `{"a":{}}`, `{"a":[]}`, false},
		{"a number and a text", `[1]`, `["1"]`, false},
		{"a form of a number inside", `{"a":[1.0]}`, `{"a":[1]}`, true},
		{"two values", `1 2`, `1  2`, false},
		{"two values, the same", `1 2`, `1 2`, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if a, b := raw(test.a), raw(test.b); a.Equal(b) != test.want || b.Equal(a) != test.want {
				t.Errorf("%s == %s is not %v both ways", test.a, test.b, test.want)
			}
		})
	}
}

// TestFromRefuses: what is no value is refused by name, also deep inside.
func TestFromRefuses(t *testing.T) {
	_, err := adapters.From(map[string]any{
		"channel": make(chan int), "inside": map[string]any{"c": make(chan int)}, "listed": []any{"a", make(chan int)}, "fine": "a",
	}, adapters.NilRefuses)
	var failure *adapters.Error
	if !errors.As(err, &failure) || !errors.Is(err, adapters.ErrInvalid) || len(failure.Details) != 3 {
		t.Fatalf("%v; want three attributes refused", err)
	}
	for i, name := range []string{"channel", "inside", "listed"} {
		if d := failure.Details[i]; d.Name != name || d.Code != adapters.CodeBadValue {
			t.Errorf("detail %d is %v", i, d)
		}
	}
}

// TestFromChangesNothing: what encoding a tree would quietly change is refused, and
// no value stands in the error.
func TestFromChangesNothing(t *testing.T) {
	for name, tree := range map[string]any{
		"text":     map[string]any{"k": "secret\xe9"},
		"key":      map[string]any{"secret\xe9": 1},
		"in lists": []any{1, []any{"secret\xe9"}},
		"number":   map[string]any{"k": json.Number("secret")},
		"a Value":  map[string]any{"k": []any{adapters.Clear()}},
		"channel":  []any{1, make(chan int)},
	} {
		_, err := adapters.From(map[string]any{"a": tree}, adapters.NilRefuses)
		if !errors.Is(err, adapters.ErrInvalid) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
