package chatwoot_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
)

func TestDefinitions(t *testing.T) {
	text := func(s string) *string { return &s }
	models := []string{"conversation_attribute", "contact_attribute"}
	var all []chatwoottest.Definition
	for _, model := range append(models, "company_attribute") {
		for _, d := range []chatwoottest.Definition{
			{AttributeKey: "order_id", AttributeDisplayName: "Order", AttributeDescription: text("of the shop"), RegexPattern: text(`/^\d+$/`), RegexCue: text("digits")},
			{AttributeKey: "count", AttributeDisplayType: "number", AttributeValues: []string{"left over", "from a list"}},
			{AttributeKey: "total", AttributeDisplayType: "currency"},
			{AttributeKey: "share", AttributeDisplayType: "percent"},
			{AttributeKey: "page", AttributeDisplayType: "link"},
			{AttributeKey: "due", AttributeDisplayType: "date"},
			{AttributeKey: "plan", AttributeDisplayType: "list", AttributeValues: []string{"free", "pro"}},
			{AttributeKey: "empty", AttributeDisplayType: "list"},
			{AttributeKey: "vip", AttributeDisplayType: "checkbox"},
		} {
			d.AttributeModel = model
			all = append(all, d)
		}
	}
	server := chatwoottest.New(t, chatwoottest.WithState(chatwoottest.State{Tokens: map[string]string{"secret-token": "agent"}, Definitions: all}))
	adapter := open(t, server.URL, nil)
	types := map[string]adapters.Type{
		"order_id": adapters.TypeText, "count": adapters.TypeNumber, "total": adapters.TypeNumber, "share": adapters.TypeNumber, "page": adapters.TypeLink,
		"due": adapters.TypeDate, "plan": adapters.TypeChoice, "empty": adapters.TypeChoice, "vip": adapters.TypeBool,
	}
	for i, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		definitions, err := adapter.Definitions(t.Context(), kind)
		if err != nil || len(definitions) != len(types) {
			t.Fatalf("%s: %d definitions, %v", kind, len(definitions), err)
		}
		for _, d := range definitions {
			if d.Type != types[d.Key] || d.Kind != kind || d.Label == "" || d.Multi || d.Archived || d.ReadOnly || d.Masked {
				t.Errorf("%s: %+v", kind, d)
			}
			var raw chatwoottest.Definition
			if err := json.Unmarshal(d.Raw, &raw); err != nil || raw.AttributeKey != d.Key || raw.AttributeModel != models[i] || raw.AttributeDisplayType != d.VendorType {
				t.Errorf("%s: Raw of %s is %s", kind, d.Key, d.Raw)
			}
			limit := 0 // the server has one for conversations alone
			if kind == adapters.Conversation && (d.Type == adapters.TypeText || d.Type == adapters.TypeLink) {
				limit = 1500
			}
			if d.MaxLength != limit {
				t.Errorf("%s: %s takes %d code points, want %d", kind, d.Key, d.MaxLength, limit)
			}
			switch d.Key {
			case "order_id":
				if d.Label != "Order" || d.Description != "of the shop" || d.Pattern != `^\d+$` {
					t.Errorf("%s: %+v", kind, d)
				}
			case "plan":
				if !slices.EqualFunc(d.Choices, []string{"free", "pro"}, func(c adapters.Choice, value string) bool { return c.Value == value && c.Label == value }) {
					t.Errorf("%s: choices %v", kind, d.Choices)
				}
			default:
				if d.Choices != nil || d.Pattern != "" {
					t.Errorf("%s: %+v", kind, d)
				}
			}
		}
	}
}

// TestRawDefinition: Raw is the vendor's object to the byte, with fields and
// types that nobody knows yet.
func TestRawDefinition(t *testing.T) {
	object := `{"id":1, "attribute_key":"x","attribute_display_name":"X","attribute_display_type":"colour","attribute_description":null,
		"attribute_model":"conversation_attribute","attribute_values":[],"regex_pattern":null,"regex_cue":null,"default_value":null,
		"created_at":"2026-01-05T09:30:00.000Z","updated_at":"2026-01-05T09:30:00.000Z","newer":{"n":1.50,"t":"\u003c"}}`
	server, adapter := start(t, "4.17.0", "agent", nil)
	server.SetFaults(chatwoottest.Fault{Type: "status", Operation: "listCustomAttributeDefinitions", Status: 200, Body: "[ " + object + "\n]"})
	definitions, err := adapter.Definitions(t.Context(), adapters.Conversation)
	if err != nil || len(definitions) != 1 || string(definitions[0].Raw) != object || definitions[0].Type != adapters.TypeUnknown || definitions[0].VendorType != "colour" {
		t.Errorf("%v, %+v", err, definitions)
	}
}

// TestOddChoices: the API stores any scalar as a choice. One that is no text keeps
// neither the others nor other definitions from being read.
func TestOddChoices(t *testing.T) {
	server, adapter := start(t, "4.17.0", "agent", nil)
	server.SetFaults(chatwoottest.Fault{Type: "status", Operation: "listCustomAttributeDefinitions", Status: 200, Body: `[{"id":1,
		"attribute_key":"size","attribute_display_name":"Size","attribute_display_type":"list","attribute_description":null,
		"attribute_model":"conversation_attribute","attribute_values":["S",38,1.50,true,null],"regex_pattern":null,"regex_cue":null,
		"default_value":null,"created_at":"2026-01-05T09:30:00.000Z","updated_at":"2026-01-05T09:30:00.000Z"}]`})
	definitions, err := adapter.Definitions(t.Context(), adapters.Conversation)
	if err != nil || len(definitions) != 1 {
		t.Fatal(definitions, err)
	}
	var choices []string
	for _, choice := range definitions[0].Choices {
		choices = append(choices, choice.Value)
	}
	if want := []string{"S", "38", "1.50", "true"}; !slices.Equal(choices, want) {
		t.Errorf("choices %q, want %q", choices, want)
	}
}

// TestPattern: the dashboard stores what JavaScript shows of an expression.
func TestPattern(t *testing.T) {
	for stored, want := range map[string]string{
		`/^\d+$/`:    `^\d+$`,
		`/a\/b/`:     `a\/b`,
		`/^ab$/i`:    `(?i)^ab$`,
		`/a.b/gimu`:  `(?im)a.b`,
		`/a.b/sy`:    `(?s)a.b`,
		`^\d+$`:      `^\d+$`, // sent by somebody who does not know of the slashes
		`/usr/local`: `/usr/local`,
		`ab/i`:       `ab/i`,
		`/`:          `/`,
		``:           ``,
	} {
		server := chatwoottest.New(t, chatwoottest.WithState(chatwoottest.State{
			Tokens: map[string]string{"secret-token": "agent"}, Definitions: []chatwoottest.Definition{{AttributeKey: "x", RegexPattern: &stored}},
		}))
		definitions, err := open(t, server.URL, nil).Definitions(t.Context(), adapters.Conversation)
		if err != nil || definitions[0].Pattern != want {
			t.Errorf("%s is %v, want %s (%v)", stored, definitions, want, err)
		}
	}
}

// TestStrict: what the dashboard offers is what a call may set, before anything
// is sent that writes.
func TestStrict(t *testing.T) {
	pattern := `/^ab\/\d+$/i`
	server := chatwoottest.New(t, chatwoottest.WithState(chatwoottest.State{
		Tokens:        map[string]string{"secret-token": "agent"},
		Conversations: map[string]chatwoottest.Conversation{"7": {CustomAttributes: map[string]json.RawMessage{"plan": json.RawMessage(`"pro"`)}}},
		Definitions: []chatwoottest.Definition{
			{AttributeKey: "order_id", RegexPattern: &pattern}, {AttributeKey: "total", AttributeDisplayType: "currency"},
			{AttributeKey: "due", AttributeDisplayType: "date"}, {AttributeKey: "vip", AttributeDisplayType: "checkbox"},
			{AttributeKey: "plan", AttributeDisplayType: "list", AttributeValues: []string{"free", "pro"}},
			{AttributeKey: "page", AttributeDisplayType: "link"}, {AttributeKey: "note"},
		},
	}))
	adapter := openWith(t, server.URL, func(c *config) { c.Strict = true })
	for _, test := range []struct {
		name, attribute string
		value           adapters.Value
		want            adapters.Code // "" for taken
	}{
		{"pattern", "order_id", adapters.String("AB/12"), ""},
		{"no match", "order_id", adapters.String("12"), adapters.CodePatternMismatch},
		{"money", "total", adapters.Number("19.90"), ""},
		{"money as text", "total", adapters.String("19.90"), adapters.CodeWrongType},
		{"a day", "due", adapters.String("2026-01-31"), ""},
		{"a moment, as the dashboard stores a day", "due", adapters.String("2026-01-30T23:00:00.000Z"), ""},
		{"no day", "due", adapters.String("31.1.2026"), adapters.CodeWrongType},
		{"a choice", "plan", adapters.String("free"), ""},
		{"no choice", "plan", adapters.String("gold"), adapters.CodeNotAChoice},
		{"a box", "vip", adapters.Bool(true), ""},
		{"a box as text", "vip", adapters.String("true"), adapters.CodeWrongType},
		{"a link", "page", adapters.Link("https://a.example/"), ""},
		{"no link", "page", adapters.String("a"), adapters.CodeWrongType},
		{"too long", "note", adapters.String(strings.Repeat("é", 1501)), adapters.CodeTooLong},
		{"unknown", "ordre_id", adapters.String("AB/12"), adapters.CodeUnknownAttribute},
		{"cleared", "vip", adapters.Clear(), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := server.State().Conversations["7"].CustomAttributes
			_, err := adapter.UpdateAttributes(t.Context(), adapters.ConversationRef("7"), adapters.Attributes{test.attribute: test.value})
			var failure *adapters.Error
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (!errors.As(err, &failure) || failure.Code != test.want || failure.Name != test.attribute || failure.Effect != adapters.EffectNone):
				t.Errorf("%v, want %s", err, test.want)
			case test.want != "" && !equal(server.State().Conversations["7"].CustomAttributes, before):
				t.Errorf("it was written all the same")
			}
		})
	}
}
