package kustomer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/internal/model"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
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
	values := kustomertest.Values{"keptStr": json.RawMessage(`"a<b>&c"`), "totalNum": json.RawMessage(`9007199254740993`)}
	company := company
	server := kustomertest.New(t, kustomertest.InProcess(), kustomertest.WithState(kustomertest.State{
		Token:         "secret-token",
		Conversations: map[string]kustomertest.Conversation{present: {Custom: maps.Clone(values)}},
		Customers:     map[string]kustomertest.Customer{present: {Custom: maps.Clone(values), Company: &company}},
	}))
	w := model.World{
		Ref:    adapters.Ref{Kind: kind, ID: present},
		Server: server.Client().Transport,
		Open: func(way http.RoundTripper, locker adapters.Locker, _ int) adapters.Adapter {
			adapter, err := kustomer.New(kustomer.Config{
				URL: server.URL, Token: adapters.StaticToken("secret-token"), Locker: locker,
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
			conversation, customer := state.Conversations[present], state.Customers[present]
			for _, custom := range []kustomertest.Values{conversation.Custom, customer.Custom} {
				delete(custom, key)
				if value != nil {
					custom[key] = value
				}
			}
			conversation.Rev, customer.Rev = conversation.Rev+1, customer.Rev+1
			state.Conversations[present], state.Customers[present] = conversation, customer
			server.SetState(state)
		},
	}
	for i := range 8 {
		name := fmt.Sprintf("a%dStr", i)
		w.Attributes = append(w.Attributes, model.Attribute{
			Name: name, Key: name, Values: []adapters.Value{adapters.String("x"), adapters.String("")},
			Stored: []json.RawMessage{json.RawMessage(`"x"`), json.RawMessage(`""`)},
		})
	}
	return w
}
