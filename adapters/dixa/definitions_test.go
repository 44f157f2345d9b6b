package dixa_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
)

// definition finds a definition by its identifier.
func definition(t *testing.T, adapter adapters.Catalog, kind adapters.Kind, name string) adapters.Definition {
	t.Helper()
	definitions, err := adapter.Definitions(t.Context(), kind)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(definitions, func(d adapters.Definition) bool { return d.Name == name })
	if at < 0 {
		t.Fatalf("no definition has the identifier %q", name)
	}
	return definitions[at]
}

func TestDefinitions(t *testing.T) {
	leaf := func(value, label string) adapters.Choice { return adapters.Choice{Value: value, Label: label} }
	for _, version := range []string{"/v1", "/beta"} {
		server, adapter := start(t, version, func(state *dixatest.State, _ *dixa.Config) {
			state.Definitions[0].Description = "What the shop calls it"
		})
		for _, want := range []adapters.Definition{
			{
				Key: orderID, Name: "order_id", Label: "Order ID", Description: "What the shop calls it", Kind: adapters.Conversation,
				Type: adapters.TypeText, VendorType: "Text",
			},
			{
				Key: topic, Name: "topic", Label: "Topic", Kind: adapters.Conversation, Type: adapters.TypePath, VendorType: "Select",
				Choices: []adapters.Choice{
					{Value: "delivery", Label: "Delivery", Choices: []adapters.Choice{leaf("late", "Late"), leaf("damaged", "Damaged")}},
					{Value: "returns", Label: "Returns", Choices: []adapters.Choice{
						leaf("refund", "Refund"), leaf("exchange", "Exchange"), {Value: "store_credit", Label: "Store credit", Retired: true},
					}},
					{Value: "str1", Label: "String 1", Choices: []adapters.Choice{leaf("str2", "String 2")}},
				},
			},
			{
				Key: "de110000-0000-4000-8000-000000000003", Name: "order_number", Label: "Order number", Kind: adapters.Conversation,
				Type: adapters.TypeText, VendorType: "Text", Archived: true,
			},
			{
				Key: "de110000-0000-4000-8000-000000000004", Name: "gift_wrap", Label: "Gift wrap", Kind: adapters.Conversation,
				Type: adapters.TypePath, VendorType: "Select", Choices: []adapters.Choice{leaf("yes", "Yes"), leaf("no", "No")}, Archived: true,
			},
			{
				Key: "de110000-0000-4000-8000-000000000006", Name: "plan", Label: "Plan", Kind: adapters.Contact, Type: adapters.TypePath, VendorType: "Select",
				Choices: []adapters.Choice{leaf("free", "Free"), leaf("basic", "Basic"), leaf("premium", "Premium")},
			},
		} {
			got := definition(t, adapter, want.Kind, want.Name)
			var raw dixatest.Definition
			if err := json.Unmarshal(got.Raw, &raw); err != nil || !slices.ContainsFunc(server.State().Definitions, func(d dixatest.Definition) bool { return reflect.DeepEqual(d, raw) }) {
				t.Errorf("%s: raw is %s (%v)", want.Name, got.Raw, err)
			}
			if got.Raw = nil; !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\n got %+v\nwant %+v", want.Name, got, want)
			}
		}
		for kind, foreign := range map[adapters.Kind]string{adapters.Conversation: "plan", adapters.Contact: "topic"} {
			definitions, err := adapter.Definitions(t.Context(), kind)
			if err != nil || slices.ContainsFunc(definitions, func(d adapters.Definition) bool { return d.Name == foreign || d.Kind != kind }) {
				t.Errorf("%s: another kind's are among them (%v)", kind, err)
			}
		}
	}
}

// TestOddDefinitions: what the document does not know is kept in Raw, and what
// cannot be understood is no reason to guess.
func TestOddDefinitions(t *testing.T) {
	const head = `"id":"2F5515B6-7E98-4F4D-9010-BFD2A27D4F35","entityType":"Conversation","identifier":"x","label":"X","createdAt":"","isRequired":false,"isArchived":false,"isDeactivated":false`
	for name, test := range map[string]struct {
		object  string
		vendor  string
		want    adapters.Type
		choices []adapters.Choice
		fails   bool
	}{
		"a new field":              {`{` + head + `,"scope":{"n":12345678901234567890.10},"inputDefinition":{"_type":"Text","mask":null}}`, "Text", adapters.TypeText, nil, false},
		"a new type":               {`{` + head + `,"inputDefinition":{"_type":"Number","unit":"kg"}}`, "Number", adapters.TypeUnknown, nil, false},
		"no options named":         {`{` + head + `,"inputDefinition":{"_type":"Select"}}`, "Select", adapters.TypePath, nil, false},
		"no options offered":       {`{` + head + `,"inputDefinition":{"_type":"Select","options":[]}}`, "Select", adapters.TypePath, []adapters.Choice{}, false},
		"options that are no list": {`{` + head + `,"inputDefinition":{"_type":"Select","options":{}}}`, "", "", nil, true},
		"no object":                {`"x"`, "", "", nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			server, adapter := start(t, "/v1")
			server.SetFaults(dixatest.Fault{Type: "status", Operation: "listCustomAttributeDefinitions", Status: http.StatusOK, Body: `{"data":[` + test.object + `]}`})
			definitions, err := adapter.Definitions(t.Context(), adapters.Conversation)
			if test.fails {
				if !errors.Is(err, adapters.ErrMalformed) || strings.Contains(err.Error(), "2F5515B6") {
					t.Errorf("%v, want ErrMalformed and nothing of what the answer holds", err)
				}
				return
			}
			if err != nil || len(definitions) != 1 {
				t.Fatalf("%d definitions, %v", len(definitions), err)
			}
			d := definitions[0]
			if d.Key != orderID || d.Type != test.want || d.VendorType != test.vendor || !reflect.DeepEqual(d.Choices, test.choices) || string(d.Raw) != test.object {
				t.Errorf("%+v, raw %s", d, d.Raw)
			}
		})
	}
}

// TestNoDefinitions: an empty list is an account that has none; an answer without
// a list is somebody else's, and not kept as if the account had none.
func TestNoDefinitions(t *testing.T) {
	for body, class := range map[string]error{`{"data":[]}`: nil, `{}`: adapters.ErrMalformed, `{"data":null}`: adapters.ErrMalformed} {
		server, adapter := start(t, "/v1")
		server.SetFaults(dixatest.Fault{Type: "status", Operation: "listCustomAttributeDefinitions", Status: http.StatusOK, Body: body})
		definitions, err := adapter.Definitions(t.Context(), adapters.Conversation)
		if len(definitions) != 0 || class == nil && err != nil || class != nil && !errors.Is(err, class) {
			t.Errorf("%s: %d definitions, %v", body, len(definitions), err)
		}
	}
}
