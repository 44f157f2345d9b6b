package dixa_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/dixa"
	"github.com/deskattr/deskattr/adapters/dixa/dixatest"
	"github.com/deskattr/deskattr/adapters/internal/model"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestModel: random sequences of calls, failures and foreign writes.
func TestModel(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		t.Run(string(kind), func(t *testing.T) {
			model.Check(t, func(t model.TB) model.World { return modelWorld(t, kind) })
		})
	}
}

// TestInterleavings: several writers at once, in every order of their requests.
func TestInterleavings(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		t.Run(string(kind), func(t *testing.T) {
			model.Interleave(t, func(t model.TB) model.World { return modelWorld(t, kind) })
		})
	}
}

func modelWorld(t model.TB, kind adapters.Kind) model.World {
	entity := map[adapters.Kind]string{adapters.Conversation: "Conversation", adapters.Contact: "Contact"}[kind]
	state := dixatest.State{
		Token:         "secret-token",
		Conversations: map[string]dixatest.Conversation{"7": {CustomAttributes: map[string]json.RawMessage{}}},
		EndUsers:      map[string]dixatest.EndUser{endUser: {CustomAttributes: map[string]json.RawMessage{}}},
	}
	for i := range 9 {
		state.Definitions = append(state.Definitions, dixatest.Definition{
			ID: key(i), EntityType: entity, Identifier: key(i), Label: "Label", InputDefinition: dixatest.InputDefinition{Type: "Text"},
		})
	}
	kept := json.RawMessage(`"a<b>&c 9007199254740993"`)
	state.Conversations["7"].CustomAttributes[key(8)] = kept
	state.EndUsers[endUser].CustomAttributes[key(8)] = kept
	server := dixatest.New(t, dixatest.InProcess(), dixatest.WithState(state))
	w := model.World{
		Ref:    adapters.Ref{Kind: kind, ID: map[adapters.Kind]string{adapters.Conversation: "7", adapters.Contact: endUser}[kind]},
		Server: server.Client().Transport,
		Open: func(way http.RoundTripper, locker adapters.Locker, _ int) adapters.Adapter {
			adapter, err := dixa.New(dixa.Config{
				URL: server.URL + "/v1", Token: adapters.StaticToken("secret-token"), Locker: locker,
				Transport: transport.Options{Client: &http.Client{Transport: way}, Backoff: time.Microsecond, Limiter: &transport.Limiter{Off: true}},
			})
			if err != nil {
				t.Fatalf("%v", err)
			}
			return adapter
		},
		Stored: func() map[string]json.RawMessage { return stored(server, kind) },
		Foreign: func(key string, value json.RawMessage) {
			state := server.State()
			for _, values := range []map[string]json.RawMessage{state.Conversations["7"].CustomAttributes, state.EndUsers[endUser].CustomAttributes} {
				delete(values, key)
				if value != nil {
					values[key] = value
				}
			}
			server.SetState(state)
		},
	}
	for i := range 8 {
		w.Attributes = append(w.Attributes, model.Attribute{
			Name: key(i), Key: key(i), Values: []adapters.Value{adapters.String("x"), adapters.String("y")},
			Stored: []json.RawMessage{json.RawMessage(`"x"`), json.RawMessage(`"y"`)},
		})
	}
	return w
}
