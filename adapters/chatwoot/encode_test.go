package chatwoot

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

func TestEncode(t *testing.T) {
	deep := func(n int) adapters.Value {
		return adapters.JSON(json.RawMessage(strings.Repeat("[", n) + strings.Repeat("]", n)))
	}
	for _, test := range []struct {
		name  string
		kind  adapters.Kind
		value adapters.Value
		want  adapters.Code // "" for taken
	}{
		{"1500 code points", adapters.Conversation, adapters.String(strings.Repeat("é", 1500)), ""},
		{"1501 code points", adapters.Conversation, adapters.String(strings.Repeat("é", 1501)), adapters.CodeTooLong},
		{"a long link", adapters.Conversation, adapters.Link(strings.Repeat("a", 1501)), adapters.CodeTooLong},
		{"a long text on a contact", adapters.Contact, adapters.String(strings.Repeat("é", 20000)), ""},
		{"the largest integer", adapters.Conversation, adapters.Int(9999999999), ""},
		{"one more", adapters.Conversation, adapters.Int(10000000000), adapters.CodeTooLarge},
		{"one more on a contact", adapters.Contact, adapters.Int(10000000000), ""},
		{"a large fraction", adapters.Conversation, adapters.Number("1e12"), ""},
		{"a fraction that becomes whole", adapters.Conversation, adapters.Number("1e16"), adapters.CodeTooLarge},
		{"a negative one", adapters.Conversation, adapters.Int(-99999999999999), ""},
		{"inexact", adapters.Contact, adapters.Number("9007199254740993"), adapters.CodeInexact},
		{"minus zero", adapters.Contact, adapters.Number("-0"), adapters.CodeInexact},
		{"minus zero within JSON", adapters.Contact, adapters.JSON(json.RawMessage(`{"a":[-0.0]}`)), adapters.CodeInexact},
		{"null within an array", adapters.Contact, adapters.JSON(json.RawMessage(`{"a":[1,null]}`)), adapters.CodeUnsupportedValue},
		{"null within an object", adapters.Contact, adapters.JSON(json.RawMessage(`{"a":null}`)), ""},
		{"a text as JSON", adapters.Conversation, adapters.JSON(json.RawMessage(`"` + strings.Repeat("x", 1501) + `"`)), adapters.CodeTooLong},
		{"a text as JSON, with space before it", adapters.Conversation, adapters.JSON(json.RawMessage(` "` + strings.Repeat("x", 1501) + `"`)), adapters.CodeTooLong},
		{"a number as JSON, with space before it", adapters.Conversation, adapters.JSON(json.RawMessage("\n10000000000 ")), adapters.CodeTooLarge},
		{"98 levels", adapters.Conversation, deep(98), ""},
		{"99 levels", adapters.Conversation, deep(99), adapters.CodeUnsupportedValue},
	} {
		t.Run(test.name, func(t *testing.T) {
			raw, err := (&vendor{}).Encode(test.kind, "a", test.value)
			var refusal *adapters.Error
			if test.want == "" && (err != nil || !json.Valid(raw)) || test.want != "" && (!errors.As(err, &refusal) || refusal.Code != test.want) {
				t.Errorf("%.60s, %v; want %q", raw, err, test.want)
			}
		})
	}
}

// FuzzEncode: what is encoded decodes to the same value, or to the text or the
// JSON that it is at Chatwoot.
func FuzzEncode(f *testing.F) {
	for _, seed := range []string{`"a"`, `1.5`, `true`, `["a"]`, `{"a":[1,{"b":null}]}`, `-0`, `[null]`, `"2026-01-31T09:30:00.000Z"`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) || strings.TrimSpace(text) == "null" {
			return // the core refuses them
		}
		value := adapters.JSON(json.RawMessage(text))
		raw, err := (&vendor{}).Encode(adapters.Conversation, "a", value)
		if err != nil {
			return
		}
		decoded, ok := (&vendor{}).Decode(adapters.Conversation, "a", raw)
		again, err := (&vendor{}).Encode(adapters.Conversation, "a", decoded)
		if !ok || err != nil || !adapters.JSON(again).Equal(value) {
			t.Errorf("%s is sent as %s, read as %v and sent again as %s (%v)", text, raw, decoded, again, err)
		}
	})
}
