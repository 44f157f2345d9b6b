package adapters_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
)

func raw(text string) adapters.Value { return adapters.JSON(json.RawMessage(text)) }

func TestValueEqual(t *testing.T) {
	day := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	for _, test := range []struct {
		name string
		a, b adapters.Value
		want bool
	}{
		{"same text", adapters.String("a"), adapters.String("a"), true},
		{"text and link", adapters.String("a"), adapters.Link("a"), false},
		{"integer and decimal", adapters.Int(1), adapters.Number("1.0"), true},
		{"exponent", adapters.Number("1e3"), adapters.Int(1000), true},
		{"negative exponent", adapters.Number("125e-2"), adapters.Number("1.25"), true},
		{"trailing zeros", adapters.Number("19.90"), adapters.Number("19.9"), true},
		{"beyond float64", adapters.Number("9007199254740993"), adapters.Number("9007199254740992"), false},
		{"zeros", adapters.Number("-0"), adapters.Number("0.00"), true},
		{"sign", adapters.Int(-1), adapters.Int(1), false},
		{"no numbers at all", adapters.Number("x"), adapters.Number("x"), true},
		{"number and text", adapters.Int(1), adapters.String("1"), false},
		{"time zones", adapters.Time(day), adapters.Time(day.In(time.FixedZone("", 7200))), true},
		{"microseconds", adapters.Time(day), adapters.Time(day.Add(time.Microsecond)), true},
		{"milliseconds", adapters.Time(day), adapters.Time(day.Add(time.Millisecond)), false},
		{"order of keys", raw(`{"a":1,"b":[1.0,null]}`), raw(`{"b":[1,null], "a":1e0}`), true},
		{"order of items", raw(`[1,2]`), raw(`[2,1]`), false},
		{"a key more", raw(`{"a":1}`), raw(`{"a":1,"b":null}`), false},
		{"not JSON", raw(`{`), raw(`{`), true},
		{"lists", adapters.List("a", "b"), adapters.List("a", "b"), true},
		{"empty lists", adapters.List(), adapters.List([]string{}...), true},
		{"bools", adapters.Bool(true), adapters.Bool(false), false},
		{"clears", adapters.Clear(), adapters.Clear(), true},
		{"the zero value and a clear", adapters.Value{}, adapters.Clear(), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.a.Equal(test.b) != test.want || test.b.Equal(test.a) != test.want {
				t.Errorf("%v == %v is not %v both ways", test.a, test.b, test.want)
			}
		})
	}
}

func TestValueJSON(t *testing.T) {
	for _, test := range []struct {
		value adapters.Value
		want  string // "" for an error
	}{
		{adapters.String("<a> & \"b\""), `"<a> & \"b\""`},
		{adapters.Number("12345678901234567890.10"), `12345678901234567890.10`},
		{adapters.Float(0.1), `0.1`},
		{adapters.Float(1e300), `1e+300`},
		{adapters.Int(-5), `-5`},
		{adapters.Bool(false), `false`},
		{adapters.List(), `[]`},
		{adapters.List("<", ">"), `["<",">"]`},
		{adapters.Time(time.Date(2026, 1, 31, 9, 30, 0, 1_999_999, time.FixedZone("", 3600))), `"2026-01-31T08:30:00.001Z"`},
		{raw(` {"a": 1} `), ` {"a": 1} `},
		{adapters.Clear(), `null`},
		{adapters.Value{}, ``},
		{adapters.Number("1_000"), ``},
		{adapters.Number(" 1"), ``},
		{adapters.Number(""), ``},
		{adapters.Number("01"), ``},
		{adapters.Number("1e99999999999999999999"), ``},
		{raw(`[`), ``},
	} {
		got, err := test.value.MarshalJSON()
		if string(got) != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%v: %s, %v; want %s", test.value, got, err, test.want)
		}
	}
}

// TestTextsAsJSON: a text is encoded as package json does, whichever way it goes.
func TestTextsAsJSON(t *testing.T) {
	for r := rune(0); r < 0x2030; r++ {
		text := "a" + string(r) + "z"
		var want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(text); err != nil {
			t.Fatal(err)
		}
		got, err := adapters.String(text).MarshalJSON()
		if err != nil || string(got)+"\n" != want.String() {
			t.Errorf("%q is %s, want %s (%v)", text, got, want.String(), err)
		}
	}
}

// TestNumbersAsJSON: what JSON calls a number, unless no vendor can hold its
// exponent.
func TestNumbersAsJSON(t *testing.T) {
	for _, text := range []string{"", "-", ".", "1.", ".5", "-.5", "01", "-01", "00", "+1", "1.5.5", "1-", "--1", "0x1", "1e", "1_0", " 1", "1 ",
		"0", "-0", "10", "0.50", "-12.5", "12345678901234567890.5", "1e5", "1E-5"} {
		if _, err := adapters.Number(json.Number(text)).MarshalJSON(); (err == nil) != json.Valid([]byte(strings.ReplaceAll(text, " ", "x"))) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestListIsACopy(t *testing.T) {
	items := []string{"a"}
	v := adapters.List(items...)
	items[0] = "b"
	v.List()[0] = "c"
	if got := v.List()[0]; got != "a" {
		t.Errorf("the list was changed from outside: %s", got)
	}
}

func TestExactInFloat64(t *testing.T) {
	wants := map[json.Number]bool{
		"0": true, "1": true, "0.1": true, "19.90": true, "1e300": true, "9007199254740992": true, "1e22": true, "5e-324": true,
		"-0": false, "-0.0": false, "9007199254740993": false, "0.1000000000000000055511151231257827": false,
		"12345678901234567890.123456789": false, "1e400": false, "1e-400": false, "x": false, "": false,
	}
	for literal, want := range wants {
		if got := adapters.ExactInFloat64(literal); got != want {
			t.Errorf("ExactInFloat64(%s) = %v", literal, got)
		}
	}
}

// FuzzNumbers holds the comparison of literals against exact arithmetic.
func FuzzNumbers(f *testing.F) {
	f.Add("1", "1.0")
	f.Add("-0", "0e5")
	f.Add("125e-2", "1.25")
	f.Fuzz(func(t *testing.T, a, b string) {
		x, y := adapters.Number(json.Number(a)), adapters.Number(json.Number(b))
		if _, err := x.MarshalJSON(); err != nil || len(a) > 50 || strings.ContainsAny(a, "eE") && len(a) > 8 {
			return
		}
		if _, err := y.MarshalJSON(); err != nil || len(b) > 50 || strings.ContainsAny(b, "eE") && len(b) > 8 {
			return
		}
		p, okP := new(big.Rat).SetString(a)
		q, okQ := new(big.Rat).SetString(b)
		if !okP || !okQ {
			return // an exponent that big.Rat does not take
		}
		if got, want := x.Equal(y), p.Cmp(q) == 0; got != want {
			t.Errorf("%s == %s is %v", a, b, got)
		}
	})
}

func TestFrom(t *testing.T) {
	type colour string
	type cents int
	decoder := json.NewDecoder(strings.NewReader(`{"id":9007199254740993,"tags":["a"],"mixed":["a",1],"object":{"n":0.10},"empty":[]}`))
	decoder.UseNumber()
	var m map[string]any
	if err := decoder.Decode(&m); err != nil {
		t.Fatal(err)
	}
	m["bool"], m["int8"], m["uint64"], m["float32"], m["float64"] = true, int8(-3), uint64(1<<63), float32(0.1), 2.5
	m["own text"], m["own number"], m["value"], m["texts"] = colour("red"), cents(5), adapters.Link("https://a.example"), []string{"x"}
	m["raw"] = json.RawMessage(`[1]`)
	got, err := adapters.From(m, adapters.NilRefuses)
	if err != nil {
		t.Fatal(err)
	}
	wants := adapters.Attributes{
		"id": adapters.Number("9007199254740993"), "tags": adapters.List("a"), "mixed": raw(`["a",1]`), "object": raw(`{"n":0.10}`),
		"empty": adapters.List(), "bool": adapters.Bool(true), "int8": adapters.Int(-3), "uint64": adapters.Number("9223372036854775808"),
		"float32": adapters.Number("0.1"), "float64": adapters.Number("2.5"), "own text": adapters.String("red"), "own number": adapters.Int(5),
		"value": adapters.Link("https://a.example"), "texts": adapters.List("x"), "raw": raw(`[1]`),
	}
	for name, want := range wants {
		if !got[name].Equal(want) {
			t.Errorf("%s is %v (%s), want %v (%s)", name, got[name], got[name].Kind(), want, want.Kind())
		}
	}
	if object, _ := got["object"].MarshalJSON(); !bytes.Contains(object, []byte("0.10")) {
		t.Errorf("a number inside lost its form: %s", object)
	}
}

func TestFromNil(t *testing.T) {
	m := map[string]any{"a": nil, "b": "x"}
	if _, err := adapters.From(m, adapters.NilRefuses); err == nil || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("NilRefuses: %v", err)
	}
	if got, err := adapters.From(m, adapters.NilSkips); err != nil || len(got) != 1 {
		t.Errorf("NilSkips: %v, %v", got, err)
	}
	if got, err := adapters.From(m, adapters.NilClears); err != nil || got["a"].Kind() != adapters.ValueClear {
		t.Errorf("NilClears: %v, %v", got, err)
	}
}
