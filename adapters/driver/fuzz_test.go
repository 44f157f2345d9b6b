package driver_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/driver"
	"github.com/deskattr/deskattr/adapters/memory"
)

// FuzzJSON: what is taken as JSON is stored with the same meaning, and no value
// brings the checks down.
func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,null,"\ud83d\ude00"]}`, `"\u0000"`, `"\ud800"`, `{"a":1,"a":2}`, `1e999`, "\xff", `"\\u0000"`, `"\ud800\u0041"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		desk := memory.New()
		ref := adapters.ContactRef("1")
		desk.Put(ref, nil)
		value := adapters.JSON(json.RawMessage(text))
		_, err := desk.UpdateAttributes(t.Context(), ref, adapters.Attributes{"a": value})
		if err != nil {
			if !errors.Is(err, adapters.ErrInvalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		stored := desk.Stored(ref)["a"]
		if !json.Valid([]byte(text)) || !utf8.ValidString(text) || !adapters.JSON(stored).Equal(value) {
			t.Errorf("%q is stored as %s", text, stored)
		}
	})
}

// FuzzPlain: any JSON decodes into a value that encodes to the same JSON, and white
// space around it means nothing. What is no JSON brings nothing down.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{
		`"a"`, `1.50`, `true`, `["a","b"]`, `["a",null]`, `[]`, `{"a":1}`, `null`, `0E10000000000`, `-1e-99999999999`,
		`"\ud800"`, `["\udc00"]`, "\"\xff\"", `"\`, `"\u`, `[`, `-`, `t`, `nul`, "", `"\u0000"`, `[["a"]]`, `{"a":1,"a":2}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, ok := driver.Plain(json.RawMessage(text))
		var raw json.RawMessage
		if json.Unmarshal([]byte(text), &raw) != nil {
			return
		}
		if padded, there := driver.Plain(json.RawMessage(" \n" + text + "\t")); there != ok || padded.Kind() != value.Kind() || !padded.Equal(value) {
			t.Errorf("%s is %v (%s), and with space around it %v (%s)", text, value, value.Kind(), padded, padded.Kind())
		}
		if !ok {
			if string(raw) != "null" {
				t.Errorf("%s is taken for absent", raw)
			}
			return
		}
		back, err := value.MarshalJSON()
		if err != nil || !adapters.JSON(back).Equal(adapters.JSON(raw)) {
			t.Errorf("%s became %s (%v)", raw, back, err)
		}
	})
}

// FuzzExpected: what was read is what IfEqual finds, and nothing that means
// something else; and what was written is what Verify finds.
func FuzzExpected(f *testing.F) {
	for _, pair := range [][2]string{
		{`"a"`, ` "a"`}, {`"a"`, `"\u0061"`}, {`1`, `1.0`}, {`1`, `"1"`}, {`null`, `""`}, {`["a"]`, `[ "a" ]`}, {`[]`, `{}`}, {`{"a":1,"b":2}`, `{"b":2,"a":1e0}`},
		{`1e99999999999`, `1e99999999999`}, {`"\ud800"`, `"\ufffd"`}, {`[null]`, `[]`}, {`{"a":1,"a":2}`, `{"a":2}`}, {`true`, `"true"`}, {`-0`, `0`},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, stored, expected string) {
		var raw json.RawMessage
		if json.Unmarshal([]byte(stored), &raw) != nil {
			return
		}
		desk, ref := memory.New(), adapters.ContactRef("1")
		desk.Put(ref, map[string]json.RawMessage{"a": raw})
		read, err := desk.Attributes(t.Context(), ref)
		if err != nil {
			t.Fatal(err)
		}
		was := adapters.Clear()
		if value, ok := read["a"]; ok {
			was = value
		}
		expect := func(value adapters.Value) error {
			_, err := desk.UpdateAttributes(t.Context(), ref, adapters.Attributes{"b": adapters.Int(1)}, adapters.IfEqual(adapters.Attributes{"a": value}))
			if _, written := desk.Stored(ref)["b"]; written != (err == nil) {
				t.Errorf("%v, and written: %v", err, written)
			}
			desk.Put(ref, map[string]json.RawMessage{"a": raw})
			return err
		}
		if err := expect(was); err != nil && !errors.Is(err, adapters.ErrInvalid) { // a text no server keeps cannot be expected either
			t.Errorf("%s was read as %v, and that is not what IfEqual finds: %v", raw, was, err)
		}
		value := adapters.JSON(json.RawMessage(expected))
		err = expect(value)
		if errors.Is(err, adapters.ErrInvalid) || utf8.Valid(raw) && bytes.Contains(raw, []byte(`\u`)) {
			return // a half of a pair is no text, and so equal to no other
		}
		if same := string(raw) != "null" && adapters.JSON(raw).Equal(value); same != (err == nil) || !same && !errors.Is(err, adapters.ErrConflict) {
			t.Errorf("%s is there and %s expected: %v", raw, expected, err)
		}
		result, err := desk.UpdateAttributes(t.Context(), ref, adapters.Attributes{"a": value}, adapters.Verify())
		if err != nil {
			t.Fatalf("%s was written: %v", expected, err)
		}
		if back, err := result.Attributes["a"].MarshalJSON(); err != nil || !adapters.JSON(back).Equal(value) {
			t.Errorf("%s was written, and the result is %s (%v)", expected, back, err)
		}
	})
}
