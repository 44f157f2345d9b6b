package kustomer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/deskattr/deskattr/adapters"
	"github.com/deskattr/deskattr/adapters/adapterstest"
	"github.com/deskattr/deskattr/adapters/kustomer"
	"github.com/deskattr/deskattr/adapters/kustomer/kustomertest"
	"github.com/deskattr/deskattr/adapters/transport"
)

const (
	present = "5f0000000000000000000007"
	absent  = "5f0000000000000000000008"
	company = "5f0000000000000000000009"
)

func TestConformance(t *testing.T) {
	for _, kind := range []adapters.Kind{adapters.Conversation, adapters.Contact} {
		t.Run(string(kind), func(t *testing.T) { adapterstest.Run(t, harness(kind)) })
	}
}

// harness is a world with one conversation and one customer of a company.
func harness(kind adapters.Kind) adapterstest.Harness {
	return adapterstest.Harness{HTTP: true, Open: func(t adapterstest.TB, client *http.Client) adapterstest.World {
		values := kustomertest.Values{"keptStr": json.RawMessage(`"a<b>&c"`), "totalNum": json.RawMessage(`9007199254740993`)}
		defined := map[string]kustomertest.Property{"tagsStr": {Multi: true}, "orderIdStr": {}}
		company := company
		server := kustomertest.New(t, kustomertest.WithState(kustomertest.State{
			Token:         "secret-token",
			Conversations: map[string]kustomertest.Conversation{present: {Custom: maps.Clone(values)}},
			Customers:     map[string]kustomertest.Customer{present: {Custom: maps.Clone(values), Company: &company}},
			Metadata:      map[string]map[string]kustomertest.Property{"conversation": defined, "customer": defined},
		}))
		return world(kind, server, open(t, server.URL, client))
	}}
}

func open(t adapterstest.TB, url string, client *http.Client) *kustomer.Adapter {
	adapter, err := kustomer.New(kustomer.Config{
		URL: url, Token: adapters.StaticToken("secret-token"),
		Transport: transport.Options{Client: client, Backoff: time.Millisecond},
	})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return adapter
}

func world(kind adapters.Kind, server *kustomertest.Server, adapter adapters.Adapter) adapterstest.World {
	day := time.Date(2026, 1, 31, 9, 30, 0, 0, time.UTC)
	w := adapterstest.World{
		Adapter: adapter, Ref: adapters.Ref{Kind: kind, ID: present}, Absent: adapters.Ref{Kind: kind, ID: absent},
		BadIDs: []string{"7", present[1:], present + "0", "5g0000000000000000000007"}, Kept: "keptStr", Token: "secret-token",
		Samples: map[adapters.ValueKind]adapterstest.Sample{
			adapters.ValueString: sample("order_id", "orderIdStr", adapters.String("012345"), adapters.String("<é>")),
			adapters.ValueNumber: sample("sum", "sumNum", adapters.Number("19.90"), adapters.Int(-4)),
			adapters.ValueBool:   sample("vip", "vipBool", adapters.Bool(true), adapters.Bool(false)),
			adapters.ValueTime:   sample("due", "dueAt", adapters.Time(day), adapters.Time(day.Add(time.Millisecond))),
			adapters.ValueLink:   sample("page", "pageUrl", adapters.Link("https://a.example"), adapters.Link("https://b.example")),
			adapters.ValueList:   sample("tags", "tagsStr", adapters.List("a", "b"), adapters.List("c")),
		},
		Doubled: []string{"order_id", "orderIdStr"},
		Stored:  func() map[string]json.RawMessage { return stored(server, kind) },
		Store: func(values map[string]json.RawMessage) {
			state := server.State()
			conversation, customer := state.Conversations[present], state.Customers[present]
			maps.Copy(conversation.Custom, values)
			maps.Copy(customer.Custom, values)
			conversation.Rev, customer.Rev = conversation.Rev+1, customer.Rev+1
			state.Conversations[present], state.Customers[present] = conversation, customer
			server.SetState(state)
		},
	}
	for i := range 8 {
		w.Texts = append(w.Texts, sample(fmt.Sprintf("text%dStr", i), fmt.Sprintf("text%dStr", i), adapters.String("a"), adapters.String("b")))
	}
	return w
}

func stored(server *kustomertest.Server, kind adapters.Kind) map[string]json.RawMessage {
	if kind == adapters.Contact {
		return server.State().Customers[present].Custom
	}
	return server.State().Conversations[present].Custom
}

func sample(name, key string, values ...adapters.Value) adapterstest.Sample {
	return adapterstest.Sample{Name: name, Key: key, Values: [2]adapters.Value(values)}
}
