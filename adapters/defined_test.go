package adapters_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/deskattr/deskattr/adapters"
)

// FuzzDefinitions: whatever a server lists as definitions, they are definitions or
// an error; and Strict, which holds names and values against them, refuses or
// sends.
func FuzzDefinitions(f *testing.F) {
	for _, body := range []string{
		`[]`, `null`, `{}`, `[null]`, `{"data":null}`, `{"data":[null]}`, `{"data":{"attributes":{"properties":{"aStr":null}}}}`,
		`[{"attribute_key":"a","attribute_display_type":"text","regex_pattern":"/^[a-z]+$/i"}]`, `[{"attribute_key":"a","attribute_display_type":"list","attribute_values":["x",null]}]`, `[{"attribute_key":"a","attribute_display_type":7}]`, `[{"attribute_key":"a","attribute_display_type":"text","attribute_values":["x"]}]`,
		`[{"attribute_key":"a","regex_pattern":"/(?=a)(a{1000}){1000}/"},{"attribute_key":"a","regex_pattern":"//"},{"attribute_key":"","regex_pattern":"/"}]`, `[{"attribute_key":"\u202e\u0000","attribute_description":null}]`,
		`{"data":{"attributes":{"properties":{"aStr":{"enumeration":["x",1,null]},"aNum":{"enumeration":[1,1e99999999999]},"aTree":{"tree":{"children":[{"id":"x","children":[{"id":"","deleted":true}]}]},"lastNodeRequired":true}}}}}`,
		`{"data":{"attributes":{"properties":{"aStr":{"multi":true,"sensitive":{"enabled":true},"deletedAt":"x"},"a_str":{},"Str":{},"":{}}}}}`, `{"data":{"attributes":{"properties":{"aStr":7,"aTree":{"tree":[[[]]]},"a":{"array":"x"}}}}}`,
		`{"data":[{"id":"` + someUUID + `","entityType":"Contact","identifier":"a","label":"b","inputDefinition":{"_type":"Text"}},{"id":"` + someUUID + `","entityType":"Conversation","identifier":"a","inputDefinition":{"_type":"Select","options":[{"value":"x","label":"","nestedOptions":[{"value":"x"}]}]}}]}`,
		`{"data":[{"id":"X","entityType":"Contact","identifier":"a","inputDefinition":{}},{"id":"","entityType":"Conversation","identifier":"a","isArchived":true,"inputDefinition":{"_type":7}}]}`, `{"data":[{"entityType":"Contact","inputDefinition":null}]}`,
		`{"data":[{"entityType":"Conversation","inputDefinition":{"_type":"Select","options":"` + secret + `"}}]}`, `{"DATA":[],"data":[{"entityType":"Contact","inputDefinition":{"_type":"Select"}}],"data":[]}`,
	} {
		f.Add(body, "a", "x")
		f.Add(body, "aTree", "***")
		f.Add(body, someUUID, "\u202e")
	}
	f.Fuzz(func(t *testing.T, body, name, text string) {
		for _, d := range desks {
			adapter, server := d.adapter(t, true)
			server.definitions = body
			definitions, err := adapter.Definitions(t.Context(), d.kind)
			if err != nil {
				d.ofTheContract(t, err, true)
				continue
			}
			var usable []string
			for _, definition := range definitions {
				if definition.Kind != d.kind || !json.Valid(definition.Raw) || definition.MaxLength < 0 || len(definition.Choices) > 0 && definition.Type != adapters.TypeChoice && definition.Type != adapters.TypePath {
					t.Errorf("%s: %+v", d.name, definition)
				}
				if !definition.Archived {
					usable = append(usable, definition.Key)
				}
			}
			for _, value := range []adapters.Value{adapters.String(text), adapters.List(text), adapters.Clear()} {
				clear(server.values)
				server.values["kept"] = json.RawMessage(`1`)
				if _, err := adapter.UpdateAttributes(t.Context(), d.ref(), adapters.Attributes{name: value}); err != nil {
					refused(t, err, name)
					continue
				}
				delete(server.values, "kept")
				for key := range server.values {
					if !slices.Contains(usable, key) {
						t.Errorf("%s: strict, and sends %q for %q, of the definitions %q", d.name, key, name, usable)
					}
				}
				if _, err := adapter.Attributes(t.Context(), d.ref()); err != nil {
					d.ofTheContract(t, err, true)
				}
			}
		}
	})
}
