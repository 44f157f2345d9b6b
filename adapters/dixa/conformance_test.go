package dixa_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/transport"
)

const endUser = "0b54a1b1-26ca-4a5f-9a0e-3c1d8b7a6f01"

func TestConformance(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		for _, version := range []string{"/v1", "/beta"} {
			t.Run(string(kind)+version, func(t *testing.T) { adapterstest.Run(t, harness(kind, version)) })
		}
	}
}

// key is the id of the n-th definition of the harness.
func key(n int) string { return fmt.Sprintf("2f5515b6-7e98-4f4d-9010-%012x", n) }

// harness is a world with conversation 7 and one end user. Definition 0 is of
// the attribute that is kept, 1 a text, 2 a link, 3 a select, the rest texts.
func harness(kind adapters.Kind, version string) adapterstest.Harness {
	return adapterstest.Harness{HTTP: true, Open: func(t adapterstest.TB, client *http.Client) adapterstest.World {
		entity := map[adapters.Kind]string{adapters.Conversation: "Conversation", adapters.Contact: "Contact"}[kind]
		state := dixatest.State{
			Token:         "secret-token",
			Conversations: map[string]dixatest.Conversation{"7": {CustomAttributes: map[string]json.RawMessage{}}},
			EndUsers: map[string]dixatest.EndUser{endUser: {
				Email: "robin@example.com", PhoneNumber: "+4512345678", ExternalID: "crm-7", CustomAttributes: map[string]json.RawMessage{},
			}},
		}
		for i, name := range names {
			definition := dixatest.Definition{ID: key(i), EntityType: entity, Identifier: name, Label: "Label of " + name, InputDefinition: dixatest.InputDefinition{Type: "Text"}}
			if name == "topic" {
				definition.InputDefinition = dixatest.InputDefinition{Type: "Select", Options: []dixatest.SelectOption{
					{ID: key(100), Label: "A", Value: "a", NestedOptions: []dixatest.SelectOption{{ID: key(101), Label: "B", Value: "b"}}},
				}}
			}
			state.Definitions = append(state.Definitions, definition)
		}
		kept := json.RawMessage(`"a<b>&c 9007199254740993"`)
		state.Conversations["7"].CustomAttributes[key(0)] = kept
		state.EndUsers[endUser].CustomAttributes[key(0)] = kept
		server := dixatest.New(t, dixatest.WithState(state))
		w := world(kind, server, open(t, server.URL+version, client))
		w.Again = func(s adapterstest.Settings) adapters.Adapter { return openAs(t, server.URL+version, client, s) }
		return w
	}}
}

var names = []string{"kept", "order_id", "page", "topic", "text_4", "text_5", "text_6", "text_7", "text_8"}

func open(t adapterstest.TB, url string, client *http.Client) *dixa.Adapter {
	return openAs(t, url, client, adapterstest.Settings{})
}

func openAs(t adapterstest.TB, url string, client *http.Client, s adapterstest.Settings) *dixa.Adapter {
	if s.Token == nil {
		s.Token = adapters.StaticToken("secret-token")
	}
	adapter, err := dixa.New(dixa.Config{
		URL: url, Token: s.Token, Strict: s.Strict, Locker: s.Locker,
		Aliases:   map[adapters.Kind]map[string]string{adapters.Conversation: s.Aliases, adapters.Contact: s.Aliases},
		Transport: transport.Options{Client: client, Backoff: time.Millisecond, Limiter: &transport.Limiter{Off: true}},
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return adapter
}

func world(kind adapters.Kind, server *dixatest.Server, adapter adapters.Adapter) adapterstest.World {
	w := adapterstest.World{
		Adapter: adapter, Kept: key(0), Token: "secret-token",
		Ref: adapters.ConversationRef("7"), Absent: adapters.ConversationRef("8"), BadIDs: []string{"007", "0", endUser},
		Samples: map[adapters.ValueKind]adapterstest.Sample{
			adapters.ValueString: sample(1, adapters.String("012345"), adapters.String("<é>")),
			adapters.ValueLink:   sample(2, adapters.Link("https://a.example"), adapters.Link("https://b.example")),
			adapters.ValueList:   sample(3, adapters.List("a"), adapters.List("a", "b")),
		},
		Doubled: []string{"order_id", key(1)},
		Lookups: map[adapters.LookupField]string{
			adapters.ByEmail: "robin@example.com", adapters.ByPhone: "+4512345678", adapters.ByExternalID: "crm-7",
		},
		Undefined: "nobody_defined_this",
		Defined: []adapterstest.Sample{
			sample(1, adapters.String("012345"), adapters.String("7")),
			sample(3, adapters.List("a"), adapters.List("a", "b")),
		},
		Misfits: []adapterstest.Misfit{
			{Name: "order_id", Value: adapters.List("a"), Code: adapters.CodeWrongType},
			{Name: "topic", Value: adapters.List("b"), Code: adapters.CodeNotAChoice},
			{Name: "topic", Value: adapters.String("a"), Code: adapters.CodeWrongType},
		},
		Stored:   func() map[string]json.RawMessage { return stored(server, kind) },
		Doubtful: func(status int) bool { return status == http.StatusBadRequest },
		Store: func(values map[string]json.RawMessage) {
			state := server.State()
			maps.Copy(state.Conversations["7"].CustomAttributes, values)
			maps.Copy(state.EndUsers[endUser].CustomAttributes, values)
			server.SetState(state)
		},
	}
	link := w.Samples[adapters.ValueLink]
	link.Reads = [2]adapters.Value{adapters.String("https://a.example"), adapters.String("https://b.example")}
	w.Samples[adapters.ValueLink] = link
	if kind == adapters.Contact {
		w.Ref, w.Absent, w.BadIDs = adapters.ContactRef(endUser), adapters.ContactRef(key(0)), []string{"7", endUser[1:], endUser + "0"}
	}
	for i := 4; i < len(names); i++ {
		w.Texts = append(w.Texts, sample(i, adapters.String("a"), adapters.String("b")))
	}
	return w
}

func stored(server *dixatest.Server, kind adapters.Kind) map[string]json.RawMessage {
	if kind == adapters.Contact {
		return server.State().EndUsers[endUser].CustomAttributes
	}
	return server.State().Conversations["7"].CustomAttributes
}

// sample is the attribute of the n-th definition; every other one is named by
// its id, the rest by their identifiers.
func sample(n int, values ...adapters.Value) adapterstest.Sample {
	s := adapterstest.Sample{Name: names[n], Key: key(n), Read: names[n], Values: [2]adapters.Value(values)}
	if n%2 == 0 {
		s.Name = key(n)
	}
	return s
}
