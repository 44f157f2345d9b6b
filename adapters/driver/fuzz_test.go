package driver_test

import (
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

// FuzzPlain: any JSON decodes into a value that encodes to the same JSON.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{`"a"`, `1.50`, `true`, `["a","b"]`, `["a",null]`, `[]`, `{"a":1}`, `null`, `0E10000000000`, `-1e-99999999999`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var raw json.RawMessage
		if json.Unmarshal([]byte(text), &raw) != nil || !utf8.ValidString(text) {
			return
		}
		value, ok := driver.Plain(raw)
		if !ok {
			return
		}
		back, err := value.MarshalJSON()
		if err != nil || !adapters.JSON(back).Equal(adapters.JSON(raw)) {
			t.Errorf("%s became %s (%v)", raw, back, err)
		}
	})
}
