package kustomer_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
)

// definitions are those of conversations by key, where this is the metadata.
func definitions(t *testing.T, properties string) map[string]adapters.Definition {
	t.Helper()
	server, adapter := start(t, nil)
	server.SetFaults(kustomertest.Fault{Type: "status", Method: http.MethodGet, Times: -1, Status: http.StatusOK,
		Body: `{"data":{"type":"metadata","id":"conversation","attributes":{"properties":` + properties + `}}}`})
	list, err := adapter.Definitions(t.Context(), adapters.Conversation)
	if err != nil {
		t.Fatal(err)
	}
	byKey := map[string]adapters.Definition{}
	for _, d := range list {
		byKey[d.Key] = d
	}
	return byKey
}

func TestDefinitionIsRead(t *testing.T) {
	for _, test := range []struct {
		key, property string
		want          adapters.Definition
	}{
		{"aStr", `{"type":"string","displayName":"A","description":"Of A"}`, adapters.Definition{Type: adapters.TypeText, MaxLength: 1024, VendorType: "string", Label: "A", Description: "Of A"}},
		{"aTxt", `{"type":"text"}`, adapters.Definition{Type: adapters.TypeText, MaxLength: 1024, VendorType: "text"}},
		{"aNum", `{}`, adapters.Definition{Type: adapters.TypeNumber}},
		{"aBool", `{}`, adapters.Definition{Type: adapters.TypeBool}},
		{"anAt", `{"type":"date"}`, adapters.Definition{Type: adapters.TypeTime, VendorType: "date"}},
		{"aUrl", `{}`, adapters.Definition{Type: adapters.TypeLink}},
		{"anId", `{"target":"user"}`, adapters.Definition{Type: adapters.TypeText}},
		{"aTree", `{}`, adapters.Definition{Type: adapters.TypeChoice}},
		{"other", `{"type":"new"}`, adapters.Definition{VendorType: "new"}},
		{"listStr", `{"enumeration":["a",""]}`, adapters.Definition{Type: adapters.TypeChoice, MaxLength: 1024, Choices: choices("a", "")}},
		{"listNum", `{"enumeration":[1,2.50]}`, adapters.Definition{Type: adapters.TypeChoice, Choices: choices("1", "2.50")}},
		{"listUrl", `{"enumeration":["https://a.example"]}`, adapters.Definition{Type: adapters.TypeLink}},
		{"oddStr", `{"enumeration":["a",null]}`, adapters.Definition{Type: adapters.TypeText, MaxLength: 1024}},
		{"emptyStr", `{"enumeration":[]}`, adapters.Definition{Type: adapters.TypeText, MaxLength: 1024}},
		{"nodesTree", `{"tree":{"children":[{"id":"eu","displayName":"Europe","children":[{"id":"south"}]},{"id":"x","deleted":true,"children":[{"id":"y"}]},{"displayName":"?"}]},"lastNodeRequired":true}`,
			adapters.Definition{Type: adapters.TypeChoice, LeafOnly: true, Choices: []adapters.Choice{
				{Value: "eu", Label: "Europe", Choices: []adapters.Choice{{Value: "south"}}},
				{Value: "x", Retired: true, Choices: []adapters.Choice{{Value: "y", Retired: true}}},
				{Label: "?", Retired: true},
			}}},
		{"oddTree", `{"tree":{"children":[{"id":7}]}}`, adapters.Definition{Type: adapters.TypeChoice}},
		{"multiStr", `{"multi":true}`, adapters.Definition{Type: adapters.TypeText, MaxLength: 1024, Multi: true}},
		{"arrayStr", `{"array":true}`, adapters.Definition{Type: adapters.TypeText, MaxLength: 1024, Multi: true}},
		{"maskedNum", `{"sensitive":{"enabled":true,"maskType":"full"}}`, adapters.Definition{Type: adapters.TypeNumber, Masked: true}},
		{"openNum", `{"sensitive":{"enabled":false}}`, adapters.Definition{Type: adapters.TypeNumber}},
		{"goneNum", `{"deletedAt":"2025-01-01T00:00:00.000Z"}`, adapters.Definition{Type: adapters.TypeNumber, Archived: true}},
		{"keptNum", `{"deletedAt":null,"sensitive":null,"enumeration":null,"multi":null}`, adapters.Definition{Type: adapters.TypeNumber}},
		// Of other types than the document says: left out, and the rest is read.
		{"strangeStr", `{"type":7,"displayName":"S","multi":"true","enumeration":"a","tree":[],"sensitive":true,"deletedAt":false}`,
			adapters.Definition{Type: adapters.TypeText, MaxLength: 1024, Label: "S"}},
		{"noneStr", `null`, adapters.Definition{Type: adapters.TypeText, MaxLength: 1024}},
	} {
		t.Run(test.key, func(t *testing.T) {
			want := test.want
			want.Key, want.Kind, want.Raw = test.key, adapters.Conversation, json.RawMessage(test.property)
			if i := strings.LastIndexAny(test.key, "ABINSTU"); i > 0 && !want.Archived {
				want.Name = test.key[:i]
			}
			if got := definitions(t, `{"`+test.key+`":`+test.property+`}`)[test.key]; !reflect.DeepEqual(got, want) {
				t.Errorf("got\n\t%+v\nwant\n\t%+v", got, want)
			}
		})
	}
}

func choices(values ...string) (all []adapters.Choice) {
	for _, value := range values {
		all = append(all, adapters.Choice{Value: value, Label: value})
	}
	return all
}

// TestDefinitionsAreAllRead: one that is strange hides no other, and Raw is the
// vendor's object to the letter.
func TestDefinitionsAreAllRead(t *testing.T) {
	const good = `{"type":"string","new":[1.50, {"a":null}]}`
	all := definitions(t, `{"badNum":{"multi":"yes"},"goodStr":`+good+`,"worse":[]}`)
	if len(all) != 3 || string(all["goodStr"].Raw) != good {
		t.Errorf("%+v", all)
	}
}

// TestNoDefinitions: what holds no definitions is not taken for an account that
// has none, where every name would become a new attribute.
func TestNoDefinitions(t *testing.T) {
	for body, class := range map[string]error{
		`{"data":{"type":"metadata","id":"conversation","attributes":{}}}`: nil,
		`{"data":{}}`: adapters.ErrMalformed, `{}`: adapters.ErrMalformed, `[]`: adapters.ErrMalformed, `null`: adapters.ErrMalformed,
		`<html>`: adapters.ErrMalformed, `{"data":{"attributes":{"properties":[]}}}`: adapters.ErrMalformed, `{"data":{"attributes":`: adapters.ErrMalformed,
	} {
		server, adapter := start(t, nil)
		server.SetFaults(kustomertest.Fault{Type: "status", Method: http.MethodGet, Times: -1, Status: http.StatusOK, Body: body})
		_, err := adapter.Definitions(t.Context(), adapters.Conversation)
		if !errors.Is(err, class) {
			t.Errorf("%s: %v, want %v", body, err, class)
		}
		_, err = adapter.UpdateAttributes(t.Context(), adapters.ConversationRef(present), adapters.Attributes{"plan": adapters.String("x")})
		if wrote := strings.Contains(strings.Join(requests(server), "\n"), "PATCH"); wrote != (class == nil) || (err == nil) != wrote {
			t.Errorf("%s: wrote %v, %v", body, wrote, err)
		}
	}
}

// TestDefinitionsOfTheFake: what a new fake has, in the two kinds.
func TestDefinitionsOfTheFake(t *testing.T) {
	server := kustomertest.New(t)
	adapter, err := kustomer.New(kustomer.Config{URL: server.URL + "/v1", Token: adapters.StaticToken("token")})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		list, err := adapter.Definitions(t.Context(), kind)
		if err != nil || len(list) == 0 {
			t.Fatal(list, err)
		}
		for _, d := range list {
			if d.Label == "" || d.Type == "" || d.VendorType == "" || d.Kind != kind || !json.Valid(d.Raw) || d.Archived != (d.Key == "legacyTierStr") {
				t.Errorf("%+v", d)
			}
		}
	}
}
