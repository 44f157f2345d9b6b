package chatwoot_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/chatwoot"
	"github.com/deskattr/deskattr/adapters/chatwoot/chatwoottest"
	"github.com/deskattr/deskattr/adapters/internal/model"
	"github.com/deskattr/deskattr/adapters/transport"
)

// TestModel: random sequences of calls, failures and foreign writes, on old and
// new servers, and on some that change their version.
func TestModel(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		for _, version := range []string{"4.16.2", "4.17.0", "changing", "a fork that lies"} {
			t.Run(fmt.Sprintf("%s on %s", kind, version), func(t *testing.T) {
				model.Check(t, func(t model.TB) model.World { return modelWorld(t, kind, version) })
			})
		}
	}
}

// TestInterleavings: several writers at once, in every order of their requests.
func TestInterleavings(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		for _, version := range []string{"4.16.2", "4.17.0"} {
			t.Run(fmt.Sprintf("%s on %s", kind, version), func(t *testing.T) {
				model.Interleave(t, func(t model.TB) model.World { return modelWorld(t, kind, version) })
			})
		}
	}
}

func modelWorld(t model.TB, kind adapters.Kind, version string) model.World {
	changing, lies := version == "changing", version == "a fork that lies"
	options := []chatwoottest.Option{chatwoottest.InProcess()}
	if changing || lies {
		version = "4.17.0"
	}
	if lies {
		options = append(options, chatwoottest.IgnoresMerge())
	}
	values := map[string]json.RawMessage{"kept": json.RawMessage(`{"id":9007199254740993,"price":1.5}`), "plan": json.RawMessage(`"pro"`), "gone": json.RawMessage(`null`)}
	server := chatwoottest.New(t, append(options, chatwoottest.Version(version), chatwoottest.WithState(chatwoottest.State{
		AccountID: 1, Tokens: map[string]string{"writer-0": "agent", "writer-1": "agent"},
		Conversations: map[string]chatwoottest.Conversation{"7": {CustomAttributes: values}},
		Contacts:      map[string]chatwoottest.Contact{"7": {Name: "Robin Example", CustomAttributes: values}},
	}))...)
	w := model.World{
		Lies:   lies,
		Ref:    adapters.Ref{Kind: kind, ID: "7"},
		Server: server.Client().Transport,
		Open: func(way http.RoundTripper, locker adapters.Locker, number int) adapters.Adapter {
			adapter, err := chatwoot.New(chatwoot.Config{
				URL: server.URL, AccountID: 1, Token: adapters.StaticToken(fmt.Sprintf("writer-%d", number)), Locker: locker,
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
			values := state.Conversations["7"].CustomAttributes
			if kind == adapters.Contact {
				values = state.Contacts["7"].CustomAttributes
			}
			if value == nil {
				delete(values, key)
			} else {
				values[key] = value
			}
			server.SetState(state)
		},
	}
	if kind == adapters.Conversation {
		w.Lost = func() (keys []string) {
			for _, loss := range server.Lost() {
				keys = append(keys, loss.Attribute)
			}
			return keys
		}
	}
	if changing {
		w.Switch = func() {
			state := server.State()
			state.Version = map[string]string{"4.16.2": "4.17.0", "4.17.0": "4.16.2"}[state.Version]
			server.SetState(state)
		}
	}
	for i := range 8 {
		name := fmt.Sprintf("a%d", i)
		w.Attributes = append(w.Attributes, model.Attribute{
			Name: name, Key: name, Values: []adapters.Value{adapters.String("x"), adapters.Number("19.90")},
			Stored: []json.RawMessage{json.RawMessage(`"x"`), json.RawMessage(`19.9`)},
		})
	}
	return w
}
